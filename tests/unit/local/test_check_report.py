"""`cvmaker check --report`: what the robot sees, as a page for people."""

from pathlib import Path

import pytest
from cvmaker_core.errors import InputError
from cvmaker_local import command_line

SAMPLE = Path(__file__).parents[2] / "data" / "samples" / "ada-jensen.pdf"


def test_check_writes_the_report_a_person_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "new folder" / "report.html"
    command_line.check(SAMPLE, report=report, json_output=True)
    page = report.read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "data:image/png;base64," in page
    assert "Ada" in page.split("<pre>", 1)[1], "the robot's text stands beside the picture"


def test_a_place_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        command_line.check(SAMPLE, report=tmp_path / "file" / "report.html", json_output=True)
    assert caught.value.code == "out_unwritable"
