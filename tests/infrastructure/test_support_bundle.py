"""What a support bundle lets through: codes and numbers, never a word."""

import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from support_bundle import harmless, log_line, own_messages  # noqa: E402

EVENT_TIME = 1_800_000_000_000


def test_messages_of_our_own_code_pass_and_hold_no_values() -> None:
    assert {"stage done", "stage failed", "request"} <= own_messages()
    code = "\n".join(
        path.read_text(encoding="utf-8") for folder in ("functions", "layers") for path in (ROOT / folder).rglob("*.py")
    )
    assert not re.search(r"logger\.\w+\(\s*f\"", code), "a message with values in it could hold anything"


@pytest.mark.parametrize("text", ["Ada Jensen", "ada@example.org", "+45 32 12 34 56", "Sølvgade", "a\nb", ""])
def test_words_do_not_pass(text: str) -> None:
    assert harmless(text) == "(left out)"
    assert harmless({"name": [text]}) == {"name": ["(left out)"]}


@pytest.mark.parametrize("value", ["stage_timed_out", "gpt-6-luna", "4f1c2a9b7d10", "/work/0/name", 1.5, True, None])
def test_codes_and_numbers_do(value: object) -> None:
    assert harmless(value) == value


def test_a_log_line_is_taken_field_by_field() -> None:
    line = {
        "level": "ERROR",
        "message": "Ada Jensen could not be read",
        "code": "encrypted",
        "error_place": ["app.py:31 handler", "Ada Jensen"],
        "surprise": "Ada Jensen",
        "requests": {"s3_get": 2, "Ada Jensen": 1},
    }
    taken = log_line({"timestamp": EVENT_TIME, "message": json.dumps(line)}, "/aws/lambda/x")
    assert "Ada" not in json.dumps(taken)
    assert taken["code"] == "encrypted"
    assert taken["error_place"] == ["app.py:31 handler"]
    assert taken["requests"] == {"s3_get": 2}
    known = log_line({"timestamp": EVENT_TIME, "message": json.dumps({"message": "stage done"})}, "g")
    assert known["message"] == "stage done"
    assert log_line({"timestamp": EVENT_TIME, "message": "Ada Jensen"}, "g").keys() == {"at", "group"}
