"""What all pipeline stages share, so that a handler holds only what is its own.

A handler looks like this::

    @stage_handler("analyze")
    def handler(run: StageRun) -> None:
        parsed = run.artefact("parsed.json")
        inputs = {"parsed": content_hash(parsed.data), "code": CODE_VERSION}
        if run.reuse("analysis.json", inputs):
            return
        analysis, warnings = analyze(...)
        run.write_artefact("analysis.json", analysis, inputs=inputs, engine={"name": "baseline"}, warnings=warnings)

The decorator validates the event, stops quietly for a deleted job, meters the run, logs and
counts it, and turns every exception into one whose class name the state machine knows and
whose text holds nothing of a document.
"""

import functools
import json
import resource
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from cvmaker_core.aws import client
from cvmaker_core.errors import InputError, InternalError, JobDeleted, TransientError
from cvmaker_core.job_store import CLAIM, REQUEST, JobStore, ObjectMissing, StoredObject
from cvmaker_core.observability import MetricUnit, boundary, logger, measure, metrics
from cvmaker_core.schema.artefacts import Envelope, StageWarning, Tokens, Usage
from cvmaker_core.schema.jobs import ExecutionClaim, JobReference, JobRequest, StageEvent
from cvmaker_core.settings import StageSettings, settings
from cvmaker_core.spending import DailySpending

# Writing an artefact is a put between two looks for the tombstone; it happens after the usage is written down.
REQUESTS_PER_WRITE = 3
# After so many waits for a provider that says "slower", a stage does without it and says so. One less than the state
# machine's attempts would do; the margin is for other retries in between, which count as well.
WAITS_FOR_PROVIDER = 56
# A lost answer to a write is no reason to pay a model twice: an artefact that cost money is written again first.
WRITE_AGAIN_SECONDS = (0.2, 1.0, 3.0)

_container_is_cold = True


def peak_memory_mb() -> float:
    """The process's peak memory (MB). Linux's VmHWM: ru_maxrss would count what the parent had at the fork."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return round(int(status.split("VmHWM:", 1)[1].split(None, 1)[0]) / 1024, 1)
    except (OSError, IndexError, ValueError):
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024, 1)  # bytes on macOS


class StageRun:
    """One run of one stage for one job."""

    def __init__(self, stage: str, event: StageEvent, context: Any, configuration: StageSettings) -> None:
        global _container_is_cold  # noqa: PLW0603 - "cold" is a fact about the process
        self.stage = stage
        self.event = event
        self.job: JobReference = event.job
        self.settings = configuration
        self.store = JobStore(configuration.documents_bucket)
        self.context = context
        self.warnings: list[StageWarning] = []
        self.usage = Usage(memory_mb=configuration.aws_lambda_function_memory_size, cold=_container_is_cold)
        self.reused: str | None = None
        _container_is_cold = False
        self._started = time.perf_counter()
        if event.retry_count:
            # Each earlier attempt was a transition and an invocation, and left no envelope of its own.
            self.count("retries", event.retry_count)
        _count_s3_requests(self)
        self.files: dict[str, StoredObject] = self.store.files(self.job)
        self.spending = DailySpending(self.store, configuration.daily_usd_limit)
        self._may_spend: bool | None = None
        self._request: JobRequest | None = None
        self._claim: ExecutionClaim | None = None

    # --- reading -----------------------------------------------------------------------------

    def request(self) -> JobRequest:
        """What the person asked for (defaults for a console drop without a request)."""
        if self._request is None:
            self._request = (
                JobRequest.model_validate(self.store.read_json(self.job, REQUEST))
                if REQUEST in self.files
                else JobRequest()
            )
        return self._request

    def claim(self) -> ExecutionClaim:
        """What Intake found: where the document lies and which version of it is pinned."""
        if self._claim is None:
            try:
                self._claim = ExecutionClaim.model_validate(self.store.read_json(self.job, CLAIM))
            except ObjectMissing:
                raise InternalError("not_claimed", "The job was never taken in.") from None
        return self._claim

    def source_job(self) -> JobReference | None:
        """The job this one was made from, of the same owner."""
        name = self.request().source_job
        return JobReference(owner=self.job.owner, job_id=name) if name else None

    def artefact(self, name: str) -> Envelope:
        """An artefact of an earlier stage.

        Raises
        ------
        InternalError
            If it is absent: the state machine ran stages out of order.

        """
        try:
            return self.store.read_envelope(self.job, name)
        except ObjectMissing:
            raise InternalError("artefact_missing", f"{name} is missing.", "Start the job again.") from None

    def optional_artefact(self, name: str) -> Envelope | None:
        """An artefact that may be absent."""
        return self.store.read_envelope(self.job, name) if name in self.files else None

    def read_posting(self) -> tuple[bytes, str] | None:
        """The posting's bytes and suffix, wherever it was given; None without one.

        Raises
        ------
        InputError
            If the posting file vanished after the job was taken in.

        """
        claim = self.claim()
        if claim.posting_key:
            try:
                body = self.store.read(claim.posting_key, claim.posting_etag)
            except ObjectMissing:
                raise InputError(
                    "posting_replaced",
                    "The posting was removed or replaced while the job ran.",
                    "Upload the CV again, after the posting.",
                ) from None
            return body, claim.posting_key.rsplit(".", 1)[-1].lower()
        text = self.request().posting
        return (text.encode(), "txt") if text and text.strip() else None

    def remaining_seconds(self) -> float:
        """Time left before Lambda ends this run."""
        return float(self.context.get_remaining_time_in_millis()) / 1000

    @property
    def may_wait(self) -> bool:
        """Whether a throttled provider may end this run, to be asked again when the state machine has waited."""
        return self.event.retry_count < WAITS_FOR_PROVIDER

    def may_spend(self) -> bool:
        """Whether providers may be paid: the person wants it, and the deployment's daily limit is not reached.

        The limit is said in the artefact's warnings.
        """
        if self._may_spend is None:
            self._may_spend = self.request().use_ai
            if self._may_spend and self.spending.is_exhausted():
                self._may_spend = False
                self.warn(
                    "daily_limit_reached",
                    "The service has spent what it may on artificial intelligence today, so none was asked.",
                    "Run the job again tomorrow (UTC) for reworded proposals.",
                )
        return self._may_spend

    # --- reuse -------------------------------------------------------------------------------

    def reuse(self, name: str, inputs: dict[str, str]) -> Envelope | None:
        """An artefact made from the very same inputs: this job's own, or its source job's (copied over).

        A resumed or retailored job thus pays only for what changed.
        """
        own = self._matching(self.job, name, inputs) if name in self.files else None
        if own:
            self.reused = "own"
            return own
        source = self.source_job()
        found = self._matching(source, name, inputs) if source else None
        if found:
            self.reused = "source_job"
            self.write_artefact(
                name, found.data, inputs=inputs, engine=found.engine, warnings=found.warnings, reused=True
            )
        return found

    def _matching(self, job: JobReference, name: str, inputs: dict[str, str]) -> Envelope | None:
        try:
            envelope = self.store.read_envelope(job, name)
        except (ObjectMissing, ValidationError, ValueError, InternalError):
            return None
        return envelope if envelope.inputs == inputs else None

    # --- writing -----------------------------------------------------------------------------

    def warn(self, code: str, message: str, advice: str = "") -> None:
        """Something the person should know though the job goes on."""
        self.warnings.append(StageWarning(code=code, message=message, advice=advice))

    def count(self, request: str, number: int = 1) -> None:
        """Count calls that cost money (e.g. `textract_pages`, `pinecone_write_units`)."""
        self.usage.requests[request] = self.usage.requests.get(request, 0) + number

    def spend(self, tokens: Tokens | None = None, **usd: float) -> None:
        """Add model tokens and dollars by provider."""
        if tokens:
            for field in Tokens.model_fields:
                setattr(self.usage.tokens, field, getattr(self.usage.tokens, field) + getattr(tokens, field))
        for provider, amount in usd.items():
            self.usage.usd[provider] = self.usage.usd.get(provider, 0.0) + amount

    def measured(self) -> Usage:
        """Usage so far: wall time inside the function and the process's peak memory."""
        self.usage.estimated_ms = round((time.perf_counter() - self._started) * 1000, 1)
        self.usage.peak_memory_mb = peak_memory_mb()
        return self.usage

    def envelope(
        self,
        data: BaseModel | dict[str, Any],
        *,
        inputs: dict[str, str],
        engine: dict[str, Any] | None = None,
        warnings: Iterable[StageWarning] = (),
        reused: bool = False,
    ) -> Envelope:
        """The envelope around an artefact of this run."""
        usage = self.measured().model_copy(deep=True)
        usage.reused = reused
        usage.requests["s3_put"] = usage.requests.get("s3_put", 0) + REQUESTS_PER_WRITE
        return Envelope(
            job_id=self.job.job_id,
            stage=self.stage,
            inputs=inputs,
            engine=engine or {},
            usage=usage,
            warnings=[*self.warnings, *warnings],
            data=data if isinstance(data, dict) else data.model_dump(mode="json"),
        )

    def write_artefact(
        self,
        name: str,
        data: BaseModel | dict[str, Any],
        *,
        inputs: dict[str, str],
        engine: dict[str, Any] | None = None,
        warnings: Iterable[StageWarning] = (),
        reused: bool = False,
    ) -> Envelope:
        """Write a JSON artefact in its envelope."""
        envelope = self.envelope(data, inputs=inputs, engine=engine, warnings=warnings, reused=reused)
        body = json.dumps(envelope.model_dump(mode="json"), ensure_ascii=False).encode()
        paid = any(envelope.usage.usd.values()) or any(envelope.usage.tokens.model_dump().values())
        for seconds in WRITE_AGAIN_SECONDS if paid and not reused else ():
            try:
                self.store.write(self.job, name, body)
            except TransientError:
                time.sleep(seconds)
            else:
                return envelope
        self.store.write(self.job, name, body)
        return envelope

    def write_file(self, name: str, body: bytes) -> None:
        """Write a file that is no artefact (a PDF, a DOCX …)."""
        self.store.write(self.job, name, body)


Work: TypeAlias = Callable[[StageRun], None]
Handler: TypeAlias = Callable[[dict[str, Any], Any], dict[str, Any]]


def _count_s3_requests(run: StageRun) -> None:
    """Every S3 call of this run is metered, whoever makes it."""

    def seen(model: Any, **_: Any) -> None:
        name = str(getattr(model, "name", ""))
        run.count("s3_put" if name.startswith(("Put", "List", "Copy", "Post")) else "s3_get")

    client("s3").meta.events.register("before-call.s3", seen, unique_id="cvmaker-meter")


def _forget_s3_requests() -> None:
    client("s3").meta.events.unregister("before-call.s3", unique_id="cvmaker-meter")


def stage_handler(
    stage: str,
) -> Callable[[Callable[[StageRun], None]], Callable[[dict[str, Any], Any], dict[str, Any]]]:
    """Make a Lambda handler of a stage out of a function of a `StageRun`."""

    def decorate(work: Work) -> Handler:
        @functools.wraps(work)
        def handler(raw: dict[str, Any], context: Any) -> dict[str, Any]:
            logger.clear_state()
            # Parse reads CVs, and reads finished ones back: two stages of one function.
            name = "readback" if raw.get("mode") == "readback" else stage
            with boundary(name):
                event = _event(raw)
                # The execution's name: from a failed execution to its job, and back (an upload's has a random one).
                execution = event.execution_arn.rsplit(":", 1)[-1]
                logger.append_keys(job_id=event.job_id, stage=name, attempt=event.attempt, execution=execution)
                return _run(name, event, context, work)

        return handler

    return decorate


def _event(raw: dict[str, Any]) -> StageEvent:
    """The event, or a defect of ours that names the fields (of our own schema) it found wrong."""
    try:
        return StageEvent.model_validate(raw)
    except ValidationError as error:
        fields = sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]} & set(StageEvent.model_fields))
        logger.error("bad event", extra={"fields": fields})
    raise InternalError("bad_event", "The stage was called with an event it does not know.")


def _run(stage: str, event: StageEvent, context: Any, work: Work) -> dict[str, Any]:
    run = StageRun(stage, event, context, settings(StageSettings))
    try:
        if "deleted.json" in run.files:
            raise JobDeleted("job_deleted", "The job was deleted.")
        try:
            work(run)
        finally:
            # Also of a run that failed after it had paid.
            run.spending.record(sum(run.usage.usd.values()))
    except (MemoryError, RecursionError):
        raise InputError(
            "too_complex",
            "The document is too complex to be processed.",
            "Export it again as a simple PDF or DOCX, with fewer pages and images.",
        ) from None
    except ObjectMissing:
        raise TransientError("object_missing", "A file of the job could not be read.") from None
    finally:
        _forget_s3_requests()
        if run.usage.usd:  # money is gone also where the stage failed afterwards
            metrics.add_metric("Usd", MetricUnit.NoUnit, sum(run.usage.usd.values()))
    usage = run.measured()
    measure("Duration", usage.estimated_ms)
    measure("ColdStart", int(usage.cold))
    measure("Warnings", len(run.warnings))
    tokens = usage.tokens.input + usage.tokens.output + usage.tokens.embedding
    if tokens:
        measure("Tokens", tokens)
    logger.info("stage done", extra={"ms": usage.estimated_ms, "reused": run.reused, "requests": usage.requests})
    return {"stage": stage, "reused": run.reused}
