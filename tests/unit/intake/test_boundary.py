"""What Intake refuses is seen like what any other stage refuses."""

import importlib.util
import io
import json
from pathlib import Path
from typing import Any

import pytest
from cvmaker_core.errors import CvMakerError, InputError, InternalError
from cvmaker_core.job_store import JobStore
from cvmaker_core.observability import logger
from cvmaker_core.settings import settings

UPLOAD = "uploads/b1234567/j1234567/source.pdf"


def load_intake() -> Any:
    path = Path(__file__).parents[3] / "functions" / "intake" / "app.py"
    specification = importlib.util.spec_from_file_location("intake_under_test", path)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("body", "request_json", "refusal", "metric"),
    [
        (b"MZ no document at all", b"{}", InputError, "StageRefused"),
        (b"%PDF-1.7", b'{"options": {"Ada Lovelace": {}}, "kind": "Ada Lovelace"}', InternalError, "StageFailed"),
    ],
)
def test_a_failure_is_logged_and_counted_without_a_word_of_the_person(
    store: JobStore,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    body: bytes,
    request_json: bytes,
    refusal: type[CvMakerError],
    metric: str,
) -> None:
    settings.cache_clear()
    store.put(UPLOAD, body)
    store.put("jobs/b1234567/j1234567/request.json", request_json)
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    event = {"detail": {"object": {"key": UPLOAD, "sequencer": "1"}}}
    with pytest.raises(refusal) as caught:
        load_intake().handler({"event": event, "execution_arn": "arn:aws:states:x:1:execution:m:run-1"}, None)
    failed = [line for line in map(json.loads, written.getvalue().splitlines()) if line["message"] == "stage failed"]
    assert [(line["stage"], line["code"], line["execution"]) for line in failed] == [
        ("intake", caught.value.code, "run-1")
    ]
    (sent,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert (sent["stage"], sent[metric]) == ("intake", [1])
    assert "Lovelace" not in written.getvalue() + str(caught.value)
