"""The documents bucket as a store of jobs."""

import pytest
from cvmaker_core.errors import JobDeleted
from cvmaker_core.job_store import Conflict, JobStore, ObjectMissing
from cvmaker_core.schema.jobs import JobReference

JOB = JobReference(owner="b1234567", job_id="j1234567")


def test_what_is_written_is_listed_and_read(store: JobStore) -> None:
    store.write(JOB, "parsed.json", b'{"a": 1}')
    assert set(store.files(JOB)) == {"parsed.json"}
    assert store.read_json(JOB, "parsed.json") == {"a": 1}


def test_a_pinned_version_that_changed_counts_as_missing(store: JobStore) -> None:
    etag = store.put("uploads/x/source.pdf", b"one")
    assert store.read("uploads/x/source.pdf", etag) == b"one"
    store.put("uploads/x/source.pdf", b"two")
    with pytest.raises(ObjectMissing):
        store.read("uploads/x/source.pdf", etag)


def test_only_one_of_two_first_writers_wins(store: JobStore) -> None:
    store.put("k", b"1", if_absent=True)
    with pytest.raises(Conflict):
        store.put("k", b"2", if_absent=True)


def test_a_stale_successor_loses(store: JobStore) -> None:
    first = store.put("k", b"1")
    store.put("k", b"2", if_match=first)
    with pytest.raises(Conflict):
        store.put("k", b"3", if_match=first)


def test_nothing_is_written_to_a_deleted_job(store: JobStore) -> None:
    store.put(JOB.key("deleted.json"), b"{}")
    with pytest.raises(JobDeleted):
        store.write(JOB, "parsed.json", b"{}")
    assert set(store.files(JOB)) == {"deleted.json"}


def test_a_write_that_crosses_a_deletion_is_taken_back(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, True])
    monkeypatch.setattr(JobStore, "is_deleted", lambda self, job: next(answers))
    with pytest.raises(JobDeleted):
        store.write(JOB, "parsed.json", b"{}")
    assert store.files(JOB) == {}


def test_the_head_of_an_empty_object_is_empty(store: JobStore) -> None:
    store.put("k", b"")
    assert store.read_head("k", 10) == b""
    store.put("k", b"0123456789abc")
    assert store.read_head("k", 10) == b"0123456789"


def test_a_prefix_is_no_object(store: JobStore) -> None:
    store.put("jobs/a/bb", b"1")
    assert store.find("jobs/a/b") is None
