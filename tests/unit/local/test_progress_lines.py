"""The lines `cvmaker run` prints while a job runs."""

import io

import pytest
from cvmaker_local import command_line
from rich.console import Console


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Console:
    console = Console(record=True, width=100, file=io.StringIO())
    monkeypatch.setattr(command_line, "error_console", console)
    return console


def test_each_finished_stage_is_ticked(lines: Console) -> None:
    with command_line._progress() as show:
        for status in ("starting", "queued", "parsing", "analyzing", "done"):
            show(status)
    text = lines.export_text()
    assert text.count("✓") == 4
    assert "✗" not in text


def test_the_stage_that_a_job_failed_in_is_not_ticked(lines: Console) -> None:
    with command_line._progress() as show:
        for status in ("queued", "parsing", "failed"):
            show(status)
    text = lines.export_text()
    assert "✓ Uploading" in text
    assert "✗ Reading the CV" in text
    assert "✓ Reading" not in text


def test_a_crash_is_not_ticked_either(lines: Console) -> None:
    def crash() -> None:
        with command_line._progress() as show:
            show("starting")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash()
    assert "✗ Starting the stack" in lines.export_text()
