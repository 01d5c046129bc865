"""Word documents that a recruiter can edit.

Everything stands on named styles (Title, Heading 1, List Bullet …), so that changing a style
changes the CV. No text boxes, no tables: robots and screen readers meet the text from top to
bottom; dates stand at the right margin by a tab stop. The same input gives the same bytes.
"""

import base64
import binascii
import io
import unicodedata
import zipfile
from typing import Any, Literal, TypeAlias

from cv_rendering.design import Design
from cv_rendering.document import Contact, Document, Entry, Letter, Section
from cv_rendering.formats.docx_styles import (
    PAPERS,
    Look,
    Palette,
    add_page_number_footer,
    define_styles,
    look_of,
    set_document_language,
    set_page,
)
from cv_rendering.formats.docx_xml import add_hyperlink, insert_in_order, make_element

# The oldest time a ZIP archive can state: archives with the same parts are then the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
POINTS_PER_MILLIMETRE = 72 / 25.4
# Of the font size, over the letters, digits and signs of addresses; wide enough for the fonts Word may put in place.
MEAN_LETTER_WIDTH = 0.54
# Unlike a comma, a bar is never part of an employer's name or a place.
BAR = "  |  "
FOREIGN_PARTS = ("/thumbnail", "/customXml", "/stylesWithEffects")
PHOTO_WIDTH_MILLIMETRES = 28

WordDocument: TypeAlias = Any


def write_docx(document: Document, design: Design) -> bytes:
    """The CV as a .docx file."""
    writer = _Writer(design, document.language, document.direction, title=document.title)
    writer.photo(document.photo, document.name)
    writer.head(document.name, document.headline, document.contacts)
    for section in document.sections:
        writer.section(section)
    return writer.save()


def write_letter_docx(letter: Letter, design: Design) -> bytes:
    """The cover letter as a .docx file in the CV's design."""
    writer = _Writer(design, letter.language, letter.direction, title=letter.title, author=letter.name)
    writer.head(letter.name, letter.headline, letter.contacts)
    writer.letter(letter)
    return writer.save()


class _Writer:
    def __init__(
        self,
        design: Design,
        language: str,
        direction: Literal["ltr", "rtl"],
        *,
        title: str,
        author: str | None = None,
    ) -> None:
        import docx

        self.design = design
        self.word: WordDocument = docx.Document()
        self.right_to_left = direction == "rtl"
        self.look: Look = look_of(design.template.name)
        self.palette = Palette(design.accent)
        # The stock document brings one empty section and no paragraph; its styles are replaced by ours.
        define_styles(self.word, design, self.look, self.palette, language, right_to_left=self.right_to_left)
        set_page(self.word, design, right_to_left=self.right_to_left)
        set_document_language(self.word, language)
        self._properties(title, author or title, language)
        add_page_number_footer(self.word, title, right_to_left=self.right_to_left)

    # --- what stands at the top --------------------------------------------------------------

    def photo(self, image: str | None, name: str) -> None:
        """The portrait, in line above the name: it can be deleted like a letter."""
        body = _decode_image(image)
        if body is None:
            return
        from docx.shared import Mm

        paragraph = self._paragraph("", "Contact Details")
        picture = paragraph.add_run().add_picture(io.BytesIO(body), width=Mm(PHOTO_WIDTH_MILLIMETRES))
        picture._inline.docPr.set("descr", name)  # noqa: SLF001 - python-docx has no call for the alternative text

    def head(self, name: str, headline: str, contacts: tuple[Contact, ...]) -> None:
        if name:
            self._paragraph(name, "Title")
        if headline:
            self._paragraph(headline, "Subtitle")
        if not contacts:
            return
        paragraph = self._paragraph("", "Contact Details")
        for number, row in enumerate(self._rows(contacts)):
            if number:
                paragraph.add_run().add_break()
            for index, contact in enumerate(row):
                if index:
                    self._run(paragraph, self.look.contact_separator)
                if contact.label:
                    self._run(paragraph, f"{contact.label}: ")
                self._linked(paragraph, contact.text, contact.url, "Contact Link")

    def _rows(self, contacts: tuple[Contact, ...]) -> list[list[Contact]]:
        """Contacts in rows that fit the line, so that no separator is left at a line's end."""
        size = self.design.body_size * self.look.row["contacts"]["size"]
        _, right, _, left = self.design.margins
        room = (PAPERS[self.design.paper][0] - left - right) * POINTS_PER_MILLIMETRE / (size * MEAN_LETTER_WIDTH)
        rows: list[list[Contact]] = []
        used = 0.0
        for contact in contacts:
            length = len(contact.shown) + len(self.look.contact_separator)
            if not rows or used + length > room:
                rows.append([])
                used = 0.0
            rows[-1].append(contact)
            used += length
        return rows

    # --- sections ----------------------------------------------------------------------------

    def section(self, section: Section) -> None:
        if section.heading:
            self._paragraph(section.heading, "Heading 1")
        for text in section.paragraphs:
            self._paragraph(text, "Normal")
        for entry in section.entries:
            self.entry(entry)
        if section.kind == "inline":
            self._paragraph(section.inline_text, "Normal")
        elif section.kind == "bullets":
            for item in section.items:
                self._paragraph(item, "List Bullet")
        for group in section.groups:
            self._labelled(group.label, group.text, "Labelled Line")

    def entry(self, entry: Entry) -> None:
        if entry.title or entry.dates:
            paragraph = self._paragraph(entry.title, "Heading 2")
            if entry.dates and self.look.dates_below:
                self._run(self._paragraph("", "Date Line"), entry.dates, "Dates")
            elif entry.dates:
                self._run(paragraph, "\t")
                self._run(paragraph, entry.dates, "Dates")
        if entry.subtitle or entry.location or entry.link:
            paragraph = self._paragraph(entry.subtitle, "Heading 3")
            if entry.location:
                self._run(paragraph, BAR if entry.subtitle else "", "Place")
                self._run(paragraph, entry.location, "Place")
            if entry.link:
                self._run(paragraph, BAR if entry.subtitle or entry.location else "", "Place")
                self._linked(paragraph, entry.link.text, entry.link.url, "Hyperlink")
        for text in entry.paragraphs:
            self._paragraph(text, "Normal")
        for text in entry.bullets:
            self._paragraph(text, "List Bullet")
        for detail in entry.details:
            self._labelled(detail.label, detail.text, "Labelled Line")

    def letter(self, letter: Letter) -> None:
        if letter.recipient:
            self._paragraph(letter.recipient, "Recipient")
        if letter.subject:
            self._paragraph(letter.subject, "Heading 1")
        self._paragraph(letter.salutation, "Letter Text")
        for text in letter.paragraphs:
            self._paragraph(text, "Letter Text")
        self._paragraph(letter.closing, "Closing")
        self._paragraph(letter.name, "Signature")

    # --- parts -------------------------------------------------------------------------------

    def _paragraph(self, text: str, style: str) -> Any:
        paragraph = self.word.add_paragraph(style=style)
        if text:
            self._run(paragraph, text)
        return paragraph

    def _run(self, paragraph: Any, text: str, style: str | None = None) -> None:
        if not text:
            return
        run = paragraph.add_run(text, style=style)
        self._mark_direction(run._r, text)  # noqa: SLF001 - python-docx knows no w:rtl on a plain run

    def _mark_direction(self, run: Any, text: str) -> None:
        """In a right-to-left CV a run is complex script, except where it holds Latin text only.

        A range of years alone counts as the CV's own language: it starts at the right.
        """
        directions = {unicodedata.bidirectional(character) for character in text}
        if self.right_to_left and (directions & {"R", "AL"} or "L" not in directions):
            insert_in_order(run.get_or_add_rPr(), make_element("w:rtl"))

    def _linked(self, paragraph: Any, text: str, url: str | None, style: str) -> None:
        if url:
            add_hyperlink(paragraph, text, url, self.word.styles[style].style_id)
        else:
            self._run(paragraph, text)

    def _labelled(self, label: str | None, text: str, style: str) -> None:
        paragraph = self._paragraph("", style)
        if label:
            self._run(paragraph, f"{label}:", "Strong")
            self._run(paragraph, " ")
        self._run(paragraph, text)

    def _properties(self, title: str, author: str, language: str) -> None:
        properties = self.word.core_properties
        properties.title, properties.author, properties.language = title, author, language
        properties.comments = properties.keywords = properties.subject = properties.last_modified_by = ""
        properties.revision = 1
        # The times of creation and change would differ at each run; the standard allows to leave them out.
        element = properties._element  # noqa: SLF001 - python-docx can set these properties but not remove them
        for child in list(element):
            if child.tag.endswith(("}created", "}modified")) or not (child.text or "").strip():
                element.remove(child)

    def save(self) -> bytes:
        # The stock document's thumbnail, bibliography and second set of styles belong to another document.
        for relationships in (self.word.part.package.rels, self.word.part.rels):
            for identifier in [key for key, value in relationships.items() if value.reltype.endswith(FOREIGN_PARTS)]:
                del relationships[identifier]
        raw = io.BytesIO()
        self.word.save(raw)
        return _repack(raw.getvalue())


def _repack(archive: bytes) -> bytes:
    """The same parts in a fixed order with a fixed time; the list of content types comes first, as is customary."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            information = zipfile.ZipInfo(name, EPOCH)
            information.compress_type = zipfile.ZIP_DEFLATED
            information.create_system = 3
            information.external_attr = 0o600 << 16
            target.writestr(information, source.read(name))
    return result.getvalue()


def _decode_image(image: str | None) -> bytes | None:
    """The bytes of a `data:` URL of a picture; anything else is no picture here."""
    if not image or not image.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")):
        return None
    try:
        return base64.b64decode(image.split(",", 1)[1], validate=True)
    except (binascii.Error, ValueError):
        return None
