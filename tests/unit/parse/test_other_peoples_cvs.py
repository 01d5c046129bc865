"""Habits of CVs in the wild, each rebuilt with an invented person: what a fresh set of public templates taught."""

import base64
import io

import docx
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from cv_parsing import parse_document
from cv_parsing.patterns import is_phone
from PIL import Image

from .making import docx_bytes, make_pdf, pdf_text, simple_cv

HEAD = [
    pdf_text(60, 740, "Ines Okonkwo-Lindqvist", 22, "F2"),
    pdf_text(60, 722, "ines@okonkwo-lindqvist.example | +44 20 7946 0311"),
]


def test_a_list_whose_points_are_jobs() -> None:
    """Employer and place on a marked line, title and period below, achievements one level deeper."""
    lines = [*HEAD, pdf_text(60, 680, "Experience", 14, "F2")]
    y = 660
    for employer, place, title, period in (
        ("Saltmarsh Foundry", "Hull, England", "Pattern Maker", "May 2019 - Present"),
        ("Otter Valley Railway", "Leeds, England", "Signal Engineer", "Jan 2015 - April 2019"),
    ):
        lines += [
            pdf_text(60, y, "\x95", 10),
            pdf_text(70, y, employer, 11, "F2"),
            pdf_text(470, y, place),
            pdf_text(70, y - 13, title),
            pdf_text(430, y - 13, period),
            pdf_text(84, y - 27, "\x95 Cut the waste of the yard by a third in one year."),
            pdf_text(84, y - 40, "\x95 Trained six apprentices."),
        ]
        y -= 62
    jobs = parse_document(make_pdf([lines])).parsed.resume["work"]
    assert [(job["name"], job["position"], job["location"]) for job in jobs] == [
        ("Saltmarsh Foundry", "Pattern Maker", "Hull, England"),
        ("Otter Valley Railway", "Signal Engineer", "Leeds, England"),
    ]
    assert [len(job["highlights"]) for job in jobs] == [2, 2]


def test_programming_languages_are_skills() -> None:
    lines = [
        *HEAD,
        pdf_text(60, 680, "Languages", 14, "F2"),
        pdf_text(60, 660, "Swedish (native), English (fluent), Igbo (basic)"),
        pdf_text(60, 646, "Programming: Rust, Python, SQL"),
    ]
    resume = parse_document(make_pdf([lines])).parsed.resume
    assert [item["language"] for item in resume["languages"]] == ["Swedish", "English", "Igbo"]
    assert resume["skills"] == [{"name": "Programming", "keywords": ["Rust", "Python", "SQL"]}]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_reads_like_any_other(turn: int) -> None:
    upright = simple_cv()
    document = pdfium.PdfDocument(upright)
    page = document[0]
    width, height = page.get_size()
    matrix = {90: (0, 1, -1, 0, height, 0), 180: (-1, 0, 0, -1, width, height), 270: (0, -1, 1, 0, 0, width)}[turn]
    pdfium_c.FPDFPage_TransFormWithClip(page.raw, pdfium_c.FS_MATRIX(*matrix), pdfium_c.FS_RECTF(-9e3, 9e3, 9e3, -9e3))
    page.set_mediabox(0, 0, *((width, height) if turn == 180 else (height, width)))
    page.set_rotation(turn)
    buffer = io.BytesIO()
    document.save(buffer)
    turned = parse_document(buffer.getvalue()).parsed
    assert turned.resume == parse_document(upright).parsed.resume
    span = turned.provenance["/basics/name"][0]
    assert span.bbox is not None
    assert span.bbox[1] < 100  # near the top of the page as a person sees it


def test_a_tables_first_row_is_no_job() -> None:
    document = docx.Document()
    document.add_heading("Ines Okonkwo-Lindqvist", 0)
    document.add_paragraph("ines@okonkwo-lindqvist.example")
    document.add_heading("Work Experience", 1)
    rows = [
        ("Period", "Company", "Role"),
        ("Jan 2020 – Jun 2024", "Saltmarsh Foundry", "Pattern Maker"),
        ("Mar 2016 – Dec 2019", "Otter Valley Railway", "Signal Engineer"),
    ]
    table = document.add_table(rows=3, cols=3)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    jobs = parse_document(docx_bytes(document)).parsed.resume["work"]
    assert [(job["name"], job["position"], job["startDate"]) for job in jobs] == [
        ("Saltmarsh Foundry", "Pattern Maker", "2020-01"),
        ("Otter Valley Railway", "Signal Engineer", "2016-03"),
    ]


def test_a_table_that_names_its_sections_in_the_first_column() -> None:
    """Rows within a cell stand beside those of the next."""
    document = docx.Document()
    document.add_paragraph("Ines Okonkwo-Lindqvist")
    document.add_paragraph("ines@okonkwo-lindqvist.example")
    table = document.add_table(rows=3, cols=3)
    texts = [
        ("Education", "2011 – 2015\n2008 – 2011", "University of Hull\nMeadowhall Grammar School"),
        ("Experience", "2015 – 2020", "Otter Valley Railway Ltd, Signal Engineer"),
        ("Skills", "", "Interlocking, AutoCAD, Welding"),
    ]
    for row, columns in zip(table.rows, texts, strict=True):
        for cell, text in zip(row.cells, columns, strict=True):
            first, *rest = text.split("\n")
            cell.paragraphs[0].text = first
            for more in rest:
                cell.add_paragraph(more)
    resume = parse_document(docx_bytes(document)).parsed.resume
    assert [(s["institution"], s["startDate"], s["endDate"]) for s in resume["education"]] == [
        ("University of Hull", "2011", "2015"),
        ("Meadowhall Grammar School", "2008", "2011"),
    ]
    assert [(job["name"], job["position"]) for job in resume["work"]] == [
        ("Otter Valley Railway Ltd", "Signal Engineer")
    ]
    assert resume["skills"][0]["keywords"] == ["Interlocking", "AutoCAD", "Welding"]


def test_given_and_family_name_in_fields_of_their_own() -> None:
    document = docx.Document()
    for line in ("Lebenslauf", "Vorname: Ines", "Nachname: Okonkwo-Lindqvist", "E-Mail: ines@okonkwo.example"):
        document.add_paragraph(line)
    document.add_heading("Kenntnisse", 1)
    document.add_paragraph("Excel, SAP, Word")
    basics = parse_document(docx_bytes(document)).parsed.resume["basics"]
    assert basics["name"] == "Ines Okonkwo-Lindqvist"
    assert "label" not in basics


def test_a_headline_is_no_name() -> None:
    document = docx.Document()
    document.add_heading("Back End Developer (Java)", 0)
    document.add_heading("Skills", 1)
    document.add_paragraph("Excel, SAP, Word")
    basics = parse_document(docx_bytes(document)).parsed.resume["basics"]
    assert "name" not in basics
    assert basics["label"] == "Back End Developer (Java)"


@pytest.mark.parametrize("text", ["1715–1716", "1706.03762", "2023/09 – 2024/06"])
def test_what_is_no_phone_number(text: str) -> None:
    assert not is_phone(text)


def _picture(kind: str) -> bytes:
    image = Image.new("RGB", (240, 300))
    for x in range(240):
        for y in range(300):
            image.putpixel(
                (x, y), ((x * y) % 251, (x + 2 * y) % 241, (3 * x + y) % 239) if kind == "photo" else (9, 9, 90)
            )
    buffer = io.BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.parametrize(("kind", "kept"), [("photo", True), ("flat logo", False)])
def test_a_photo_is_kept_and_a_logo_is_not(kind: str, kept: bool) -> None:
    document = docx.Document()
    document.add_picture(io.BytesIO(_picture(kind)))
    document.add_paragraph("Ines Okonkwo-Lindqvist")
    document.add_paragraph("ines@okonkwo-lindqvist.example")
    document.add_heading("Skills", 1)
    document.add_paragraph("Excel, SAP, Word")
    image = parse_document(docx_bytes(document)).parsed.resume["basics"].get("image")
    assert (image is not None) == kept
    if image:
        prefix, _, data = image.partition(",")
        assert prefix == "data:image/jpeg;base64"
        assert max(Image.open(io.BytesIO(base64.b64decode(data))).size) <= 480


def test_text_that_an_editor_wrapped() -> None:
    """Set-in lines go on with their item; a date on a line of its own parts no certificate in two."""
    text = """Ines Okonkwo-Lindqvist
ines@okonkwo-lindqvist.example

Experience
----------
Pattern Maker
May 2019 - Present
Saltmarsh Foundry Ltd
- Led the move of the whole pattern shop into a hall twice its size, without
  losing a single day of casting.
- Trained six apprentices.

Certifications
--------------
Certified Foundry Technologist
Apr 2023
Institute of Cast Metals
"""
    resume = parse_document(text.encode(), file_name="cv.txt").parsed.resume
    assert resume["work"][0]["highlights"] == [
        "Led the move of the whole pattern shop into a hall twice its size, without losing a single day of casting.",
        "Trained six apprentices.",
    ]
    (certificate,) = resume["certificates"]
    assert certificate["name"] == "Certified Foundry Technologist"
    assert certificate["date"] == "2023-04"
    assert certificate["issuer"] == "Institute of Cast Metals"


@pytest.mark.parametrize(
    ("language", "headings", "present", "degree"),
    [
        ("hi", ("कार्य अनुभव", "शिक्षा", "भाषाएँ"), "मार्च 2019 – वर्तमान", "स्नातक"),
        ("cs", ("Pracovní zkušenosti", "Vzdělání", "Jazyky"), "březen 2019 – současnost", "Bakalář"),
        ("ro", ("Experiență profesională", "Studii", "Limbi străine"), "martie 2019 – prezent", "Licență"),
        ("vi", ("Kinh nghiệm làm việc", "Học vấn", "Ngôn ngữ"), "tháng 3 2019 – hiện tại", "Cử nhân"),
    ],
)
def test_section_names_and_months_of_more_languages(
    language: str, headings: tuple[str, str, str], present: str, degree: str
) -> None:
    text = (
        f"# Ines Okonkwo\nines@okonkwo.example\n\n## {headings[0]}\n\n"
        f"**Pattern Maker**\nSaltmarsh Foundry Ltd\n{present}\n\n"
        f"## {headings[1]}\n\n**{degree}**\nUniversity of Hull\n2011 – 2015\n\n## {headings[2]}\n\nEnglish\n"
    )
    parsed = parse_document(text.encode(), file_name="cv.md").parsed
    (job,) = parsed.resume["work"]
    assert job["startDate"] == "2019-03", language
    assert parsed.dates["/work/0/endDate"].state == "running"
    (study,) = parsed.resume["education"]
    assert study["studyType"] == degree
    assert parsed.resume["languages"] == [{"language": "English"}]


def test_fields_that_a_form_names() -> None:
    document = docx.Document()
    document.add_heading("Ines Okonkwo-Lindqvist", 0)
    document.add_paragraph("ines@okonkwo-lindqvist.example")
    document.add_heading("Work Experience", 1)
    for client, role, period in (
        ("Saltmarsh Foundry Minneapolis, MN", "Pattern Maker", "Jan 2019 – Present"),
        ("Otter Valley, Leeds, UK", "Trainee", "June 2016 – Dec 2018"),
    ):
        for label, value in (("Client", client), ("Designation", role), ("Duration", period)):
            document.add_paragraph(f"{label} : {value}")
        document.add_paragraph("Kept the order book.", style="List Bullet")
    document.add_heading("Academic Qualification", 1)
    table = document.add_table(rows=3, cols=4)
    rows = [
        ("Degree", "Institution", "Year of passing", "Percentage"),
        ("B.E. Mechanical Engineering", "Anna University", "2016", "78%"),
        ("Diploma", "Hull College", "2012", "88%"),
    ]
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    resume = parse_document(docx_bytes(document)).parsed.resume
    assert [(j["name"], j["position"], j["location"], j["startDate"]) for j in resume["work"]] == [
        ("Saltmarsh Foundry", "Pattern Maker", "Minneapolis, MN", "2019-01"),
        ("Otter Valley", "Trainee", "Leeds, UK", "2016-06"),
    ]
    assert not any("description" in job for job in resume["work"])
    assert [(s["institution"], s["endDate"]) for s in resume["education"]] == [
        ("Anna University", "2016"),
        ("Hull College", "2012"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        "Certified Founder, Cast Metals Institute\nIssued Jan 2022 · Expires Jan 2025",
        "- Certified Founder - Cast Metals Institute (Issued: Jan 2022, Expires: Jan 2025)",
        "**Certified Founder**\nIssued by Cast Metals Institute\nIssued Jan 2022 - No Expiration",
    ],
)
def test_when_a_certificate_was_issued_is_no_part_of_it(lines: str) -> None:
    text = f"# Ines Okonkwo\nines@okonkwo.example\n\n## Certifications\n\n{lines}\n\n## Skills\n\nExcel, Word\n"
    (certificate,) = parse_document(text.encode(), file_name="cv.md").parsed.resume["certificates"]
    assert certificate == {"name": "Certified Founder", "issuer": "Cast Metals Institute", "date": "2022-01"}
