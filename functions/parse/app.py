"""Parse: the uploaded document becomes `parsed.json`; in mode `readback`, our own PDF becomes `readback.json`."""

import cv_parsing
from cv_parsing import parse_document
from cvmaker_core.code_version import code_version
from cvmaker_core.errors import InputError
from cvmaker_core.hashing import content_hash
from cvmaker_core.job_store import ObjectMissing
from cvmaker_core.stage import StageRun, stage_handler
from textract import TextractOcr


@stage_handler("parse")
def handler(run: StageRun) -> None:
    """Read a document, write what it says."""
    if run.event.mode == "readback":
        _read_back(run)
    else:
        _parse(run)


def _parse(run: StageRun) -> None:
    claim = run.claim()
    inputs = {
        "source": claim.source_etag or "",
        "format": claim.source_format or "",
        "code": code_version(cv_parsing.__file__),
    }
    if run.reuse("parsed.json", inputs):
        return
    try:
        data = run.store.read(claim.source_key or "", claim.source_etag)
    except ObjectMissing:
        raise InputError(
            "source_replaced",
            "The uploaded file was removed or replaced while the job ran.",
            "Upload the CV again.",
        ) from None
    # The suffix alone: a file's name says who somebody is, and the parser needs only its kind.
    result = parse_document(data, file_name=f"source.{claim.source_format}", ocr=TextractOcr(run.count))
    run.write_artefact(
        "parsed.json",
        result.parsed,
        inputs=inputs,
        engine={"name": "rules", "version": code_version(cv_parsing.__file__)},
        warnings=result.warnings,
    )


def _read_back(run: StageRun) -> None:
    data = run.store.read(run.job.key("cv.pdf"))
    inputs = {"cv.pdf": content_hash(data), "code": code_version(cv_parsing.__file__)}
    if run.reuse("readback.json", inputs):
        return
    result = parse_document(data, file_name="cv.pdf", mode="readback")
    run.write_artefact(
        "readback.json",
        result.parsed,
        inputs=inputs,
        engine={"name": "rules", "version": code_version(cv_parsing.__file__)},
        warnings=result.warnings,
    )
