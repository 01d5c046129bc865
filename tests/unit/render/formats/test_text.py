"""Plain text: wrapped between words only, one fact a line."""

import pytest
from cv_rendering.document import Contact, Document, Entry, Letter, Section
from cv_rendering.formats.text import WIDTH, width, wrap, write_letter_text, write_text


def test_the_whole_document() -> None:
    entry = Entry(
        pointer="/work/0",
        title="Engineer",
        subtitle="Acme",
        location="Leeds",
        dates="2019 - 2021",
        bullets=("word " * 20,),
    )
    document = Document(
        language="en",
        direction="ltr",
        name="Jane Doe",
        headline="Engineer",
        contacts=(Contact("email", "jane@example.com"), Contact("phone", "123")),
        sections=(
            Section("work", "entries", "Work", "/work", entries=(entry, entry)),
            Section("languages", "inline", "Languages", "/languages", items=("English", "Welsh")),
        ),
    )
    long_bullet = "- " + " ".join(["word"] * 15) + "\n  " + " ".join(["word"] * 5)
    job = f"Engineer\n2019 - 2021\nAcme | Leeds\n{long_bullet}"
    assert write_text(document).decode() == (
        f"Jane Doe\nEngineer\n\njane@example.com\n123\n\nWork\n----\n{job}\n\n{job}\n\n"
        "Languages\n---------\nEnglish, Welsh\n"
    )


@pytest.mark.parametrize("text", ["word " * 60, "経験を持つエンジニア、" * 20, "mixed 経験 words " * 20])
def test_lines_fit_and_nothing_is_lost(text: str) -> None:
    lines = wrap(text, first="- ", hanging="  ")
    assert max(map(width, lines)) <= WIDTH
    assert "".join("".join(lines).split())[1:] == "".join(text.split())
    assert not any(line.lstrip().startswith("、") for line in lines)


def test_addresses_stay_whole() -> None:
    address = "https://example.com/" + "a" * 100
    assert address in wrap(f"See {address} for more")


def test_wide_characters_count_twice() -> None:
    assert width("経験ab") == 6
    assert width("e\u0301") == 1


def test_empty_parts_leave_no_gaps() -> None:
    letter = Letter(
        language="en",
        direction="ltr",
        name="Jane",
        headline="",
        contacts=(),
        recipient="",
        subject="",
        salutation="Dear all,",
        paragraphs=("One.", "Two."),
        closing="Regards,",
    )
    assert write_letter_text(letter).decode() == "Jane\n\nDear all,\n\nOne.\n\nTwo.\n\nRegards,\nJane\n"
