"""Render: the tailored resume becomes the files the person sends."""

import json
from typing import Any

import cv_rendering
from added_templates import use_added_template
from cvmaker_core.hashing import content_hash
from cvmaker_core.schema.artefacts import Posting, Tailored
from cvmaker_core.stage import StageRun, stage_handler

RESUME = "resume.json"
LETTERS = ("cover-letter.pdf", "cover-letter.docx", "cover-letter.txt")

cv_rendering.warm_up()


@stage_handler("render")
def handler(run: StageRun) -> None:
    """`tailored.json` (or, without a posting, `parsed.json`) → `cv.*`, `cover-letter.*` and, last, `resume.json`."""
    request = run.request()
    analysis = run.optional_artefact("analysis.json")
    parsed = run.optional_artefact("parsed.json")
    envelope = run.optional_artefact("tailored.json")
    if envelope:
        tailored = Tailored.model_validate(envelope.data)
    else:
        # Without a posting there is nothing to tailor to: the CV is set as it was read.
        parsed = parsed or run.artefact("parsed.json")
        tailored = Tailored(resume=parsed.data["resume"])
    posting = analysis.data.get("posting") if analysis else None
    language = (parsed.data.get("layout") or {}).get("language") if parsed else None
    added = use_added_template(run.store, request.template)
    inputs = {
        "tailored": content_hash(tailored.model_dump(mode="json")),
        "posting": content_hash(posting),
        "language": content_hash(language),
        "design": content_hash([request.template, request.options.model_dump(mode="json"), request.page_target]),
        "code": cv_rendering.version(),
        **({"template": added} if added else {}),
    }
    if _is_current(run, inputs):
        run.reused = "own"
        return
    result = cv_rendering.render_all(
        tailored.resume,
        template=request.template,
        options=request.options,
        # Without a posting nothing was ranked by relevance: the CV keeps its natural length.
        page_target=request.page_target if posting else "natural",
        may_drop=tailored.may_drop,
        cover_letter=tailored.cover_letter,
        language=language,
        posting=Posting.model_validate(posting) if posting else None,
    )
    for name, body in result.files.items():
        run.write_file(name, body)
    for name in LETTERS:
        if name in run.files and name not in result.files:
            run.store.delete(run.job.key(name))
    run.warnings.extend(result.warnings)
    template = cv_rendering.load_template(request.template)
    engine = {
        "name": "weasyprint",
        "version": cv_rendering.version(),
        "template": template.name,
        "audience": template.audience,
        "pages": result.pages,
    }
    record = run.envelope({}, inputs=inputs, engine=engine).model_dump(mode="json", exclude={"data"})
    resume = cv_rendering.with_record(result.resume, {**record, "dropped": result.dropped})
    # Last, because it says that all the others are there.
    run.write_file(RESUME, json.dumps(resume, ensure_ascii=False, indent=1).encode())


def _is_current(run: StageRun, inputs: dict[str, str]) -> bool:
    """Whether this job was rendered from the very same inputs before."""
    if RESUME not in run.files or "cv.pdf" not in run.files:
        return False
    record: Any = run.store.read_json(run.job, RESUME)
    for key in ("meta", "cvmaker", "artefact", "inputs"):
        record = record.get(key) if isinstance(record, dict) else None
    return bool(record == inputs)
