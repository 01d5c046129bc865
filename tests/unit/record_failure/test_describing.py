"""What the person reads when something went wrong."""

import json

import pytest
from cvmaker_core.errors import InputError
from failure_recording.describing import describe_caught, describe_status, stage_in_progress


def caught(error: BaseException) -> dict[str, str]:
    return {
        "Error": type(error).__name__,
        "Cause": json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}),
    }


def test_our_own_errors_keep_their_words() -> None:
    error = describe_caught(caught(InputError("encrypted", "The PDF is locked.", "Remove the password.")), "parse")
    assert (error.stage, error.code, error.advice, error.retryable) == (
        "parse",
        "encrypted",
        "Remove the password.",
        False,
    )


@pytest.mark.parametrize(
    "cause", ["Traceback: Ada Jensen, born 1990", "", '{"errorMessage": "KeyError: Ada Jensen"}', "[1]"]
)
def test_a_cause_that_is_not_ours_is_never_shown(cause: str) -> None:
    error = describe_caught({"Error": "KeyError", "Cause": cause}, "tailor")
    assert "Ada" not in error.model_dump_json()
    assert error.code == "internal_error"
    assert error.advice


@pytest.mark.parametrize("name", ["States.Timeout", "Sandbox.Timedout", "Runtime.ExitError"])
def test_services_own_names_are_explained(name: str) -> None:
    assert describe_caught({"Error": name, "Cause": ""}, "parse").code != "internal_error"


@pytest.mark.parametrize("status", ["TIMED_OUT", "ABORTED", "FAILED", "OVERDUE"])
def test_every_end_status_has_words(status: str) -> None:
    assert describe_status(status, "render").message


def test_the_stage_is_read_off_the_artefacts() -> None:
    done = {"request.json", "execution.json", "parsed.json", "analysis.json"}
    assert stage_in_progress(done, has_posting=True, kind="upload") == "embed"
    assert stage_in_progress({*done, "evidence.json", "error.json"}, has_posting=False, kind="upload") == "render"
    assert (
        stage_in_progress({*done, "evidence.json", "tailored.json", "resume.json"}, has_posting=True, kind="upload")
        == "readback"
    )
