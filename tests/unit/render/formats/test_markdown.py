"""Markdown: whatever the CV says is shown as it stands, and does nothing."""

import re

import pytest
from cv_rendering.document import Contact, Detail, Document, Entry, Link, Section
from cv_rendering.formats.markdown import escape, write_markdown
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

READER = MarkdownIt("commonmark").enable("strikethrough").enable("table")
HOSTILE = [
    "# not a heading",
    "> not a quote",
    "- not a list",
    "+ nor this",
    "1. nor this",
    "2024) nor this",
    "--- ---",
    "===",
    "*not* **bold** _not italic_ snake_case",
    "![picture](https://evil.example/x.png)",
    "[link](javascript:alert(1))",
    "<script>alert(1)</script>",
    "`code` ~~struck~~ &copy; &#x41;",
    "C:\\path\\* and a | b",
    "$5M to $10M",
    "| a | b |",
    "C# and C++, .NET, A*",
    "ends with a backslash\\",
    "<https://evil.example>",
]


def shown(markdown: str) -> str:
    """What a reader sees of one paragraph."""
    tokens = READER.parse(markdown)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], markdown
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}, markdown
    return "".join(child.content for child in children)


@pytest.mark.parametrize("text", HOSTILE)
def test_cv_text_is_data(text: str) -> None:
    assert shown(escape(text)) == text


@given(st.text(alphabet="#>-+*_`[]()!<>&;~|\\$=.:0123456789aZ é漢\n", min_size=1, max_size=40))
def test_any_text_is_data(text: str) -> None:
    plain = " ".join(text.split())
    if plain:
        assert shown(escape(text)) == plain


def test_plain_text_is_left_readable() -> None:
    text = "Cut costs by 20% (from £1.2m), snake_case & R&D; e-mail: jane@example.com - see https://a.example/b"
    assert escape(text) == text


def test_the_whole_document() -> None:
    entry = Entry(
        pointer="/work/0",
        title="Engineer",
        subtitle="Acme*",
        location="Leeds",
        dates="2019 - 2021",
        link=Link("acme.example", "https://acme.example/(x) y"),
        bullets=("First", "# Second"),
        details=(Detail("Python", "Technologies"),),
    )
    document = Document(
        language="en",
        direction="ltr",
        name="Jane Doe",
        headline="Engineer",
        contacts=(Contact("email", "jane@example.com", "mailto:jane@example.com"), Contact("profile", "jd", None, "X")),
        sections=(Section("work", "entries", "Work", "/work", entries=(entry,)),),
    )
    assert write_markdown(document).decode() == (
        "# Jane Doe\n\n**Engineer**\n\n- [jane@example.com](mailto:jane@example.com)\n- X: jd\n\n## Work\n\n"
        "### Engineer\n\n*2019 - 2021*\\\n**Acme\\*** \\| Leeds \\| [acme.example](https://acme.example/%28x%29%20y)\n\n"
        "- First\n- \\# Second\n\n**Technologies:** Python\n"
    )
    html = READER.render(write_markdown(document).decode())
    assert re.findall(r"<h(\d)>", html) == ["1", "2", "3"]
    assert html.count("<a ") == 2
