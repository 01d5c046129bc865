"""Analyze: the posting becomes requirements, the CV becomes findings → `analysis.json`."""

from typing import Any

from cvmaker_core.hashing import content_hash
from cvmaker_core.schema.artefacts import Parsed
from cvmaker_core.stage import StageRun, stage_handler
from posting_analysis import CODE_VERSION, analyze, read_posting_document


@stage_handler("analyze")
def handler(run: StageRun) -> None:
    """Read `parsed.json` and the posting, write `analysis.json`."""
    parsed = Parsed.model_validate(run.artefact("parsed.json").data)
    posting = run.read_posting() if run.event.has_posting else None
    as_of = run.request().as_of
    inputs = {
        "parsed": content_hash(parsed.model_dump(mode="json")),
        "posting": content_hash(posting[0]) if posting else "",
        "as_of": as_of.isoformat(),
        "code": CODE_VERSION,
    }
    if run.reuse("analysis.json", inputs):
        return
    text = read_posting_document(posting[0], posting[1], ocr=_textract(run)) if posting else None
    analysis = analyze(parsed.resume, parsed, text, as_of=as_of, warnings=run.warnings)
    run.write_artefact("analysis.json", analysis, inputs=inputs, engine={"name": "rules", "version": CODE_VERSION})


def _textract(run: StageRun) -> Any:
    """Reads an image of a posting; the client is made only when there is one."""

    def read(image: bytes) -> list[str]:
        from cvmaker_core.aws import client

        run.count("textract_pages")
        answer = client("textract", 60.0).detect_document_text(Document={"Bytes": image})
        return [block["Text"] for block in answer.get("Blocks", []) if block.get("BlockType") == "LINE"]

    return read
