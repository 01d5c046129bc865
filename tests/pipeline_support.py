"""Jobs on a local stack, as tests and benchmarks want to talk about them."""

import json
import secrets
from pathlib import Path
from typing import Any

from cvmaker_core.schema.jobs import JobReference, JobRequest
from cvmaker_local.pipeline_run import PipelineRun

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "tests" / "data" / "samples"
CORPUS = ROOT.parent / "shared" / "corpus" / "dev"


class Pipeline:
    """Jobs on the stack, as a test wants to talk about them."""

    def __init__(self, run: PipelineRun) -> None:
        self.run = run
        self.stack = run.stack

    def submit(
        self, source: Path | bytes, suffix: str = "pdf", posting: str | None = None, **request: Any
    ) -> JobReference:
        """Upload as the web app does; does not wait."""
        job = JobReference(owner="test-person-0001", job_id=secrets.token_hex(16))
        body = source.read_bytes() if isinstance(source, Path) else source
        suffix = source.suffix.lstrip(".") if isinstance(source, Path) else suffix
        self.run.submit(job, JobRequest(**request), (body, suffix), (posting.encode(), "txt") if posting else None)
        return job

    def finish(self, job: JobReference, timeout: float = 180) -> str:
        return self.run.wait(job, timeout=timeout)

    def json(self, job: JobReference, name: str) -> Any:
        return json.loads(self.bytes(job, name))

    def bytes(self, job: JobReference, name: str) -> bytes:
        body: bytes = self.stack.client("s3").get_object(Bucket=self.stack.bucket, Key=job.key(name))["Body"].read()
        return body

    def files(self, job: JobReference) -> set[str]:
        return set(self.stack.job_files(job.owner, job.job_id))
