"""Reading events and keys: what a presigned form, a console user and the API start look like."""

import pytest
from cvmaker_core.upload_keys import console_job, form_upload, job_of_event
from job_intake.arrivals import is_convertible, is_source, posting_candidates, read_arrival

FORM_KEY = "uploads/b1f0c2d3e4a5968778695a4b3c2d1e0f/0123456789abcdef0123456789abcdef/source.pdf"


def s3_event(key: str, sequencer: str = "0063") -> dict[str, object]:
    return {"detail": {"object": {"key": key, "size": 1, "sequencer": sequencer}}}


def test_a_form_upload_names_its_job() -> None:
    arrival = read_arrival(s3_event(FORM_KEY))
    assert arrival is not None
    assert arrival.job.owner == "b1f0c2d3e4a5968778695a4b3c2d1e0f"
    assert arrival.job.job_id == "0123456789abcdef0123456789abcdef"
    assert arrival.key == FORM_KEY


@pytest.mark.parametrize(
    "key", ["uploads/Ada's CV + letter (final) é.pdf", "uploads/a+b c/Müller.DOCX", "uploads/../x.pdf"]
)
def test_a_console_drop_keeps_its_key_as_it_is(key: str) -> None:
    arrival = read_arrival(s3_event(key))
    assert arrival is not None
    assert arrival.key == key, "EventBridge keys are not URL-encoded: a literal + stays"
    assert arrival.job.owner == "console"
    assert arrival.job == read_arrival(s3_event(key)).job  # type: ignore[union-attr]
    assert arrival.job != read_arrival(s3_event(key, "0064")).job  # type: ignore[union-attr]


def test_no_file_name_enters_a_job_id() -> None:
    assert "jensen" not in console_job("uploads/Ada Jensen.pdf", "1").job_id.lower()


@pytest.mark.parametrize(
    "key",
    [
        "uploads/folder/",
        "uploads/job.txt",
        "uploads/x/posting.pdf",
        "uploads/.DS_Store",
        "uploads/cv.exe",
        "jobs/a/b/cv.pdf",
    ],
)
def test_what_is_no_cv_is_ignored(key: str) -> None:
    assert read_arrival(s3_event(key)) is None


def test_a_form_posting_starts_nothing() -> None:
    assert read_arrival(s3_event(FORM_KEY.replace("source", "posting"))) is None


def test_unreadable_documents_are_recognised() -> None:
    assert is_convertible("uploads/cv.doc")
    assert is_convertible("uploads/scan.JPG")
    assert not is_convertible("uploads/cv.pdf")
    assert not is_source("uploads/cv.doc")


def test_an_api_start_names_owner_and_job() -> None:
    arrival = read_arrival({"owner": "k1234567", "job_id": "abcdefgh"})
    assert arrival is not None
    assert arrival.key is None


@pytest.mark.parametrize("owner", ["../other", "a/b", "", "x" * 200])
def test_an_owner_that_could_leave_its_prefix_is_refused(owner: str) -> None:
    with pytest.raises(ValueError, match="owner"):
        read_arrival({"owner": owner, "job_id": "abcdefgh"})


def test_a_console_folder_is_not_mistaken_for_a_form() -> None:
    assert form_upload("uploads/My CVs/2024/source.pdf") is None
    assert form_upload("uploads/console/0123456789abcdef/source.pdf") is None


def test_where_a_posting_may_lie() -> None:
    assert posting_candidates("uploads/Ada/cv.pdf") == ["uploads/Ada/job.txt"]
    assert FORM_KEY.replace("source.pdf", "posting.docx") in posting_candidates(FORM_KEY)


def test_the_older_notification_is_url_decoded() -> None:
    event = {"Records": [{"s3": {"object": {"key": "uploads/a%2Bb+c.pdf", "sequencer": "1"}}}]}
    arrival = read_arrival(event)
    assert arrival is not None
    assert arrival.key == "uploads/a+b c.pdf"


def test_a_failure_finds_the_job_of_a_file_that_only_looks_like_a_form() -> None:
    event = s3_event("uploads/Jane Doe/CVs/source.pdf")
    arrival = read_arrival(event)
    assert arrival is not None
    assert job_of_event(event) == arrival.job


def test_a_document_of_another_kind_is_taken_in_to_be_answered() -> None:
    assert read_arrival(s3_event("uploads/Jane Doe/CVs/source.doc")) is not None
