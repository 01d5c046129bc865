"""Errors as `application/problem+json` (RFC 9457). They name fields and rules, never values."""

import json
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

PROBLEM_JSON = "application/problem+json"
PROBLEM_TYPE = "urn:cvmaker:problem:"


class FieldProblem(BaseModel):
    """One field that is wrong: where (JSON Pointer into the body, or `query/limit`) and which rule it breaks."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """The body of every error."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(examples=[PROBLEM_TYPE + "job_not_found"])
    title: str
    status: int | None = Field(default=None, description="Absent where the gateway itself refuses.")
    code: str = Field(examples=["job_not_found"])
    detail: str
    advice: str = ""
    retryable: bool = False
    errors: list[FieldProblem] = Field(default_factory=list)
    job_id: str | None = Field(default=None, description="The job that stands in the way, where there is one.")


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        advice: str = "",
        *,
        retryable: bool = False,
        errors: list[FieldProblem] | None = None,
        headers: dict[str, str] | None = None,
        job_id: str | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.headers = headers or {}
        self.problem = Problem(
            type=PROBLEM_TYPE + code,
            title=status.phrase,
            status=status,
            code=code,
            detail=detail,
            advice=advice,
            retryable=retryable,
            errors=errors or [],
            job_id=job_id,
        )

    def body(self) -> str:
        return json.dumps(self.problem.model_dump(mode="json", exclude_none=True), ensure_ascii=False)


def job_not_found() -> ProblemError:
    """Also the answer for another owner's job: whether it exists is nobody else's business."""
    return ProblemError(
        HTTPStatus.NOT_FOUND,
        "job_not_found",
        "There is no such job of yours.",
        "Check the link; a job made in another browser needs that browser's key.",
    )


def invalid(*errors: FieldProblem) -> ProblemError:
    """The request is well-formed JSON but breaks a rule."""
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid_request",
        "The request breaks one or more rules.",
        "Mend the fields listed under errors.",
        errors=list(errors),
    )


def field_problems(errors: list[dict[str, Any]]) -> list[FieldProblem]:
    """Pydantic's findings as pointers and rules; the offending values stay out."""
    problems = []
    for error in errors:
        location = [str(part).replace("~", "~0").replace("/", "~1") for part in error.get("loc", ())]
        problems.append(FieldProblem(pointer="/".join(location), detail=_rule(error)))
    return problems


def _rule(error: dict[str, Any]) -> str:
    # The type says which rule; its message may quote the value only for the types below.
    if error.get("type") in {"json_invalid", "unsupported_content_type"}:
        return str(error["type"]).replace("_", " ")
    return str(error.get("msg") or error.get("type", "invalid"))
