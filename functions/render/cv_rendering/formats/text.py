"""Plain text, for pasting into application forms and for e-mail.

Title, dates, and employer with place each have a line, so that a form's own parser meets
them apart; lines of at most 80 columns, broken between words only, so that addresses
stay whole. Headings are underlined rather than put in capitals: capital letters are wrong
for many languages (Turkish i, German ß, Greek accents) and do not exist in others.
"""

import re
import unicodedata
from collections.abc import Iterable

from cv_rendering.document import Document, Entry, Letter, Section

WIDTH = 80
BULLET = "- "
BESIDE = " | "

# A break is allowed between CJK characters, which have no spaces; not before closing marks (kinsoku, abridged).
_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]")
_NOT_FIRST = set("、。，．・：；？！）」』】〕〉》〗〙〛”’ー々〜…%)]},.:;!?")


def write_text(document: Document) -> bytes:
    """The CV as UTF-8 text with line feeds."""
    blocks = [_head(document.name, document.headline, [contact.shown for contact in document.contacts])]
    blocks.extend(_section(section) for section in document.sections)
    return _joined(blocks)


def write_letter_text(letter: Letter) -> bytes:
    """The cover letter as UTF-8 text with line feeds."""
    return _joined(
        [
            _head(letter.name, "", [contact.shown for contact in letter.contacts]),
            wrap(letter.recipient),
            wrap(letter.subject),
            wrap(letter.salutation),
            *(wrap(paragraph) for paragraph in letter.paragraphs),
            [*wrap(letter.closing), *wrap(letter.name)],
        ]
    )


def _joined(blocks: Iterable[list[str]]) -> bytes:
    return ("\n\n".join("\n".join(block) for block in blocks if block) + "\n").encode()


def _head(name: str, headline: str, contacts: list[str]) -> list[str]:
    lines = [*wrap(name), *wrap(headline)]
    if contacts and lines:
        lines.append("")
    return [*lines, *contacts]


def _section(section: Section) -> list[str]:
    heading = wrap(section.heading)
    lines = [*heading, "-" * min(WIDTH, max(map(width, heading)))] if heading else []
    if section.kind == "text":
        return [*lines, *_spaced(wrap(paragraph) for paragraph in section.paragraphs)]
    if section.kind == "entries":
        return [*lines, *_spaced(_entry(entry) for entry in section.entries)]
    if section.kind == "groups":
        return [*lines, *(line for group in section.groups for line in wrap(group.shown, hanging="  "))]
    if section.kind == "inline":
        return [*lines, *wrap(section.inline_text)]
    return [*lines, *(line for item in section.items for line in _bullet(item))]


def _entry(entry: Entry) -> list[str]:
    where = (entry.subtitle, entry.location, entry.link.text if entry.link else "")
    lines = [*wrap(entry.title), *wrap(entry.dates), *wrap(BESIDE.join(filter(None, where)))]
    for paragraph in entry.paragraphs:
        lines += wrap(paragraph)
    for bullet in entry.bullets:
        lines += _bullet(bullet)
    for detail in entry.details:
        lines += wrap(detail.shown, hanging="  ")
    return lines


def _bullet(text: str) -> list[str]:
    return wrap(text, first=BULLET, hanging=" " * len(BULLET))


def _spaced(blocks: Iterable[list[str]]) -> list[str]:
    """Blocks with an empty line between them."""
    lines: list[str] = []
    for block in blocks:
        lines += ["", *block] if lines else block
    return lines


def wrap(text: str, *, first: str = "", hanging: str = "") -> list[str]:
    """Lines of at most `WIDTH` columns; a word that is longer stays whole on a line of its own.

    `first` opens the first line, `hanging` the others.
    """
    if not text:
        return []
    lines, line, length = [], first, width(first)
    empty = True
    for piece, spaced in _pieces(text):
        space = " " if spaced and not empty else ""
        if not empty and length + len(space) + width(piece) > WIDTH:
            lines.append(line)
            line, length, space = hanging, width(hanging), ""
        line += space + piece
        length += len(space) + width(piece)
        empty = False
    return [*lines, line]


def _pieces(text: str) -> Iterable[tuple[str, bool]]:
    """The unbreakable pieces of a text, and whether a space stood before each."""
    for word in text.split():
        start, spaced = 0, True
        for index in range(1, len(word)):
            breakable = _WIDE.match(word[index]) or _WIDE.match(word[index - 1])
            if breakable and word[index] not in _NOT_FIRST:
                yield word[start:index], spaced
                start, spaced = index, False
        yield word[start:], spaced


def width(text: str) -> int:
    """Columns on a terminal: wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
