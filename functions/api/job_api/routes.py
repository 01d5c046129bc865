"""The routes: what HTTP says, and nothing of how jobs are made."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, TypeVar, cast

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from cvmaker_core import __version__
from cvmaker_core.errors import CvMakerError
from cvmaker_core.job_store import JobStore, StoredObject
from cvmaker_core.observability import MetricUnit, describe_exception, logger, metrics
from cvmaker_core.schema.jobs import CONSOLE_OWNER, JobReference
from pydantic import BaseModel, ValidationError

from job_api.file_names import download_name
from job_api.models import (
    DeletionAccepted,
    Health,
    JobCreated,
    JobCreation,
    JobPage,
    JobView,
    Link,
    ResumeEdit,
    SourceCorrection,
    Tailoring,
    TemplateList,
)
from job_api.problems import PROBLEM_JSON, Problem, ProblemError, field_problems, invalid, job_not_found
from job_api.reading import JobFiles, JobReader
from job_api.settings import ApiSettings
from job_api.storage_access import StorageAccess, link_window, windows_end
from job_api.submission import Submissions, require
from job_api.templates import added_templates, released_catalogue

Handler = TypeVar("Handler", bound=Callable[..., Any])

JOB_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"
ARTIFACT_NAME = r"^[a-z][a-z-]{0,40}(\.[a-z]{2,5})?$"
JobIdPath = Annotated[str, Path(pattern=JOB_ID, description="From `POST /jobs`.")]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=300, description="An ETag of `etags`, or `*` to keep both versions."),
]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=300)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=16,
        max_length=128,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="A random text made by the client; repeating a request with it makes no second job.",
    ),
]


@dataclass
class Services:
    """What the routes work with; made once per container."""

    settings: ApiSettings
    store: JobStore
    reader: JobReader
    access: StorageAccess
    submissions: Submissions


def problem(description: str) -> OpenAPIResponse:
    return {"description": description, "content": {PROBLEM_JSON: {"model": Problem}}}


def answer_of(description: str, model: type[BaseModel]) -> OpenAPIResponse:
    return {"description": description, "content": {"application/json": {"model": model}}}


ERRORS: dict[int, OpenAPIResponse] = {
    400: problem("The gateway refused the request."),
    401: problem("No usable credential."),
    403: problem("Refused by the gateway: no such route, or the API key is missing or exhausted."),
    422: problem("A parameter or field breaks a rule; `errors` says which."),
    429: problem("Too many requests, or the day's quota is reached; see `Retry-After`."),
    500: problem("A defect of ours."),
    503: problem("A service we need did not answer; try again."),
}
NOT_FOUND: dict[int, OpenAPIResponse] = {404: problem("No such job of yours.")}
MADE: dict[int, OpenAPIResponse] = {
    409: problem("Not ready, or already edited elsewhere."),
    413: problem("Too large."),
    415: problem("Unsupported format or content type."),
}


def json_answer(
    status: HTTPStatus, model: BaseModel | dict[str, Any], headers: dict[str, str] | None = None
) -> Response[str]:
    body = model.model_dump_json() if isinstance(model, BaseModel) else json.dumps(model, ensure_ascii=False)
    return Response(
        status_code=status,
        content_type="application/json",
        body=body,
        headers={"Cache-Control": "private, no-store", **(headers or {})},
    )


def not_modified(etag: str, headers: dict[str, str] | None = None) -> Response[str]:
    return Response(status_code=HTTPStatus.NOT_MODIFIED, body="", headers={"ETag": etag, **(headers or {})})


def matches(if_none_match: str | None, etag: str) -> bool:
    if not if_none_match:
        return False
    given = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in given or etag.removeprefix("W/") in given


def weak_etag(*parts: str) -> str:
    return f'W/"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]}"'


def build_resolver(settings: ApiSettings, services: Callable[[], Services]) -> APIGatewayRestResolver:
    """The API. `services` is asked at the first request that needs the bucket, so that `/health` needs none."""
    origins = settings.origins or ["null"]
    app = APIGatewayRestResolver(
        enable_validation=True,
        strip_prefixes=["/v1"],
        cors=CORSConfig(
            allow_origin=origins[0],
            extra_origins=origins[1:],
            allow_headers=["If-Match", "If-None-Match", "Idempotency-Key"],
            expose_headers=["ETag", "Location", "Retry-After"],
            max_age=600,
        ),
    )
    _handle_errors(app)
    _job_routes(app, services)
    _edit_routes(app, services)
    _other_routes(app, settings, services)
    return app


def owner_of(app: APIGatewayRestResolver) -> tuple[str, str]:
    """Owner and kind, from the authorizer's verdict alone."""
    context = (app.current_event.raw_event.get("requestContext") or {}).get("authorizer") or {}
    owner, kind = context.get("owner"), context.get("kind", "")
    if not isinstance(owner, str) or not owner or owner == CONSOLE_OWNER:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED, "unauthorized", "Nobody is signed in.", "Send a bearer secret or an API key."
        )
    return owner, str(kind)


def find_job(app: APIGatewayRestResolver, services: Services, job_id: str) -> JobFiles | None:
    owner, _ = owner_of(app)
    try:
        return services.reader.find(JobReference(owner=owner, job_id=job_id))
    except ValidationError:
        raise job_not_found() from None


def _job_routes(app: APIGatewayRestResolver, services: Callable[[], Services]) -> None:
    @app.post(
        "/jobs",
        summary="Make a job",
        description="Answers with presigned POSTs: send the posting first, the CV last; its arrival starts the job.",
        tags=["jobs"],
        operation_id="createJob",
        responses={201: answer_of("The job waits for its upload.", JobCreated), **ERRORS, **MADE},
    )
    def create_job(body: JobCreation, idempotency_key: IdempotencyKey = None) -> Response[str]:
        owner, kind = owner_of(app)
        created = services().submissions.create(owner, kind, body, idempotency_key)
        return json_answer(HTTPStatus.CREATED, created, {"Location": f"/jobs/{created.job_id}"})

    @app.get(
        "/jobs",
        summary="List jobs, newest first",
        tags=["jobs"],
        operation_id="listJobs",
        responses={200: answer_of("One page.", JobPage), **ERRORS},
    )
    def list_jobs(
        limit: Annotated[int, Query(ge=1, le=50)] = 20,
        cursor: Annotated[str | None, Query(pattern=JOB_ID, description="`next` of the page before.")] = None,
    ) -> Response[str]:
        owner, _ = owner_of(app)
        reader = services().reader
        jobs = [listed for listed in reader.of_owner(owner) if not listed.deleted]
        start = 0
        if cursor:
            start = next((index + 1 for index, listed in enumerate(jobs) if listed.job.job_id == cursor), len(jobs))
        page = jobs[start : start + limit]
        more = start + limit < len(jobs)
        return json_answer(
            HTTPStatus.OK,
            JobPage(jobs=reader.summaries(page), next=page[-1].job.job_id if page and more else None),
        )

    @app.get(
        "/jobs/<job_id>",
        summary="How far a job is, and links to what there is",
        tags=["jobs"],
        operation_id="getJob",
        responses={
            200: answer_of("The job.", JobView),
            304: {"description": "Nothing has changed since `If-None-Match`."},
            **ERRORS,
            **NOT_FOUND,
        },
    )
    def get_job(job_id: JobIdPath, if_none_match: IfNoneMatch = None) -> Response[str]:
        found = find_job(app, services(), job_id)
        if found is None:
            raise job_not_found()
        lifetime = services().settings.link_valid_seconds
        etag = weak_etag(job_id, found.fingerprint(), str(link_window(lifetime)))
        if matches(if_none_match, etag):
            return not_modified(etag, {"Cache-Control": "private, no-cache"})
        return json_answer(
            HTTPStatus.OK, view_of(found, services()), {"ETag": etag, "Cache-Control": "private, no-cache"}
        )

    @app.delete(
        "/jobs/<job_id>",
        summary="Delete a job and everything made from it",
        description="At once invisible; stored objects, their versions and vectors are erased in the background.",
        tags=["jobs"],
        operation_id="deleteJob",
        responses={202: answer_of("Deleted; erasure runs.", DeletionAccepted), **ERRORS, **NOT_FOUND},
    )
    def delete_job(job_id: JobIdPath) -> Response[str]:
        found = find_job(app, services(), job_id)
        if found is None:
            raise job_not_found()
        services().submissions.delete(found)
        return json_answer(HTTPStatus.ACCEPTED, DeletionAccepted(job_id=job_id))

    @app.get(
        "/jobs/<job_id>/artifacts/<name>",
        summary="One file of a job",
        description="For clients that follow redirects; browsers use `links`, because a redirected `fetch` loses "
        "its origin.",
        tags=["jobs"],
        operation_id="getArtifact",
        responses={
            302: {"description": "`Location` is a short-lived address of the file."},
            304: {"description": "The file still has the ETag of `If-None-Match`."},
            **ERRORS,
            404: problem("No such job of yours, or no such file yet."),
        },
    )
    def get_artifact(
        job_id: JobIdPath,
        name: Annotated[str, Path(pattern=ARTIFACT_NAME, description="`cv.pdf`, `parsed.json`, `source`, …")],
        if_none_match: IfNoneMatch = None,
    ) -> Response[str]:
        found = require(find_job(app, services(), job_id))
        item = public_files(found, services()).get(name)
        if item is None:
            raise ProblemError(
                HTTPStatus.NOT_FOUND,
                "artifact_not_found",
                "The job has no such file, or not yet.",
                "GET /jobs/{id} lists under links what there is.",
            )
        if matches(if_none_match, f'"{item.etag}"'):
            return not_modified(f'"{item.etag}"')
        link = link_to(name, item, found, services())
        return Response(
            status_code=HTTPStatus.FOUND,
            body="",
            headers={"Location": link.url, "ETag": f'"{item.etag}"', "Cache-Control": "private, no-store"},
        )


def _edit_routes(app: APIGatewayRestResolver, services: Callable[[], Services]) -> None:
    @app.post(
        "/jobs/<job_id>/tailorings",
        summary="The same CV for another posting",
        tags=["jobs"],
        operation_id="createTailoring",
        responses={202: answer_of("A new job.", JobCreated), **ERRORS, **NOT_FOUND, **MADE},
    )
    def create_tailoring(job_id: JobIdPath, body: Tailoring, idempotency_key: IdempotencyKey = None) -> Response[str]:
        found = require(find_job(app, services(), job_id))
        created = services().submissions.tailor(found, owner_of(app)[1], body, idempotency_key)
        return json_answer(HTTPStatus.ACCEPTED, created, {"Location": f"/jobs/{created.job_id}"})

    conditional: dict[int, OpenAPIResponse] = {
        412: problem("The job is no longer what the edit was made from."),
        428: problem("`If-Match` is missing."),
    }

    @app.put(
        "/jobs/<job_id>/source",
        summary="Correct how the CV was read",
        tags=["jobs"],
        operation_id="correctSource",
        responses={202: answer_of("A new job.", JobCreated), **ERRORS, **NOT_FOUND, **MADE, **conditional},
    )
    def correct_source(
        job_id: JobIdPath, body: SourceCorrection, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
    ) -> Response[str]:
        found = require(find_job(app, services(), job_id))
        created = services().submissions.correct(found, owner_of(app)[1], body, if_match, idempotency_key)
        return json_answer(HTTPStatus.ACCEPTED, created, {"Location": f"/jobs/{created.job_id}"})

    @app.put(
        "/jobs/<job_id>/resume",
        summary="Edit the result: text, decisions, cover letter, design",
        tags=["jobs"],
        operation_id="editResume",
        responses={202: answer_of("A new job.", JobCreated), **ERRORS, **NOT_FOUND, **MADE, **conditional},
    )
    def edit_resume(
        job_id: JobIdPath, body: ResumeEdit, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
    ) -> Response[str]:
        found = require(find_job(app, services(), job_id))
        created = services().submissions.edit(found, owner_of(app)[1], body, if_match, idempotency_key)
        return json_answer(HTTPStatus.ACCEPTED, created, {"Location": f"/jobs/{created.job_id}"})


def _other_routes(app: APIGatewayRestResolver, settings: ApiSettings, services: Callable[[], Services]) -> None:
    @app.get(
        "/templates",
        summary="Templates to choose from",
        tags=["design"],
        operation_id="listTemplates",
        responses={
            200: answer_of("All templates of this deployment.", TemplateList),
            304: {"description": "Nothing has changed since `If-None-Match`."},
            **ERRORS,
        },
    )
    def list_templates(if_none_match: IfNoneMatch = None) -> Response[str]:
        released = released_catalogue()
        names = {template.name for template in released.templates}
        added = added_templates(services().store, settings.templates_prefix)
        templates = [*released.templates, *(item for item in added if item.name not in names)]
        catalogue = released.model_copy(update={"templates": templates})
        etag = weak_etag(catalogue.model_dump_json())
        headers = {"ETag": etag, "Cache-Control": "private, max-age=300"}
        if matches(if_none_match, etag):
            return not_modified(etag, headers)
        return json_answer(HTTPStatus.OK, catalogue, headers)

    @app.get(
        "/health",
        summary="Whether the API answers",
        tags=["operation"],
        operation_id="getHealth",
        responses={200: answer_of("It does.", Health), **{code: ERRORS[code] for code in (403, 429, 500)}},
    )
    def health() -> Response[str]:
        return json_answer(HTTPStatus.OK, Health(version=__version__, stage=settings.deployment_stage))

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response[str]:
        from job_api.openapi_document import openapi_document

        return json_answer(HTTPStatus.OK, openapi_document(app), {"Cache-Control": "public, max-age=300"})


# --- views ------------------------------------------------------------------------------------


def view_of(found: JobFiles, services: Services) -> JobView:
    """A job in full. A deleted one tells only that."""
    if found.deleted:
        return JobView(
            job_id=found.job.job_id,
            kind="upload",
            status="deleted",
            created_at=found.created_at,
            updated_at=found.updated_at,
            template="",
            has_posting=False,
        )
    details = services.reader.details(found)
    links = {name: link_to(name, item, found, services) for name, item in public_files(found, services).items()}
    expires = windows_end(services.settings.link_valid_seconds)
    return JobView(**details, links=links, links_expire_at=expires if links else None)


_PRIVATE = {"request.json", "execution.json", "deleted.json", "error.json", "superseded.json"}


def public_files(found: JobFiles, services: Services) -> dict[str, StoredObject]:
    """What an owner may read: artefacts, documents, and the uploads as `source` and `posting`."""
    files: dict[str, StoredObject] = {name: item for name, item in found.files.items() if name not in _PRIVATE}
    if not files:
        return files
    origin = found
    for _ in range(50):  # an edit's source document is that of the job it came from
        for role, item in services.reader.uploads(origin).items():
            files.setdefault(role, item)
        source_job = services.reader.facts(origin, "request.json").get("source_job")
        if "source" in files or not source_job:
            break
        earlier = services.reader.find(JobReference(owner=found.job.owner, job_id=source_job))
        if earlier is None or earlier.deleted:
            break
        origin = earlier
    return files


def link_to(name: str, item: StoredObject, found: JobFiles, services: Services) -> Link:
    person = services.reader.person(found)
    suffix = item.name.rpartition(".")[2]
    file_name = download_name(name if "." in name else f"{name}.{suffix}", person, employer_of(found, services))
    return services.access.link(item, file_name, services.settings.link_valid_seconds)


def employer_of(found: JobFiles, services: Services) -> str | None:
    """Only once the result is final: while a job runs, a poll opens no artefact."""
    if services.reader.status(found) not in {"done", "failed"}:
        return None
    employer = services.reader.facts(found, "analysis.json").get("employer")
    return employer if isinstance(employer, str) else None


# --- errors -----------------------------------------------------------------------------------


def _handle_errors(app: APIGatewayRestResolver) -> None:
    # Powertools does not type this decorator; here is its type.
    handles = cast("Callable[[type[Exception]], Callable[[Handler], Handler]]", app.exception_handler)

    def answer(error: ProblemError) -> Response[str]:
        return Response(
            status_code=error.status,
            content_type=PROBLEM_JSON,
            body=error.body(),
            headers={"Cache-Control": "no-store", **error.headers},
        )

    @handles(ProblemError)
    def known_problem(error: ProblemError) -> Response[str]:
        return answer(error)

    @handles(RequestUnsupportedContentType)
    def unsupported(_: RequestUnsupportedContentType) -> Response[str]:
        return answer(
            ProblemError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "unsupported_content_type",
                "The body's content type is not supported.",
                "Send application/json.",
            )
        )

    @handles(RequestValidationError)
    def broken_rule(error: RequestValidationError) -> Response[str]:
        return answer(invalid(*field_problems(list(error.errors()))))

    @handles(CvMakerError)
    def understood(error: CvMakerError) -> Response[str]:
        logger.warning("request failed", extra={"code": error.code, **describe_exception(error)})
        status = HTTPStatus.SERVICE_UNAVAILABLE if error.retryable else HTTPStatus.INTERNAL_SERVER_ERROR
        headers = {"Retry-After": "2"} if error.retryable else {}
        return answer(
            ProblemError(status, error.code, error.message, error.advice, retryable=error.retryable, headers=headers)
        )

    @app.not_found
    def no_route(_: NotFoundError) -> Response[str]:
        allowed = _methods_of(app)
        if allowed:
            return answer(
                ProblemError(
                    HTTPStatus.METHOD_NOT_ALLOWED,
                    "method_not_allowed",
                    "The path exists, but not for this method.",
                    headers={"Allow": ", ".join(allowed)},
                )
            )
        return answer(ProblemError(HTTPStatus.NOT_FOUND, "route_not_found", "There is no such route."))

    @handles(Exception)
    def defect(error: Exception) -> Response[str]:
        logger.error("request crashed", extra=describe_exception(error))
        metrics.add_metric("RequestCrashed", MetricUnit.Count, 1)
        return answer(
            ProblemError(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "internal_error",
                "The request met a defect of ours.",
                "Try again; if it fails again, report the time and the job id.",
            )
        )


def _methods_of(app: APIGatewayRestResolver) -> list[str]:
    path = app.context.get("_path") or app.current_event.path
    routes = app._static_routes + app._dynamic_routes  # noqa: SLF001 - no public way to ask for the methods of a path
    return sorted({route.method for route in routes if route.rule.match(path)})


__all__ = ["Services", "build_resolver"]
