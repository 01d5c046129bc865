"""What may go on paper."""

import pytest
from cv_rendering.cleaning import clean_text
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("co\u00adoperate", "cooperate"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\ue0b0mail@example.com", "mail@example.com"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("a\x00b\x07c", "abc"),
        ("  two\t spaces \u00a0 here ", "two spaces here"),
        ("e\u0301cole", "école"),
        ("o\ufb03ce", "office"),
        ("می\u200cروم", "می\u200cروم"),
        ("क्\u200dष", "क्\u200dष"),
        ("in\u200cvisible", "invisible"),
        ("C++ / C# – .NET", "C++ / C# – .NET"),
    ],
)
def test_invisible_characters_go_and_letters_stay(given_text: str, kept: str) -> None:
    assert clean_text(given_text) == kept


def test_lines_are_kept_only_where_asked() -> None:
    assert clean_text("one\n\n two ", lines=True) == "one\ntwo"
    assert clean_text("one\n\n two ") == "one two"


def test_an_endless_word_is_broken_but_running_han_text_is_not() -> None:
    assert max(map(len, clean_text("x" * 10_000).split())) <= 60
    assert clean_text("分" * 600) == "分" * 600
    address = "https://example.org/" + "a" * 200
    assert clean_text(address) == address


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text, lines=True)
    assert clean_text(once, lines=True) == once
    assert not any(character < " " and character != "\n" for character in once)
