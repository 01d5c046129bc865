"""Real CVs through the deployed architecture."""

import io
import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from cvmaker_core.pointers import resolve_pointer, walk_strings
from cvmaker_core.schema.jobs import JobReference
from pipeline_support import SAMPLES, Pipeline
from pypdf import PdfReader, PdfWriter

EVERYTHING = {
    "request.json", "execution.json", "parsed.json", "analysis.json", "evidence.json", "tailored.json", "resume.json",
    "cv.pdf", "cv.html", "cv.docx", "cv.txt", "cv.md", "readback.json", "certificate.json", "receipt.json",
}  # fmt: skip


@pytest.fixture(scope="module")
def sample(pipeline: Pipeline, posting: str) -> JobReference:
    job = pipeline.submit(SAMPLES / "ada-jensen.pdf", posting=posting)
    assert pipeline.finish(job) == "done"
    return job


def test_a_job_leaves_every_file_of_the_contract(pipeline: Pipeline, sample: JobReference) -> None:
    assert pipeline.files(sample) >= EVERYTHING | {"cover-letter.pdf", "cover-letter.docx", "cover-letter.txt"}


def test_it_is_certified(pipeline: Pipeline, sample: JobReference) -> None:
    certificate = pipeline.json(sample, "certificate.json")["data"]
    assert certificate["verdict"] in {"pass", "warn"}
    assert all(field["ok"] for field in certificate["fields"].values())
    assert len(certificate["extractors"]) >= 2


def test_every_string_has_a_source_in_the_cv(pipeline: Pipeline, sample: JobReference) -> None:
    tailored = pipeline.json(sample, "tailored.json")["data"]
    parsed = pipeline.json(sample, "parsed.json")["data"]["resume"]
    for pointer, _ in walk_strings(tailored["resume"]):
        if pointer.startswith("/meta"):
            continue
        claim = tailored["claims"][pointer]
        assert claim["sources"], pointer
        for source in claim["sources"]:
            if source["kind"] == "cv":
                resolve_pointer(parsed, source["pointer"])


def test_employers_titles_dates_and_degrees_are_the_cvs_own(pipeline: Pipeline, sample: JobReference) -> None:
    def facts(resume: dict[str, Any]) -> set[tuple[Any, ...]]:
        jobs = {
            (w.get("name"), w.get("position"), w.get("startDate"), w.get("endDate")) for w in resume.get("work", [])
        }
        return jobs | {
            (e.get("institution"), e.get("studyType"), e.get("area"), e.get("startDate"), e.get("endDate"))
            for e in resume.get("education", [])
        }

    parsed = pipeline.json(sample, "parsed.json")["data"]["resume"]
    assert facts(pipeline.json(sample, "tailored.json")["data"]["resume"]) == facts(parsed)
    assert facts(pipeline.json(sample, "resume.json")) <= facts(parsed)


def test_tailoring_makes_the_evidence_more_visible(pipeline: Pipeline, sample: JobReference) -> None:
    visibility = pipeline.json(sample, "tailored.json")["data"]["visibility"]
    assert visibility["after"] > visibility["before"]


def test_every_artefact_is_an_envelope(pipeline: Pipeline, sample: JobReference) -> None:
    for name, stage in {
        "parsed.json": "parse",
        "analysis.json": "analyze",
        "evidence.json": "embed",
        "tailored.json": "tailor",
        "readback.json": "readback",
        "certificate.json": "certify",
        "receipt.json": "certify",
    }.items():
        envelope = pipeline.json(sample, name)
        assert envelope["stage"] == stage
        assert envelope["job_id"] == sample.job_id
        assert set(envelope) == {"schema_version", "job_id", "stage", "inputs", "engine", "usage", "warnings", "data"}


def test_the_receipt_names_every_stage_and_a_price(pipeline: Pipeline, sample: JobReference) -> None:
    receipt = pipeline.json(sample, "receipt.json")["data"]
    assert {"parse", "analyze", "embed", "tailor", "render"} <= set(receipt["stages"])
    assert 0 < receipt["usd"]["total"] < 0.05
    assert receipt["usd"]["openai"] == 0


def test_no_file_name_or_text_enters_an_execution(pipeline: Pipeline, sample: JobReference) -> None:
    for execution in pipeline.stack.executions():
        history = json.dumps(pipeline.stack.execution_history(execution.arn), default=str)
        for secret in ("ada-jensen", "Ada", "Nordvind", "example.org"):
            assert secret not in history


def test_no_text_of_the_cv_enters_a_log(pipeline: Pipeline, sample: JobReference) -> None:
    logs = "\n".join(pipeline.stack.logs())
    assert sample.job_id in logs
    for secret in ("Jensen", "Nordvind", "Kronepay", "example.org", "Fjordbank"):
        assert secret not in logs


def test_without_a_posting_the_cv_is_set_as_it_is(pipeline: Pipeline) -> None:
    job = pipeline.submit(SAMPLES / "ada-jensen.pdf")
    assert pipeline.finish(job) == "done"
    assert "tailored.json" not in pipeline.files(job)
    assert pipeline.json(job, "evidence.json")["data"]["fit"] is None


def test_the_same_event_delivered_five_times_makes_one_job(pipeline: Pipeline, posting: str) -> None:
    job = pipeline.submit(SAMPLES / "ada-jensen.pdf", posting=posting)
    event = {"detail": {"object": {"key": f"{job.upload_prefix}source.pdf", "sequencer": "1"}}}
    machines = pipeline.stack.client("stepfunctions")

    def deliver(number: int) -> str:
        return machines.start_execution(  # type: ignore[no-any-return]
            stateMachineArn=pipeline.stack.state_machine_arn, name=f"{job.job_id}-{number}", input=json.dumps(event)
        )["executionArn"]

    with ThreadPoolExecutor(4) as pool:
        arns = list(pool.map(deliver, range(4)))
    assert pipeline.finish(job) == "done"
    assert [pipeline.stack.wait_for_execution(arn).status for arn in arns] == ["SUCCEEDED"] * 4
    assert pipeline.json(job, "execution.json")["attempt"] == 1


def test_a_file_dropped_by_hand_is_processed(pipeline: Pipeline, posting: str) -> None:
    s3 = pipeline.stack.client("s3")
    folder = "uploads/Bewerbungen 2026/Åsa & Ödön + Co (final)"
    s3.put_object(Bucket=pipeline.stack.bucket, Key=f"{folder}/job.txt", Body=posting.encode())
    s3.put_object(
        Bucket=pipeline.stack.bucket, Key=f"{folder}/My CV + letter.pdf", Body=(SAMPLES / "ada-jensen.pdf").read_bytes()
    )
    job = wait_for_console_job(pipeline, "My CV + letter.pdf")
    assert pipeline.finish(job) == "done"
    assert pipeline.json(job, "evidence.json")["data"]["fit"] is not None, "job.txt in the same folder is the posting"


def test_a_script_may_put_what_the_form_would_post(pipeline: Pipeline) -> None:
    job = JobReference(owner="b" * 12, job_id="put-by-a-script-0001")
    pipeline.stack.client("s3").put_object(
        Bucket=pipeline.stack.bucket,
        Key=f"{job.upload_prefix}source.pdf",
        Body=(SAMPLES / "ada-jensen.pdf").read_bytes(),
    )
    assert pipeline.finish(job) == "done"


def test_a_dropped_document_of_another_kind_is_answered(pipeline: Pipeline) -> None:
    pipeline.stack.client("s3").put_object(
        Bucket=pipeline.stack.bucket, Key="uploads/old/cv.doc", Body=b"\xd0\xcf\x11\xe0"
    )
    job = wait_for_console_job(pipeline, "cv.doc")
    assert pipeline.finish(job) == "failed"
    assert "DOCX" in pipeline.json(job, "error.json")["advice"]


def wait_for_console_job(pipeline: Pipeline, file_name: str) -> JobReference:
    s3 = pipeline.stack.client("s3")
    for _ in range(200):
        for item in s3.list_objects_v2(Bucket=pipeline.stack.bucket, Prefix="jobs/console/").get("Contents", []):
            if item["Key"].endswith("request.json"):
                request = json.loads(s3.get_object(Bucket=pipeline.stack.bucket, Key=item["Key"])["Body"].read())
                if request.get("file_name") == file_name:
                    return JobReference(owner="console", job_id=item["Key"].split("/")[2])
        time.sleep(0.1)
    raise AssertionError("the drop made no job")


def zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * (300 * 1024 * 1024))
    return buffer.getvalue()


def many_pages(number: int) -> bytes:
    writer = PdfWriter()
    page = PdfReader(SAMPLES / "ada-jensen.pdf").pages[0]
    for _ in range(number):
        writer.add_page(page)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(SAMPLES / "ada-jensen.pdf"))
    writer.encrypt("secret", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def picture_of_a_page() -> bytes:
    page = pypdfium2.PdfDocument(SAMPLES / "ada-jensen.pdf")[0]
    buffer = io.BytesIO()
    page.render(scale=1).to_pil().convert("RGB").save(buffer, "PDF")
    return buffer.getvalue()


SAMPLE_PDF = (SAMPLES / "ada-jensen.pdf").read_bytes()
BAD_INPUT: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "pdf"),
    "text renamed to pdf": (b"I am Ada Jensen and this is my CV.", "pdf"),
    "truncated pdf": (SAMPLE_PDF[: len(SAMPLE_PDF) // 3], "pdf"),
    "500 pages": (many_pages(500), "pdf"),
    "encrypted": (encrypted(), "pdf"),
    "no CV at all": (("The quick brown fox jumps over the lazy dog. " * 60).encode(), "txt"),
    "zip bomb": (zip_bomb(), "docx"),
    "zip that is no docx": (b"PK\x03\x04" + b"\x00" * 200, "docx"),
    "json that is no resume": (b'{"hello": [1, 2, 3]}', "json"),
    "too large": (b"%PDF-1.7\n" + b"0" * (21 * 1024 * 1024), "pdf"),
    "binary renamed to txt": (bytes(range(256)) * 20, "txt"),
}


@pytest.fixture(scope="module")
def bad_jobs(pipeline: Pipeline) -> dict[str, JobReference]:
    return {name: pipeline.submit(body, suffix) for name, (body, suffix) in BAD_INPUT.items()}


@pytest.mark.parametrize("name", sorted(BAD_INPUT))
def test_bad_input_ends_in_words(pipeline: Pipeline, bad_jobs: dict[str, JobReference], name: str) -> None:
    job = bad_jobs[name]
    assert pipeline.finish(job) == "failed"
    error = pipeline.json(job, "error.json")
    assert set(error) == {"stage", "code", "message", "advice", "retryable"}
    assert error["code"] not in {"internal_error", "stage_crashed", "stage_timed_out"}, error
    assert error["advice"]
    assert not error["retryable"]
    assert not pipeline.files(job) & {"cv.pdf", "resume.json"}, "no half-written result"


def test_a_poison_file_does_not_block_the_uploads_beside_it(pipeline: Pipeline) -> None:
    """Good and bad ones arrive at once; each job ends by itself."""
    poison = ("zip bomb", "500 pages", "truncated pdf")
    bad = [pipeline.submit(*BAD_INPUT[name]) for name in poison[:2]]
    good = [pipeline.submit(SAMPLE_PDF, "pdf")]
    bad.append(pipeline.submit(*BAD_INPUT[poison[2]]))
    good.append(pipeline.submit(SAMPLE_PDF, "pdf"))
    assert [pipeline.finish(job) for job in good] == ["done", "done"]
    assert [pipeline.finish(job) for job in bad] == ["failed"] * 3
    assert all("error.json" not in pipeline.files(job) for job in good)


@pytest.mark.parametrize("name", ["encrypted_user-password.pdf", "malformed_truncated.docx"])
def test_bad_corpus_files_end_in_words(pipeline: Pipeline, corpus: Path, name: str) -> None:
    source = next(corpus.glob(f"*/{name}"))
    job = pipeline.submit(source)
    assert pipeline.finish(job) == "failed"
    assert pipeline.json(job, "error.json")["code"] not in {"internal_error", "stage_crashed"}


def test_a_scan_is_read_or_answered(pipeline: Pipeline) -> None:
    """With the optional OCR it is read; without it the person is told what to do."""
    job = pipeline.submit(picture_of_a_page(), "pdf")
    if pipeline.finish(job) == "failed":
        error = pipeline.json(job, "error.json")
        assert error["code"] in {"unreadable_scan", "no_text_layer", "ocr_unavailable"}
        assert error["advice"]


def test_a_posting_of_one_word_is_a_warning_not_a_failure(pipeline: Pipeline) -> None:
    job = pipeline.submit(SAMPLES / "ada-jensen.pdf", posting="Engineer")
    assert pipeline.finish(job) == "done"
    assert pipeline.json(job, "analysis.json")["warnings"]


def test_a_huge_posting_is_bounded(pipeline: Pipeline, posting: str) -> None:
    job = pipeline.submit(SAMPLES / "ada-jensen.pdf", posting=posting + "\nLorem ipsum dolor sit amet." * 8000)
    assert pipeline.finish(job) == "done"


def test_a_deleted_upload_ends_in_words(pipeline: Pipeline) -> None:
    job = JobReference(owner="test-person-0001", job_id="deleted0deleted0deleted0deleted0")
    event = {"detail": {"object": {"key": f"{job.upload_prefix}source.pdf", "sequencer": "1"}}}
    pipeline.stack.client("stepfunctions").start_execution(
        stateMachineArn=pipeline.stack.state_machine_arn, name=job.job_id, input=json.dumps(event)
    )
    assert pipeline.finish(job) == "failed"
    assert pipeline.json(job, "error.json")["code"] == "source_missing"


CORPUS_SAMPLE = [
    "pdf/jr_professional__ats-pt.pdf",
    "pdf/deedy_openfont.pdf",
    "pdf/jr_sidebar__career-changer.pdf",
    "docx/resumecraft_career-changer.docx",
    "docx/stairway_columns.docx",
]


@pytest.mark.parametrize("name", CORPUS_SAMPLE)
def test_corpus_files_complete_and_are_certified(pipeline: Pipeline, corpus: Path, name: str) -> None:
    job = pipeline.submit(
        corpus / name, posting=(corpus / "jobs" / "emscad_425_front-end-javascript-engineer.txt").read_text()
    )
    assert pipeline.finish(job) == "done"
    assert pipeline.json(job, "certificate.json")["data"]["verdict"] in {"pass", "warn"}
