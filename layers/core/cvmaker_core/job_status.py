"""A job's status, derived from the names of its files: no counter to keep in step, no second truth."""

from collections.abc import Collection

from cvmaker_core.schema.jobs import Status

STAGE_FILES = {
    "parsed.json": "parse",
    "analysis.json": "analyze",
    "evidence.json": "embed",
    "tailored.json": "tailor",
    "resume.json": "render",
    "readback.json": "readback",
    "certificate.json": "certify",
}


def derive_status(files: Collection[str], *, has_posting: bool = True, kind: str = "upload") -> Status:
    """Status of a job with these files.

    `done` outranks `error.json`: a late failure report cannot undo a certified result.
    `failed` outranks what an earlier attempt left behind; a takeover removes `error.json`.
    """
    if "deleted.json" in files:
        return "deleted"
    if "certificate.json" in files:
        return "done"
    if "error.json" in files:
        return "failed"
    if "readback.json" in files or "resume.json" in files:
        return "certifying"
    if "tailored.json" in files:
        return "rendering"
    if "evidence.json" in files:
        return "tailoring" if has_posting else "rendering"
    if "analysis.json" in files:
        return "embedding"
    if "parsed.json" in files:
        return "analyzing"
    if "execution.json" in files:
        return "rendering" if kind == "rerender" else "parsing"
    return "queued"
