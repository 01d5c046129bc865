"""A real job in flight when the stack stops: it goes on after the restart and completes."""

import json
import secrets
from pathlib import Path

import pytest
from cvmaker_local.stack import LocalStack

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "template.yaml"
SAMPLES = ROOT / "tests" / "data" / "samples"


@pytest.mark.parametrize("seen", ["execution.json", "parsed.json", "tailored.json"])
def test_a_job_under_way_goes_on_after_a_restart(tmp_path: Path, seen: str) -> None:
    """Stopped while the next stage works; `seen` is the file that exists by then."""
    owner, job_id = "b" + "0" * 31, secrets.token_hex(16)
    posting = (SAMPLES / "platform-engineer.txt").read_bytes()
    with LocalStack(TEMPLATE, tmp_path, openai_api_key="", pinecone_api_key="") as first:
        for key, content in {
            f"jobs/{owner}/{job_id}/request.json": json.dumps({"kind": "upload"}).encode(),
            f"uploads/{owner}/{job_id}/posting.txt": posting,
            f"uploads/{owner}/{job_id}/source.pdf": (SAMPLES / "ada-jensen.pdf").read_bytes(),
        }.items():
            first.client("s3").put_object(Bucket=first.bucket, Key=key, Body=content)
        first.wait_for_job(owner, job_id, until=[seen])
    with LocalStack(TEMPLATE, tmp_path, openai_api_key="", pinecone_api_key="") as second:
        assert len(second.resumed) == 1
        files = second.wait_for_job(owner, job_id, timeout=60)
        assert "certificate.json" in files
        assert "error.json" not in files
