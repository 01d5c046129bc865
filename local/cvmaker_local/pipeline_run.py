"""Jobs on a local stack of their own: what `cvmaker run` and `cvmaker invoke` do.

The stack is temporary: nothing of a CV stays behind but what is written to the output folder.
"""

import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cvmaker_core.errors import InputError
from cvmaker_core.job_status import derive_status
from cvmaker_core.schema.jobs import JobReference, JobRequest

from cvmaker_local.runtime_host import UnknownFunctionError
from cvmaker_local.stack import InvokeResult, LocalStack

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
SAMPLES = ROOT / "tests" / "data" / "samples"
# The job that the files of events/ speak of.
SAMPLE_JOB = JobReference(owner="sample-owner-0001", job_id="0123456789abcdef0123456789abcdef")
# What each stage writes, in pipeline order.
OUTPUTS = {
    "intake": ("execution.json",),
    "parse": ("parsed.json",),
    "analyze": ("analysis.json",),
    "embed": ("evidence.json",),
    "tailor": ("tailored.json",),
    "render": ("resume.json", "cv.", "cover-letter."),
    "readback": ("readback.json",),
    "certify": ("receipt.json", "certificate.json", "error.json"),
}


LETTER = "cover-letter"
JOB_FILES = {
    *(f"{name}.json" for name in ("request", "execution", "parsed", "analysis", "evidence", "tailored", "resume")),
    *(f"{name}.json" for name in ("readback", "certificate", "receipt", "error", "superseded")),
    *(f"cv.{suffix}" for suffix in ("pdf", "html", "docx", "txt", "md")),
    *(f"{LETTER}.{suffix}" for suffix in ("pdf", "docx", "txt")),
}


class PipelineRun:
    """A local stack for a few jobs."""

    def __init__(self, template: Path = TEMPLATE, **options: Any) -> None:
        self.stack = LocalStack(template, **options)

    def __enter__(self) -> Self:
        self.stack.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stack.stop()

    def submit(
        self,
        job: JobReference,
        request: JobRequest,
        source: tuple[bytes, str],
        posting: tuple[bytes, str] | None,
    ) -> None:
        """Do what the web app does: request, posting, then the CV, whose arrival starts the pipeline.

        `source` and `posting` are bytes and suffix.
        """
        s3 = self.stack.client("s3")
        uploads = {job.key("request.json"): request.model_dump_json().encode()}
        if posting:
            uploads[f"{job.upload_prefix}posting.{posting[1]}"] = posting[0]
        uploads[f"{job.upload_prefix}source.{source[1]}"] = source[0]
        for key, body in uploads.items():
            s3.put_object(Bucket=self.stack.bucket, Key=key, Body=body)

    def wait(
        self,
        job: JobReference,
        *,
        on_status: Callable[[str], None] = lambda _: None,
        has_posting: bool = True,
        timeout: float = 900.0,
    ) -> str:
        """Wait for the end of a job, telling each new status; returns the last one."""
        last = ""

        def tell(files: set[str]) -> None:
            nonlocal last
            status = derive_status(files, has_posting=has_posting)
            if status != last:
                last = status
                on_status(status)

        try:
            self.stack.wait_for_job(job.owner, job.job_id, timeout, on_progress=tell)
        except TimeoutError:
            raise InputError(
                "job_timed_out", "The job did not finish in time.", "Try a simpler export of the document."
            ) from None
        return last

    def download(self, job: JobReference, out: Path) -> list[str]:
        """Write the job's files into a folder; returns their names.

        Raises
        ------
        InputError
            If the folder cannot be written.

        """
        s3 = self.stack.client("s3")
        names = sorted(self.stack.job_files(job.owner, job.job_id))
        try:
            out.mkdir(parents=True, exist_ok=True)
            for name in JOB_FILES - set(names):  # of an earlier run into the same folder
                (out / name).unlink(missing_ok=True)
            for name in names:
                body = s3.get_object(Bucket=self.stack.bucket, Key=job.key(name))["Body"].read()
                (out / name).write_bytes(body)
        except OSError as error:
            raise InputError(
                "out_unwritable", f"{out} cannot be written ({error.strerror}).", "Choose another folder with --out."
            ) from None
        return names

    def prepare_sample(self, stage: str) -> None:
        """Bring the sample job to the point where a stage has its inputs and not yet its outputs."""
        self.submit(
            SAMPLE_JOB,
            JobRequest(file_name="ada-jensen.pdf"),
            ((SAMPLES / "ada-jensen.pdf").read_bytes(), "pdf"),
            ((SAMPLES / "platform-engineer.txt").read_bytes(), "txt"),
        )
        self.wait(SAMPLE_JOB)
        self.stack.wait_for_executions()
        later = _outputs_from(stage)
        s3 = self.stack.client("s3")
        for name in self.stack.job_files(SAMPLE_JOB.owner, SAMPLE_JOB.job_id):
            if name.startswith(later):
                s3.delete_object(Bucket=self.stack.bucket, Key=SAMPLE_JOB.key(name))


def _outputs_from(stage: str) -> tuple[str, ...]:
    """How the names of everything begin that a stage and those after it write."""
    stages = list(OUTPUTS)
    first = stages.index(stage) if stage in OUTPUTS else len(stages)
    return tuple(name for later in stages[first:] for name in OUTPUTS[later])


def invoke_function(function: str, event: dict[str, Any]) -> InvokeResult:
    """Run one function on one event; an event of the sample job finds that job prepared.

    Raises
    ------
    InputError
        If template.yaml has no such function.

    """
    name = (
        function if function.endswith("Function") else "".join(p.capitalize() for p in function.split("_")) + "Function"
    )
    with PipelineRun(prestart=False) as pipeline:
        if SAMPLE_JOB.job_id in json.dumps(event):
            stage = name.removesuffix("Function").lower()
            pipeline.prepare_sample("readback" if event.get("mode") == "readback" else stage)
        try:
            return pipeline.stack.invoke(name, event)
        except UnknownFunctionError:
            raise InputError(
                "unknown_function", f"template.yaml has no {name}.", "Give a logical id such as ParseFunction."
            ) from None
