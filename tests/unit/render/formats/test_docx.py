"""DOCX: styles a recruiter can edit, text in order, nothing a robot loses, the same bytes each time."""

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import docx
import pytest
from cv_rendering.design import Design, contrast_with_white, resolve_design
from cv_rendering.document import Contact, Detail, Document, Entry, Letter, Link, Section
from cv_rendering.formats.docx import write_docx, write_letter_docx
from cv_rendering.formats.docx_styles import Palette, _looks
from cv_rendering.formats.docx_xml import insert_in_order, make_element
from cv_rendering.template_catalogue import list_templates
from cvmaker_core.schema.jobs import DesignOptions

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PIXEL = f"data:image/png;base64,{PNG}"


@pytest.fixture(scope="module")
def design() -> Design:
    return resolve_design("classic", DesignOptions(accent="#7a1f2b", paper="Letter"), "en")


@pytest.fixture(scope="module")
def document() -> Document:
    entry = Entry(
        pointer="/work/0",
        title="Engineer <b>&amp;</b>",
        subtitle="Acme & Sons",
        location="Leeds",
        dates="Mar 2020 - Present",
        link=Link("acme.example", "https://acme.example"),
        paragraphs=("Makers of anvils.",),
        bullets=("Cut build time", "Led six people"),
        details=(Detail("Python, Go", "Technologies", "/work/0/keywords"),),
    )
    return Document(
        language="en-GB",
        direction="ltr",
        name="Jane Doe",
        headline="Engineer",
        contacts=(
            Contact("email", "jane@example.com", "mailto:jane@example.com"),
            Contact("location", "Leeds"),
            Contact("profile", "jane", None, "GitLab"),
        ),
        sections=(
            Section("summary", "text", "Summary", "/basics/summary", paragraphs=("Builds things.",)),
            Section("work", "entries", "Work Experience", "/work", entries=(entry,)),
            Section("skills", "groups", "Skills", "/skills", groups=(Detail("SQL, R", "Data", "/skills/0"),)),
            Section("languages", "inline", "Languages", "/languages", items=("English", "Welsh")),
            Section("custom/0", "bullets", "Patents", "/meta", items=("A valve",)),
        ),
    )


def paragraphs(body: bytes) -> list[tuple[str, str]]:
    return [(str(getattr(item.style, "name", "")), item.text) for item in docx.Document(io.BytesIO(body)).paragraphs]


def part(body: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(body)).read(name).decode()


def test_everything_stands_in_order_on_named_styles(document: Document, design: Design) -> None:
    assert paragraphs(write_docx(document, design)) == [
        ("Title", "Jane Doe"),
        ("Subtitle", "Engineer"),
        ("Contact Details", "jane@example.com  |  Leeds  |  GitLab: jane"),
        ("Heading 1", "Summary"),
        ("Normal", "Builds things."),
        ("Heading 1", "Work Experience"),
        ("Heading 2", "Engineer <b>&amp;</b>\tMar 2020 - Present"),
        ("Heading 3", "Acme & Sons  |  Leeds  |  acme.example"),
        ("Normal", "Makers of anvils."),
        ("List Bullet", "Cut build time"),
        ("List Bullet", "Led six people"),
        ("Labelled Line", "Technologies: Python, Go"),
        ("Heading 1", "Skills"),
        ("Labelled Line", "Data: SQL, R"),
        ("Heading 1", "Languages"),
        ("Normal", "English, Welsh"),
        ("Heading 1", "Patents"),
        ("List Bullet", "A valve"),
    ]


def test_dates_stand_below_where_the_template_puts_them(document: Document) -> None:
    lines = paragraphs(write_docx(document, resolve_design("plain", None, "en")))
    at = lines.index(("Heading 2", "Engineer <b>&amp;</b>"))
    assert lines[at + 1] == ("Date Line", "Mar 2020 - Present")


@pytest.mark.parametrize("template", [info.name for info in list_templates()])
def test_every_template_has_a_look_and_readable_colours(document: Document, template: str) -> None:
    design = resolve_design(template, None, "en")
    word = docx.Document(io.BytesIO(write_docx(document, design)))
    assert template in _looks()
    for style in word.styles:
        colour = getattr(getattr(style, "font", None), "color", None)
        if colour is not None and colour.rgb is not None:
            on = "#" + Palette(design.accent)["accent"] if str(colour.rgb) == "FFFFFF" else f"#{colour.rgb}"
            assert contrast_with_white(on) >= 4.5, style.name


def test_no_tables_and_no_text_boxes(document: Document, design: Design) -> None:
    body = part(write_docx(document, design), "word/document.xml")
    assert not re.search(r"<w:tbl\b|txbxContent|<w:pict|<mc:", body)


def test_the_same_input_gives_the_same_bytes(document: Document, design: Design) -> None:
    assert write_docx(document, design) == write_docx(document, design)
    archive = zipfile.ZipFile(io.BytesIO(write_docx(document, design)))
    assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert archive.testzip() is None


def test_every_relationship_leads_to_a_part(document: Document, design: Design) -> None:
    archive = zipfile.ZipFile(io.BytesIO(write_docx(document, design)))
    names = set(archive.namelist())
    for name in names:
        if not name.endswith(".rels"):
            continue
        folder = name.replace("_rels/", "").rsplit("/", 1)[0] + "/" if "word/" in name else ""
        for relation in re.findall(r"<Relationship [^>]+>", archive.read(name).decode()):
            target = re.search(r'Target="([^"]+)"', relation)
            assert target is not None
            if 'TargetMode="External"' not in relation:
                assert (folder + target[1]).lstrip("/") in names


def test_links_are_real_and_keep_their_text(document: Document, design: Design) -> None:
    body = write_docx(document, design)
    links = [
        (link.text, link.address) for item in docx.Document(io.BytesIO(body)).paragraphs for link in item.hyperlinks
    ]
    assert links == [("jane@example.com", "mailto:jane@example.com"), ("acme.example", "https://acme.example")]


def test_the_look_follows_the_design(document: Document, design: Design) -> None:
    word = docx.Document(io.BytesIO(write_docx(document, design)))
    assert str(word.styles["Heading 1"].font.color.rgb) == "7A1F2B"
    assert word.styles["Normal"].font.size.pt == pytest.approx(design.body_size, abs=0.3)
    section: Any = word.sections[0]
    assert round(section.page_width.mm, 1) == 215.9
    assert section.different_first_page_header_footer
    tab = word.styles["Heading 2"].paragraph_format.tab_stops[0]
    text_width = section.page_width - section.left_margin - section.right_margin
    assert tab.position == pytest.approx(text_width, abs=2000)


def test_properties_name_person_and_language(document: Document, design: Design) -> None:
    body = write_docx(document, design)
    core = part(body, "docProps/core.xml")
    assert "<dc:title>Jane Doe</dc:title>" in core
    assert "<dc:creator>Jane Doe</dc:creator>" in core
    assert "python-docx" not in core
    assert 'w:val="en-GB"' in part(body, "word/styles.xml").split("</w:docDefaults>")[0]


def test_right_to_left_is_marked_on_paragraphs_runs_and_page(document: Document, design: Design) -> None:
    arabic = replace(document, language="ar", direction="rtl", name="ليلى حداد", headline="")
    body = write_docx(arabic, resolve_design("classic", None, "ar"))
    assert "<w:bidi/>" in part(body, "word/styles.xml")
    text = part(body, "word/document.xml")
    assert re.search(r"<w:rtl/></w:rPr><w:t>ليلى حداد", text)
    assert not re.search(r"<w:rtl/></w:rPr><w:t[^>]*>Cut build time", text)
    assert "<w:bidi/>" in text.split("<w:sectPr")[1]
    assert 'w:bidi="ar"' in part(body, "word/styles.xml")


def test_cjk_gets_its_font_and_no_slant(document: Document) -> None:
    japanese = replace(document, language="ja", name="山田 花子")
    styles = part(write_docx(japanese, resolve_design("classic", None, "ja")), "word/styles.xml")
    assert 'w:eastAsia="Yu Mincho"' in styles
    assert "<w:i/>" not in styles
    assert "<w:caps/>" not in styles


def test_the_portrait_is_in_line_and_described(document: Document, design: Design) -> None:
    body = part(write_docx(replace(document, photo=PIXEL), design), "word/document.xml")
    assert 'descr="Jane Doe"' in body
    assert "<wp:inline" in body
    assert "<wp:anchor" not in body
    assert "<wp:inline" not in part(write_docx(replace(document, photo="https://x/y.png"), design), "word/document.xml")


def test_the_letter_has_all_its_parts(design: Design) -> None:
    letter = Letter(
        language="en",
        direction="ltr",
        name="Jane Doe",
        headline="",
        contacts=(Contact("email", "jane@example.com", "mailto:jane@example.com"),),
        recipient="Globex",
        subject="Application: Developer",
        salutation="Dear Hiring Team,",
        paragraphs=("One.", "Two."),
        closing="Kind regards,",
    )
    body = write_letter_docx(letter, design)
    assert [text for _, text in paragraphs(body)] == [
        "Jane Doe",
        "jane@example.com",
        "Globex",
        "Application: Developer",
        "Dear Hiring Team,",
        "One.",
        "Two.",
        "Kind regards,",
        "Jane Doe",
    ]
    assert body == write_letter_docx(letter, design)


def test_elements_go_where_the_schema_wants_them() -> None:
    properties = make_element("w:pPr")
    for tag in ("w:jc", "w:keepNext", "w:spacing", "w:bidi", "w:keepNext"):
        insert_in_order(properties, make_element(tag))
    assert [child.tag.split("}")[1] for child in properties] == ["keepNext", "bidi", "spacing", "jc"]
