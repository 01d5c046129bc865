"""The fault matrix: every external call of every stage × every way it can fail, on the real stack.

Which calls there are is not written down but observed: a clean job is run, and each call that a function makes is a
place for faults. A cell is one job with one fault at one place. What must hold afterwards is in `check`.
"""

import io
import json
import secrets
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from cvmaker_core.schema.artefacts import Envelope
from cvmaker_core.schema.jobs import ExecutionClaim, JobError, JobReference, JobRequest
from cvmaker_local.faults import KINDS, Call, Fault, FaultInjector, Kind
from cvmaker_local.http_server import HttpServer
from cvmaker_local.pipeline_run import TEMPLATE, PipelineRun
from cvmaker_local.textract import block, geometry, split_words
from doubles.providers_application import ProvidersApplication
from pipeline_support import Pipeline

STAGES = ("Intake", "Parse", "Analyze", "Embed", "Tailor", "Render", "Certify", "RecordFailure")
ENVELOPES = (
    "parsed.json",
    "analysis.json",
    "evidence.json",
    "tailored.json",
    "readback.json",
    "certificate.json",
    "receipt.json",
)
DOCUMENTS = ("cv.pdf", "cv.html", "cv.docx", "cv.txt", "cv.md")
# The callers' own limits, shortened: what is tested is what follows a time-out, not its length.
PATIENCE = {
    "AWS_READ_TIMEOUT_SECONDS": "2",
    "OPENAI_TIMEOUT_SECONDS": "6",
    "EMBEDDINGS_TIMEOUT_SECONDS": "6",
    "PINECONE_TIMEOUT_SECONDS": "2",
    "SETTLE_SECONDS": "0",
}
WAIT_SCALE = 0.02
# The provider did the work, or a process died with the answer in hand: then, and only then, a question is asked twice.
ASKED_AGAIN: frozenset[Kind] = frozenset({"time_out", "cut_write", "killed_before", "killed_after", "garbage"})
CV = {
    "basics": {
        "name": "Ilse Brandt",
        "label": "Platform Engineer",
        "email": "ilse@brandt.example",
        "summary": "Platform engineer who builds delivery platforms.",
    },
    "work": [
        {
            "name": "Nordwind GmbH",
            "position": "Platform Engineer",
            "startDate": "2019-03",
            "highlights": ["Moved 40 services to Kubernetes.", "Cut build times by half with Bazel."],
        }
    ],
    "education": [{"institution": "Universität Kiel", "area": "Informatik", "studyType": "BSc", "endDate": "2018"}],
    "skills": [{"name": "Tools", "keywords": ["Kubernetes", "Python", "Terraform"]}],
}
POSTING = (
    "Platform Engineer\n\nRequirements:\n- Kubernetes\n- Python\n- Three years of experience with Terraform\n- COBOL\n"
)
BROKEN_PDF = b"%PDF-1.7\nnothing that could be read\n%%EOF\n"


@dataclass(frozen=True)
class Place:
    """One external call of one stage: where a fault can be put. `skip` such calls of the job come before it."""

    service: str
    function: str
    action: str
    key: str = ""
    skip: int = 0
    job: str = "clean"
    stage: str = ""

    @property
    def label(self) -> str:
        name = self.action.rpartition(":")[2] or self.action
        return f"{self.service} {name}{' ' + self.key if self.key else ''}"


@dataclass
class Cell:
    """One job with one fault, and what became of it."""

    place: Place
    kind: Kind
    met: int = 0
    outcome: str = ""
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def survived(self) -> bool:
        return not self.problems


class CannedTextract:
    """Text recognition that always reads the same page."""

    def __call__(self, _request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        text = ["Ilse Brandt", "Platform Engineer", "ilse@brandt.example", "Experience"]
        text += [
            "Nordwind GmbH, Platform Engineer, 2019 - 2023",
            "Moved 40 services to Kubernetes.",
            "Skills",
            "Python",
        ]
        blocks: list[dict[str, Any]] = [{"BlockType": "PAGE", "Id": "p", "Geometry": geometry(0, 0, 1, 1)}]
        for number, words in enumerate(text):
            place = geometry(0.1, 0.05 + number * 0.04, 0.012 * len(words), 0.02)
            line = block("LINE", words, 0.99, place)
            parts = split_words(words, 0.99, place["BoundingBox"])
            line["Relationships"] = [{"Type": "CHILD", "Ids": [part["Id"] for part in parts]}]
            blocks += [line, *parts]
        return 200, {"DocumentMetadata": {"Pages": 1}, "Blocks": blocks}


class Harness:
    """A stack whose calls can be spoiled, and jobs on it."""

    def __init__(self) -> None:
        self.injector = FaultInjector(time_out_seconds=15.0)
        self.providers = ProvidersApplication()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        server = HttpServer()
        self._stack.callback(server.stop)
        self.run = PipelineRun(
            TEMPLATE,
            openai_api_key="sk-double",
            openai_base_url=f"{server.url}/v1",
            pinecone_api_key="",
            prestart=False,
            faults=self.injector,
            wait_scale=WAIT_SCALE,
            parameters={"OpenAiModel": "gpt-4.1-mini"},
            maximum_concurrency=2,
            vector_delay_seconds=0.0,
        )
        self._stack.enter_context(self.run)
        self.stack = self.run.stack
        server.start(self.injector.before("openai", self.providers, self.stack))
        self.stack.host.base_environment |= PATIENCE
        self.stack._textract = CannedTextract()
        self.pipeline = Pipeline(self.run)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    # --- jobs ---------------------------------------------------------------------------------------------------------

    def submit(self, kind: str) -> JobReference:
        """A job of a kind: clean, scan (reads by Textract), bad (cannot be read, so RecordFailure works)."""
        job = JobReference(owner="fault-person-0001", job_id=secrets.token_hex(16))
        source = {"clean": (json.dumps(CV).encode(), "json"), "bad": (BROKEN_PDF, "pdf"), "scan": (scan(), "pdf")}[kind]
        posting = (POSTING.encode(), "txt") if kind == "clean" else None
        self.run.submit(job, JobRequest(file_name=f"cv.{source[1]}"), source, posting)
        return job

    def settle(self, timeout: float = 60.0) -> None:
        self.stack.wait_for_executions(timeout)

    def start_again(self, job: JobReference) -> None:
        """As the runbook says: start the pipeline for the job once more."""
        self.stack.client("stepfunctions").start_execution(
            stateMachineArn=self.stack.state_machine_arn,
            name=secrets.token_hex(16),
            input=json.dumps({"owner": job.owner, "job_id": job.job_id}),
        )
        self.settle()

    # --- the matrix ---------------------------------------------------------------------------------------------------

    def places(self) -> list[Place]:
        """Every kind of call that the stages make, observed on a clean, a scanned and an unreadable CV."""
        found: list[Place] = []
        for kind in ("clean", "scan", "bad"):
            self.forget_secrets()
            self.injector.reset()
            job = self.submit(kind)
            self.settle()
            files = self.pipeline.files(job)
            expected = "error.json" if kind == "bad" else "certificate.json"
            assert expected in files, (kind, files)
            if kind == "clean":
                asked = self.providers.answered
                assert asked["ProposedRequirements"] == asked["Proposals"] == 1, (
                    "without answers nothing could be paid twice"
                )
            known = {(place.service, place.function, place.action, place.key) for place in found}
            found += [
                place
                for place in observed_places(self.injector.calls, kind)
                if (place.service, place.function, place.action, place.key) not in known
            ]
        return found

    def forget_secrets(self) -> None:
        """New processes: a warm one asks Secrets Manager every five minutes only."""
        for pool in self.stack.host.pools.values():
            pool.reap(time.monotonic() + 1)

    def play(self, place: Place, kind: Kind) -> Cell:
        """Run one cell."""
        cell = Cell(place, kind)
        began = time.monotonic()
        if place.service == "secretsmanager":
            self.forget_secrets()
        fault = Fault(place.service, kind, place.function, place.action, place.key, skip=place.skip)
        self.injector.reset(fault)
        self.providers.answered.clear()
        try:
            job = self.submit(place.job)
            self.settle()
            cell.met = fault.met
            cell.outcome, cell.problems = self.check(job, cell)
        except TimeoutError as error:
            cell.outcome, cell.problems = "hangs", [str(error)]
        cell.seconds = time.monotonic() - began
        return cell

    def check(self, job: JobReference, cell: Cell) -> tuple[str, list[str]]:
        """The invariants. Returns how the job ended, and what is wrong."""
        problems = list(self.broken_files(job))
        files = self.pipeline.files(job)
        if not cell.met:
            problems.append("the fault was never met")
        problems += list(self.duplicate_charges(cell))
        if "certificate.json" in files:
            outcome = "done"
            expected = {*ENVELOPES, *DOCUMENTS, "resume.json"} - (
                {"tailored.json"} if cell.place.job == "scan" else set()
            )
            problems += [f"{name} is missing" for name in sorted(expected - files)]
        elif "error.json" in files:
            error = JobError.model_validate(self.pipeline.json(job, "error.json"))
            outcome = f"error {error.code}"
            if not error.message:
                problems.append("error.json says nothing")
        else:
            return "silent", [*problems, "neither result nor error.json"]
        if cell.place.job == "bad":
            return outcome, problems
        if outcome != "done":
            problems += self.resume(job)
            outcome += ", resumed"
        return outcome, problems

    def resume(self, job: JobReference) -> list[str]:
        """Started again after the fault: it completes, and what was there is not made anew."""
        self.injector.reset()
        before = self.etags(job)
        self.start_again(job)
        files = self.etags(job)
        if "certificate.json" not in files:
            return ["resume does not complete"]
        if "error.json" in files:
            return ["an old error.json is left beside the result"]
        made_again = [name for name in before if name in ENVELOPES and files.get(name) != before[name]]
        return [f"resume made {name} anew" for name in made_again if name not in ("certificate.json", "receipt.json")]

    def etags(self, job: JobReference) -> dict[str, str]:
        listed = self.stack.client("s3").list_objects_v2(Bucket=self.stack.bucket, Prefix=job.prefix)
        return {item["Key"].rpartition("/")[2]: item["ETag"] for item in listed["Contents"]}

    def duplicate_charges(self, cell: Cell) -> Iterator[str]:
        allowed = 2 if cell.kind in ASKED_AGAIN else 1
        for name, number in self.providers.answered.items():
            # A question that failed on the way back may be asked once more by the SDK and once by the state machine.
            limit = allowed + 1 if cell.place.service == "openai" and cell.kind in ASKED_AGAIN else allowed
            if name != "embeddings" and number > limit:
                yield f"{name} was paid for {number} times"

    def broken_files(self, job: JobReference) -> Iterator[str]:
        """All or nothing: whatever is there is whole."""
        validators: dict[str, Callable[[bytes], Any]] = dict.fromkeys(ENVELOPES, Envelope.model_validate_json)
        validators |= {
            "execution.json": ExecutionClaim.model_validate_json,
            "error.json": JobError.model_validate_json,
            "request.json": JobRequest.model_validate_json,
            "resume.json": json.loads,
            "cv.pdf": whole_pdf,
            "cover-letter.pdf": whole_pdf,
            "cv.docx": whole_zip,
            "cover-letter.docx": whole_zip,
        }
        for name in self.pipeline.files(job):
            try:
                body = self.pipeline.bytes(job, name)
                if not body:
                    raise ValueError("empty")
                validators.get(name, bytes.decode)(body)
            except ValueError as error:
                yield f"{name} is not whole ({type(error).__name__})"


def whole_pdf(body: bytes) -> None:
    if not (body.startswith(b"%PDF") and body.rstrip().endswith(b"%%EOF")):
        raise ValueError("cut")


def whole_zip(body: bytes) -> None:
    if zipfile.ZipFile(io.BytesIO(body)).testzip():
        raise ValueError("broken")


def scan() -> bytes:
    """A page that is only a picture."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (850, 1100), "white")
    draw = ImageDraw.Draw(picture)
    for row in range(20):
        draw.line((80, 100 + row * 40, 700, 100 + row * 40), fill="black", width=6)
    body = io.BytesIO()
    picture.save(body, "PDF", resolution=100)
    return body.getvalue()


def observed_places(calls: Iterable[Call], job: str) -> list[Place]:
    """Calls → places: S3 by stage and action (the first, and the last write), providers by path."""
    places: dict[tuple[str, ...], Place] = {}
    counts: dict[tuple[str, str], int] = {}
    for call in calls:
        function = call.function
        if call.service == "lambda":
            invoked = next(stage for stage in STAGES if f"{stage}Function" in call.path) + "Function"
            identity = (call.service, function, call.action, invoked)
            places.setdefault(identity, Place("lambda", function, call.action, invoked, job=job, stage=invoked))
            continue
        if function and function.removesuffix("Function") not in STAGES:
            continue
        if call.service == "s3":
            name = call.path.rpartition("/")[2] if call.action == "s3:PutObject" else ""
            # Claims' reminders and the ledger have names that are never the same twice.
            if name and not call.path.startswith("jobs/"):
                name = call.path.partition("/")[0] + "/"
            identity = (call.service, function, call.action, name)
            places.setdefault(identity, Place("s3", function, call.action, name, job=job, stage=function))
        elif function:
            identity = (call.service, function, call.action)
            places.setdefault(identity, Place(call.service, function, call.action, job=job, stage=function))
        else:
            last = call.path.rstrip("/").rpartition("/")[2]
            kind = last if last in ("responses", "embeddings", "query", "upsert", "list") else "indexes"
            skip = counts.get((call.service, kind), 0)
            counts[call.service, kind] = skip + 1
            # The model is asked twice in a job: by Analyze, then by Tailor.
            if skip and kind != "responses":
                continue
            stage = ("AnalyzeFunction", "TailorFunction")[min(skip, 1)] if kind == "responses" else "EmbedFunction"
            path = kind if kind != "indexes" else "/indexes"
            places[call.service, kind, str(skip)] = Place(call.service, "", path, skip=skip, job=job, stage=stage)
    return thin_out(list(places.values()))


def thin_out(places: list[Place]) -> list[Place]:
    """Of Render's many equal writes, the first and the last; the others are the same code."""
    writes = [place for place in places if place.action == "s3:PutObject" and place.function == "RenderFunction"]
    return [place for place in places if place not in writes[1:-1]]


# How an invocation itself can fail; a function that dies or hangs is what the other services' faults bring about.
INVOCATION_KINDS: tuple[Kind, ...] = ("slow", "throttled", "server_error", "denied")


def full_matrix(places: Iterable[Place]) -> list[tuple[Place, Kind]]:
    return [(place, kind) for place in places for kind in (INVOCATION_KINDS if place.service == "lambda" else KINDS)]


def covering_first(places: list[Place]) -> list[tuple[Place, Kind]]:
    """The full matrix, cells that cover new pairs first: a run that is cut short has seen as much as it could."""
    everything = full_matrix(places)
    first = covering_subset(places, len(everything))
    return [*first, *(cell for cell in everything if cell not in first)]


def covering_subset(places: list[Place], number: int) -> list[tuple[Place, Kind]]:
    """As many pairs (service, kind) and (stage, kind) as `number` cells can hold, chosen greedily, always the same."""
    wanted = {pair for place, kind in full_matrix(places) for pair in pairs(place, kind)}
    chosen: list[tuple[Place, Kind]] = []
    # What takes longest to fail is left to the full run, but for one cell each.
    candidates = full_matrix(places)
    while wanted and len(chosen) < number and candidates:
        best = max(candidates, key=lambda cell: len(pairs(*cell) & wanted) - (0.5 if cell[1] == "time_out" else 0.0))
        candidates.remove(best)
        chosen.append(best)
        wanted -= pairs(*best)
    return chosen


def pairs(place: Place, kind: Kind) -> set[tuple[str, str]]:
    return {(place.service, kind), (place.stage, kind), (place.stage, place.service)}
