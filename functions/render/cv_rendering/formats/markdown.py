"""Markdown (CommonMark), for repositories and web pages.

CV text is data: every character that Markdown or its common dialects would act upon is
escaped, so rendering the file shows exactly the CV's own text, and nothing in it becomes a
picture, HTML, a heading or a link to anything but what it shows.
"""

import re
from collections.abc import Iterable

from cv_rendering.document import Contact, Document, Entry, Link, Section

# Anywhere in a line. `$`, `~` and `|` act in GitHub's dialect; `&` begins an entity.
_ACTIVE = re.compile(r"[\\`*\[\]<>$~|]|(?<!\w)_|_(?!\w)|&(?=#\w+;|[A-Za-z]\w+;)|!(?=\[)")
# At the start of a line: headings, quotes, lists, rules, and the underlines of headings.
_OPENING = re.compile(r"(?:#{1,6}(?=\s|$)|[-+=](?=[-+=\s]|$)|(?<=\d)[.)](?=\s|$))")
_NUMBER = re.compile(r"\d{1,9}(?=[.)](?:\s|$))")
# Between employer, place and address: unlike a comma, a bar is never part of them (escaped: tables are made of it).
BESIDE = r" \| "
_UNSAFE_IN_TARGET = re.compile(r"[\s<>()\\\"'`\[\]]")


def write_markdown(document: Document) -> bytes:
    """The CV as UTF-8 Markdown with line feeds."""
    blocks: list[str] = []
    if document.name:
        blocks.append(f"# {escape(document.name)}")
    if document.headline:
        blocks.append(f"**{escape(document.headline)}**")
    if document.contacts:
        blocks.append("\n".join(f"- {_contact(contact)}" for contact in document.contacts))
    for section in document.sections:
        blocks += _section(section)
    return ("\n\n".join(blocks) + "\n").encode()


def escape(text: str) -> str:
    """The text so that Markdown shows it as it stands, on one line."""
    text = " ".join(text.split())
    escaped = _ACTIVE.sub(lambda match: "\\" + match[0], text)
    if number := _NUMBER.match(escaped):
        end = number.end()
        return f"{escaped[:end]}\\{escaped[end:]}"
    if _OPENING.match(escaped):
        return "\\" + escaped
    return escaped


def _target(url: str) -> str:
    """A link target that cannot end early."""
    return _UNSAFE_IN_TARGET.sub(lambda match: f"%{ord(match[0]):02X}", url)


def _linked(text: str, url: str | None) -> str:
    return f"[{escape(text)}]({_target(url)})" if url else escape(text)


def _contact(contact: Contact) -> str:
    shown = _linked(contact.text, contact.url)
    return f"{escape(contact.label)}: {shown}" if contact.label else shown


def _link(link: Link) -> str:
    return _linked(link.text, link.url)


def _section(section: Section) -> Iterable[str]:
    if section.heading:
        yield f"## {escape(section.heading)}"
    if section.kind == "text":
        yield from map(escape, section.paragraphs)
    elif section.kind == "entries":
        for entry in section.entries:
            yield from _entry(entry)
    elif section.kind == "groups":
        yield "\n".join(f"- {_labelled(group.label, group.text)}" for group in section.groups)
    elif section.kind == "inline":
        yield escape(section.inline_text)
    else:
        yield _bullets(section.items)


def _entry(entry: Entry) -> Iterable[str]:
    if entry.title:
        yield f"### {escape(entry.title)}"
    where = (
        f"**{escape(entry.subtitle)}**" if entry.subtitle else "",
        escape(entry.location),
        _link(entry.link) if entry.link else "",
    )
    # A backslash at the end of a line is CommonMark's line break.
    head = [f"*{escape(entry.dates)}*" if entry.dates else "", BESIDE.join(filter(None, where))]
    if lines := "\\\n".join(filter(None, head)):
        yield lines
    yield from map(escape, entry.paragraphs)
    if entry.bullets:
        yield _bullets(entry.bullets)
    if entry.details:
        yield "\\\n".join(_labelled(detail.label, detail.text) for detail in entry.details)


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {escape(item)}" for item in items)


def _labelled(label: str | None, text: str) -> str:
    return f"**{escape(label)}:** {escape(text)}" if label else escape(text)
