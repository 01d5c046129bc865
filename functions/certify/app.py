"""Certify: what a robot reads in the finished PDF, compared with what was meant; and the receipt.

Last stage: `certificate.json` is written last, because it marks the job as done.
"""

from typing import Any

from cvmaker_core.errors import InternalError
from cvmaker_core.hashing import content_hash
from cvmaker_core.observability import measure
from cvmaker_core.schema.artefacts import Certificate, Envelope, Parsed, StageWarning, Usage
from cvmaker_core.stage import StageRun, stage_handler

# Artefacts in envelopes, by the stage that wrote them; `resume.json` carries Render's inside.
ENVELOPES = {
    "parse": "parsed.json",
    "analyze": "analysis.json",
    "embed": "evidence.json",
    "tailor": "tailored.json",
    "readback": "readback.json",
}


@stage_handler("certify")
def handler(run: StageRun) -> None:
    """Certify `cv.pdf` against `resume.json` and `readback.json`."""
    from cv_certification.certificate import CERTIFICATE_VERSION, certify

    resume = run.store.read_json(run.job, "resume.json")
    rendered = render_envelope(resume)
    pdf = run.store.read(run.job.key("cv.pdf"))
    readback = run.artefact("readback.json")
    label = rendered.engine.get("audience")
    certificate = certify(
        pdf,
        Parsed.model_validate(readback.data),
        resume,
        template_label=label if label in ("ats", "humans") else None,
    )
    inputs = {
        "resume": content_hash(resume),
        "pdf": content_hash(pdf),
        "readback": content_hash(readback.data),
        "code": CERTIFICATE_VERSION,
    }
    write_receipt(run, rendered, inputs)
    run.write_artefact(
        "certificate.json",
        certificate,
        inputs=inputs,
        engine={"name": "certificate", "version": CERTIFICATE_VERSION},
        warnings=warnings_of(certificate),
    )
    measure("CertificateFailed", int(certificate.verdict == "fail"))


def render_envelope(resume: dict[str, Any]) -> Envelope:
    """Render's envelope, which `resume.json` carries in its `meta`, since it must stay a bare JSON Resume."""
    try:
        fields = dict(resume["meta"]["cvmaker"]["artefact"])
    except (KeyError, TypeError, ValueError):
        raise InternalError("artefact_missing", "resume.json carries no record of its making.") from None
    fields.pop("dropped", None)  # Render's own, beside the envelope
    return Envelope.model_validate({"stage": "render", "job_id": "", **fields, "data": {}})


def write_receipt(run: StageRun, rendered: Envelope, inputs: dict[str, str]) -> None:
    """Sum up what all stages used, this one included as far as it has come."""
    from cv_certification.receipt import build_receipt

    usages: dict[str, Usage] = {}
    for stage, name in ENVELOPES.items():
        envelope = run.optional_artefact(name)
        if envelope is not None:
            usages[stage] = envelope.usage
        if stage == "tailor":
            usages["render"] = rendered.usage
    usages["certify"] = run.measured()
    receipt, warnings = build_receipt(usages, architecture=run.settings.function_architecture)
    run.write_artefact("receipt.json", receipt, inputs=inputs, warnings=warnings)


def warnings_of(certificate: Certificate) -> list[StageWarning]:
    """A warning for each check that does not hold, with what to do."""
    from cv_certification.certificate import check_table

    table = check_table()
    return [
        StageWarning(
            code=check.code,
            message=f"Does not hold: {table[check.code]['meaning']}",
            advice=table[check.code]["advice"],
        )
        for check in certificate.checks
        if not check.ok and table[check.code]["severity"] != "info"
    ]
