"""What is on disk, and when."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from cvmaker_local.storage import Storage, StoredExecution, StoredVersion

VERSION = StoredVersion("b", "k", "null", {"etag": "1"}, b"one")
EXECUTION = StoredExecution("arn:1", "1", "machine", "{}", "RUNNING", time.time())


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "state.sqlite")


def test_a_keys_versions_are_replaced_as_one(storage: Storage) -> None:
    storage.replace_key("b", "k", [VERSION], [])
    newer = StoredVersion("b", "k", "null", {"etag": "2"}, b"two")
    storage.replace_key("b", "k", [newer], [])
    assert list(storage.versions()) == [newer]
    marker = StoredVersion("b", "k", "v2", {"delete_marker": True}, None)
    storage.replace_key("b", "k", [newer, marker], [])
    assert list(storage.versions()) == [newer, marker]
    storage.replace_key("b", "k", [], [])
    assert list(storage.versions()) == []


def test_object_and_event_are_written_together_or_not_at_all(storage: Storage) -> None:
    with pytest.raises(TypeError):
        storage.replace_key("b", "k", [VERSION], [{"id": "1", "detail": object()}])
    assert list(storage.versions()) == []
    assert storage.undelivered_events() == []
    storage.replace_key("b", "k", [VERSION], [{"id": "1"}])
    assert storage.undelivered_events() == [{"id": "1"}]
    storage.event_delivered("1")
    assert storage.undelivered_events() == []


def test_another_process_reads_what_was_written_before_a_crash(storage: Storage, tmp_path: Path) -> None:
    storage.replace_key("b", "k", [VERSION], [{"id": "1"}])  # and never closed
    again = Storage(tmp_path / "state.sqlite")
    assert list(again.versions()) == [VERSION]
    assert again.undelivered_events() == [{"id": "1"}]


def test_old_executions_are_forgotten_but_never_running_ones(storage: Storage) -> None:
    long_ago = time.time() - 91 * 24 * 3600
    old = replace(EXECUTION, arn="arn:2", status="SUCCEEDED", started=long_ago)
    stuck = replace(EXECUTION, arn="arn:3", started=long_ago)
    for execution in (EXECUTION, old, stuck):
        storage.save_execution(execution)
    assert storage.executions() == [stuck, EXECUTION]
    ended = replace(EXECUTION, status="FAILED", stopped=1.0, error="E", cause="c")
    storage.save_execution(ended)
    assert storage.executions()[-1] == ended
