"""Parse: a CV in any format becomes JSON Resume with the source of every value → `parsed.json`.

In mode `readback` the same function reads our own `cv.pdf` as a robot would → `readback.json`.
"""

import cv_parsing
from cv_parsing import parse_document
from cvmaker_core.code_version import code_version
from cvmaker_core.errors import InputError
from cvmaker_core.hashing import content_hash
from cvmaker_core.job_store import ObjectMissing
from cvmaker_core.observability import measure
from cvmaker_core.stage import StageRun, stage_handler
from textract import TextractOcr

CODE_VERSION = code_version(cv_parsing.__file__)


@stage_handler("parse")
def handler(run: StageRun) -> None:
    """Read the uploaded document, or the rendered PDF, and write what it says."""
    if run.event.mode == "readback":
        _work(run, "readback.json", run.store.read(run.job.key("cv.pdf")), None)
    else:
        _work(run, "parsed.json", _source(run), run.request().file_name or run.claim().source_key)


def _work(run: StageRun, name: str, document: bytes, file_name: str | None) -> None:
    inputs = {"source": content_hash(document), "code": CODE_VERSION}
    if run.reuse(name, inputs):
        return
    result = parse_document(
        document,
        file_name=file_name,
        mode=run.event.mode,
        ocr=TextractOcr(run) if run.event.mode == "parse" else None,
    )
    engine = {"name": "layout", "version": CODE_VERSION, "format": result.parsed.layout.format}
    run.write_artefact(name, result.parsed, inputs=inputs, engine=engine, warnings=result.warnings)
    confidence = result.parsed.confidence.values()
    if confidence:
        measure("ParseConfidence", 100 * sum(confidence) / len(confidence))


def _source(run: StageRun) -> bytes:
    """The uploaded document, in the very version that Intake looked at."""
    claim = run.claim()
    if not claim.source_key:
        raise InputError("source_missing", "There is no document to read.", "Upload the CV again.")
    try:
        return run.store.read(claim.source_key, claim.source_etag)
    except ObjectMissing:
        raise InputError(
            "source_replaced",
            "The document was removed or replaced while the job ran.",
            "Upload the CV again.",
        ) from None
