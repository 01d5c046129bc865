"""EventBridge patterns as AWS documents them."""

from typing import Any

import pytest
from cvmaker_local.event_pattern import InvalidPatternError, matches


def by_key(condition: Any, key: Any) -> bool:
    return matches({"detail": {"object": {"key": [condition]}}}, {"detail": {"object": {"key": key}}})


@pytest.mark.parametrize(
    ("condition", "key", "expected"),
    [
        ("a", "a", True),
        ("a", "A", False),
        ({"prefix": "uploads/"}, "uploads/a", True),
        ({"prefix": "uploads/"}, "Uploads/a", False),
        ({"prefix": {"equals-ignore-case": "UP"}}, "uploads/a", True),
        ({"suffix": ".pdf"}, "a.pdf", True),
        ({"suffix": {"equals-ignore-case": ".PDF"}}, "a.pdf", True),
        ({"equals-ignore-case": "ABC"}, "abc", True),
        ({"wildcard": "uploads/*/*/source.*"}, "uploads/o/j/source.pdf", True),
        ({"wildcard": "uploads/*/*/source.*"}, "uploads/o/source.pdf", False),
        ({"wildcard": "uploads/*/*/source.*"}, "x/uploads/o/j/source.pdf", False),
        ({"wildcard": "a*b"}, "a\nb", True),
        ({"wildcard": r"a\*b"}, "a*b", True),
        ({"wildcard": r"a\*b"}, "axb", False),
        ({"wildcard": "a.c"}, "abc", False),
        ({"anything-but": "a"}, "b", True),
        ({"anything-but": ["a", "b"]}, "b", False),
        ({"anything-but": {"prefix": "jobs/"}}, "uploads/a", True),
        ({"anything-but": {"prefix": ["jobs/", "claims/"]}}, "claims/a", False),
        ({"anything-but": {"suffix": ".pdf"}}, "a.pdf", False),
        ({"anything-but": {"wildcard": ["uploads/*/*/source.*", "jobs/*"]}}, "jobs/x", False),
        ({"anything-but": {"wildcard": ["uploads/*/*/source.*", "jobs/*"]}}, "uploads/cv.pdf", True),
        ({"anything-but": {"equals-ignore-case": "A"}}, "a", False),
        ({"cidr": "10.0.0.0/8"}, "10.1.2.3", True),
        ({"cidr": "10.0.0.0/8"}, "11.1.2.3", False),
        ({"numeric": [">", 0, "<=", 5]}, 5, True),
        ({"numeric": [">", 0, "<=", 5]}, 6, False),
        ({"numeric": ["=", 1]}, True, False),
        (1, True, False),
        (None, None, True),
        ({"exists": True}, "a", True),
        ({"exists": False}, "a", False),
        ("a", ["b", "a"], True),
    ],
)
def test_operators(condition: Any, key: Any, expected: bool) -> None:
    assert by_key(condition, key) is expected


def test_an_absent_field_matches_only_exists_false() -> None:
    event: dict[str, Any] = {"detail": {}}
    assert matches({"detail": {"key": [{"exists": False}]}}, event)
    for condition in ("a", {"anything-but": "a"}, {"exists": True}, {"prefix": ""}):
        assert not matches({"detail": {"key": [condition]}}, event)


def test_all_fields_must_match_and_any_alternative_suffices() -> None:
    pattern = {"source": ["aws.s3", "aws.states"], "detail": {"status": ["FAILED"]}}
    assert matches(pattern, {"source": "aws.states", "detail": {"status": "FAILED"}})
    assert not matches(pattern, {"source": "aws.states", "detail": {"status": "SUCCEEDED"}})


def test_or_between_fields() -> None:
    pattern = {"source": ["s"], "$or": [{"a": [1]}, {"b": [{"numeric": [">", 5]}]}]}
    assert matches(pattern, {"source": "s", "b": 6})
    assert not matches(pattern, {"source": "s", "b": 5})


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(InvalidPatternError):
        by_key({"contains": "a"}, "a")
