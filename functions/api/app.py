"""The thin API: every route that needs nothing heavy. No route waits for the pipeline."""

import json
import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from cvmaker_core.aws import client
from cvmaker_core.errors import InternalError, TransientError
from cvmaker_core.job_store import JobStore
from cvmaker_core.observability import logger, metrics
from cvmaker_core.schema.jobs import JobReference
from cvmaker_core.settings import read_settings
from job_api.reading import JobReader
from job_api.routes import Services, build_resolver
from job_api.settings import ApiSettings
from job_api.storage_access import StorageAccess
from job_api.submission import Submissions

settings = read_settings(ApiSettings)


class AwsPipeline:
    """Step Functions runs jobs; the erase function forgets them."""

    def start(self, job: JobReference) -> None:
        """Start the job's execution. Its name is the job id, so that a repeated start is no second run."""
        payload = json.dumps({"owner": job.owner, "job_id": job.job_id})
        steps = client("stepfunctions")
        try:
            steps.start_execution(stateMachineArn=settings.state_machine_arn, name=job.job_id, input=payload)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise translate(error, "start") from None
        except BotoCoreError as error:
            raise translate(error, "start") from None

    def stop(self, job: JobReference, execution_arn: str | None) -> None:
        """Stop what may be running; a job that never ran, or has ended, is fine."""
        named = settings.state_machine_arn.replace(":stateMachine:", ":execution:") + ":" + job.job_id
        for arn in {execution_arn, named} - {None, ""}:
            try:
                client("stepfunctions").stop_execution(
                    executionArn=arn, error="JobDeleted", cause="Deleted by its owner"
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in {
                    "ExecutionDoesNotExist",
                    "InvalidArn",
                    "ValidationException",
                }:
                    raise translate(error, "stop") from None
            except BotoCoreError as error:
                raise translate(error, "stop") from None

    def erase(self, job: JobReference) -> None:
        """Ask for erasure; Lambda keeps the request and retries it."""
        try:
            client("lambda").invoke(
                FunctionName=settings.erase_function_name,
                InvocationType="Event",
                Payload=json.dumps({"owner": job.owner, "job_id": job.job_id}).encode(),
            )
        except (ClientError, BotoCoreError) as error:
            raise translate(error, "erase") from None


def translate(error: Exception, action: str) -> Exception:
    """A fault of a service we call as one of ours: refused is our defect, everything else passes."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if code in {"AccessDeniedException", "StateMachineDoesNotExist", "ResourceNotFoundException", "InvalidArn"}:
        return InternalError(f"{action}_refused", f"The service refused to {action} the job ({code}).")
    return TransientError(f"{action}_unavailable", f"The service that has to {action} the job did not answer.")


def signing_client() -> Any:
    """An S3 client that only signs.

    boto3 signs for the global endpoint unless told the addressing style, and a browser's upload must not be
    redirected to the region: the preflight would fail. A server named in the environment keeps bucket names in paths.
    """
    import boto3
    from botocore.config import Config

    named = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    placement: Any = {"addressing_style": "path" if named else "virtual"}
    if settings.transfer_acceleration and not named:
        # The bucket's other name, at the edge nearest to the browser.
        placement |= {"use_accelerate_endpoint": True}
    config = Config(signature_version="s3v4", s3=placement)
    return boto3.client("s3", config=config)


@cache
def services() -> Services:
    """Clients and what works with them, once per container."""
    store = JobStore(settings.documents_bucket)
    reader = JobReader(store)
    access = StorageAccess(signing_client(), settings.documents_bucket, settings.browser_storage_endpoint_url)
    submissions = Submissions(settings, store, reader, access, AwsPipeline())
    return Services(settings, store, reader, access, submissions)


app = build_resolver(settings, services)
# Clients are made now: Lambda lends a full processor to initialisation, and the first request does not wait for them.
services()


def only_json(event: dict[str, Any]) -> dict[str, Any]:
    """The event, with any other content type marked as unsupported.

    Powertools would also read forms and multipart bodies, which no route of ours takes, and fails on malformed ones.
    """
    headers = event.get("headers") or {}
    name = next((name for name in headers if name.lower() == "content-type"), None)
    if name is None or not event.get("body") or headers[name].split(";")[0].strip().lower() == "application/json":
        return event
    unsupported = "application/x-unsupported"
    return event | {
        "headers": headers | {name: unsupported},
        "multiValueHeaders": {**(event.get("multiValueHeaders") or {}), name: [unsupported]},
    }


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One request of API Gateway (proxy integration)."""
    logger.clear_state()
    try:
        answer = app.resolve(only_json(event), context)
    finally:
        metrics.flush_metrics()
    # Answers differ by origin: shared caches must know.
    headers = answer.setdefault("multiValueHeaders", {})
    headers["Vary"] = ["Origin, Authorization, X-Api-Key"]
    headers["X-Content-Type-Options"] = ["nosniff"]
    logger.info(
        "request",
        extra={
            "route": event.get("resource"),
            "method": event.get("httpMethod"),
            "status": answer["statusCode"],
            "request_id": getattr(context, "aws_request_id", ""),
        },
    )
    return answer
