"""From what Step Functions caught to what the person reads."""

import json
from collections.abc import Collection
from typing import Any

from cvmaker_core.job_status import derive_status
from cvmaker_core.schema.jobs import JobError

_STAGE_OF_STATUS = {
    "queued": "intake",
    "parsing": "parse",
    "analyzing": "analyze",
    "embedding": "embed",
    "tailoring": "tailor",
    "rendering": "render",
    "certifying": "certify",
}

_AGAIN = "Try again; if it fails again, report the job id."

# Names that Step Functions and Lambda give to what no code of ours could report.
_SERVICE_ERRORS = {
    "States.Timeout": (
        "stage_timed_out",
        "Reading or setting this document took too long.",
        "Try a simpler export of it.",
        True,
    ),
    "Sandbox.Timedout": (
        "stage_timed_out",
        "Reading or setting this document took too long.",
        "Try a simpler export of it.",
        True,
    ),
    "Runtime.ExitError": (
        "stage_crashed",
        "A processing step ended unexpectedly, twice.",
        "Try a simpler export of the document.",
        True,
    ),
    "States.DataLimitExceeded": ("internal_error", "A processing step answered with too much data.", _AGAIN, False),
    "Lambda.TooManyRequestsException": (
        "overloaded",
        "The service is overloaded.",
        "Try again in a few minutes.",
        True,
    ),
}

_EXECUTION_STATUS = {
    "TIMED_OUT": (
        "job_timed_out",
        "The job took too long and was stopped.",
        "Try again; a simpler document helps.",
        True,
    ),
    "ABORTED": ("job_aborted", "The job was stopped by an operator.", "Start it again.", True),
    "FAILED": ("internal_error", "The job failed and could not say why.", _AGAIN, True),
    "OVERDUE": ("job_timed_out", "The job ended without a result.", _AGAIN, True),
}


def stage_in_progress(files: Collection[str], *, has_posting: bool, kind: str) -> str:
    """Which stage was running, judged by which artefacts exist."""
    rest = set(files) - {"error.json", "certificate.json", "deleted.json"}
    if "resume.json" in rest and "readback.json" not in rest:
        return "readback"
    return _STAGE_OF_STATUS[derive_status(rest, has_posting=has_posting, kind=kind)]


def describe_caught(caught: dict[str, Any], stage: str) -> JobError:
    """`{"Error", "Cause"}` of a Catch as the person's error.

    Only causes that we wrote are shown; anything else may quote a document and is dropped.
    """
    name = str(caught.get("Error", ""))
    if name in _SERVICE_ERRORS:
        code, message, advice, retryable = _SERVICE_ERRORS[name]
        return JobError(stage=stage, code=code, message=message, advice=advice, retryable=retryable)
    try:
        ours = json.loads(json.loads(caught.get("Cause", ""))["errorMessage"])
        return JobError(stage=stage, **ours)
    except (ValueError, KeyError, TypeError):
        return JobError(
            stage=stage,
            code="internal_error",
            message="A processing step failed.",
            advice=_AGAIN,
            retryable=True,
        )


def describe_status(status: str, stage: str) -> JobError:
    """An execution's end status (or OVERDUE, the sweeper's) as the person's error."""
    code, message, advice, retryable = _EXECUTION_STATUS[status]
    return JobError(stage=stage, code=code, message=message, advice=advice, retryable=retryable)
