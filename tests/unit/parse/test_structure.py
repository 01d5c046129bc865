"""Sections, columns and entries as pages lay them out, each rebuilt with an invented person."""

from typing import Any

import docx
from cv_parsing import parse_document
from lxml import etree

from .making import docx_bytes, make_pdf, pdf_text

HEAD = [
    pdf_text(60, 740, "Tamsin Achterberg", 22, "F2"),
    pdf_text(60, 722, "tamsin@achterberg.example | +44 20 7946 0417"),
]


def rule(y: float, x0: float = 60, x1: float = 540) -> str:
    """A thin filled rectangle over the page, as printers draw a line."""
    return f"q 0 g {x0} {y} {x1 - x0} 1 re f Q"


def resume_of(*operators: str) -> dict[str, Any]:
    return parse_document(make_pdf([operators])).parsed.resume


def test_numbered_names_in_the_margin_head_the_text_beside_them() -> None:
    """Numbers above the names, names lower than the first line beside them, some in the person's own words."""
    lines = [*HEAD]
    y = 680.0
    for number, name, content in (
        ("(01)", "EXPERIENCE", [("Kiln Operator", "F2"), ("Porcelain Works, 2019 - 2023", "F1")]),
        ("(02)", "EDUCATION", [("Diploma in Ceramics", "F2"), ("Thornbury College, 2015 - 2018", "F1")]),
        ("(03)", "MUSINGS", [("Glazes that crack on purpose, and why they please.", "F1")]),
        ("(04)", "SKILLS", [("Throwing, Glazing, Slip casting", "F1")]),
        ("(05)", "LANGUAGES", [("Dutch (native), English (fluent)", "F1")]),
    ):
        lines += [pdf_text(60, y, number, 9), pdf_text(60, y - 24, name, 14, "F2")]
        for offset, (text, font) in enumerate(content):
            lines.append(pdf_text(220, y - 4 - 15 * offset, text, 11, font))
        y -= 84
    resume = resume_of(*lines)
    assert [(job["position"], job["name"]) for job in resume["work"]] == [("Kiln Operator", "Porcelain Works")]
    assert [study["institution"] for study in resume["education"]] == ["Thornbury College"]
    assert [section["name"] for section in resume["meta"]["cvmaker"]["sections"]] == ["MUSINGS"]
    assert resume["skills"][0]["keywords"] == ["Throwing", "Glazing", "Slip casting"]
    assert [item["language"] for item in resume["languages"]] == ["Dutch", "English"]


def test_a_rule_over_the_page_ends_what_stands_side_by_side() -> None:
    """Boxes in two columns under one name are no columns of the page: the next name's rule runs over both."""
    lines = [*HEAD]
    for y, name in ((680, "SKILLS"), (560, "EDUCATION"), (460, "INTERESTS")):
        lines += [pdf_text(60, y, name, 13, "F2"), rule(y - 8)]
    for row, (left, right) in enumerate((("Weaving", "Dyeing"), ("Spinning", "Carding"), ("Felting", "Mending"))):
        lines += [pdf_text(70, 650 - 24 * row, left), pdf_text(330, 650 - 24 * row, right)]
    lines += [
        pdf_text(200, 536, "Thornbury College", 11, "F2"),
        pdf_text(200, 521, "Bachelor of Arts in Textiles"),
        pdf_text(60, 440, "Rowing"),
    ]
    resume = resume_of(*lines)
    assert sorted(word for group in resume["skills"] for word in group["keywords"]) == [
        "Carding", "Dyeing", "Felting", "Mending", "Spinning", "Weaving",
    ]  # fmt: skip
    assert [(study["institution"], study["area"]) for study in resume["education"]] == [
        ("Thornbury College", "Textiles")
    ]
    assert [item["name"] for item in resume["interests"]] == ["Rowing"]


def test_a_cv_whose_section_names_are_pictures() -> None:
    lines = [*HEAD]
    y = 660.0
    for period, title, employer in (
        ("2019 - 2023", "Bookbinder", "Vellum & Thread Ltd"),
        ("2014 - 2019", "Assistant Conservator", "Harbour Archive Trust"),
    ):
        lines += [pdf_text(60, y, period), pdf_text(160, y, title, 10, "F2"), pdf_text(160, y - 14, employer)]
        y -= 30
    y -= 50
    for period, degree, school in (
        ("2012 - 2014", "Master of Arts", "University of Thornbury"),
        ("2009 - 2012", "Bachelor of Arts", "University of Thornbury"),
    ):
        lines += [pdf_text(60, y, period), pdf_text(160, y, degree, 10, "F2"), pdf_text(160, y - 14, school)]
        y -= 30
    resume = resume_of(*lines)
    assert [(job["position"], job["name"]) for job in resume["work"]] == [
        ("Bookbinder", "Vellum & Thread Ltd"),
        ("Assistant Conservator", "Harbour Archive Trust"),
    ]
    assert [study["studyType"] for study in resume["education"]] == ["Master of Arts", "Bachelor of Arts"]


def test_an_employer_is_handed_down_only_from_above() -> None:
    """A job without an employer takes none from the job above it, whose employer stands below its title."""
    lines = [*HEAD, pdf_text(60, 680, "EXPERIENCE", 13, "F2")]
    lines += [
        pdf_text(60, 656, "2019 - 2023"),
        pdf_text(160, 656, "Senior Bookbinder", 10, "F2"),
        pdf_text(160, 642, "Vellum & Thread Ltd"),
        pdf_text(160, 628, "Repaired the parish registers of three counties."),
        pdf_text(60, 606, "2014 - 2019"),
        pdf_text(160, 606, "Freelancing Illustrator", 10, "F2"),
        pdf_text(160, 592, "Drew plants and beetles for four field guides."),
    ]
    jobs = resume_of(*lines)["work"]
    assert [(job["position"], job.get("name")) for job in jobs] == [
        ("Senior Bookbinder", "Vellum & Thread Ltd"),
        ("Freelancing Illustrator", None),
    ]


def test_a_labelled_list_in_the_header_is_the_skills() -> None:
    resume = resume_of(
        *HEAD,
        pdf_text(60, 706, "Technologies: Rust, Erlang, PostgreSQL"),
        pdf_text(60, 670, "EXPERIENCE", 13, "F2"),
        pdf_text(60, 650, "Signal Engineer, Otter Valley Railway Ltd"),
        pdf_text(430, 650, "Jan 2015 - April 2019"),
    )
    assert resume["skills"] == [{"name": "Technologies", "keywords": ["Rust", "Erlang", "PostgreSQL"]}]


def test_how_well_a_group_is_known_is_its_level() -> None:
    resume = resume_of(
        *HEAD,
        pdf_text(60, 680, "SKILLS", 13, "F2"),
        pdf_text(60, 660, "Restoration"),
        pdf_text(60, 646, "Advanced"),
        pdf_text(60, 632, "Paper, Leather, Parchment"),
        pdf_text(60, 610, "Printing"),
        pdf_text(60, 596, "Intermediate"),
        pdf_text(60, 582, "Letterpress, Linocut"),
        pdf_text(60, 560, "Also: Proficient in Photoshop and Lightroom"),
        pdf_text(60, 546, "Fluent in Spanish"),
    )
    assert [(group["name"], group.get("level"), group["keywords"]) for group in resume["skills"]] == [
        ("Restoration", "Advanced", ["Paper", "Leather", "Parchment"]),
        ("Printing", "Intermediate", ["Letterpress", "Linocut"]),
        ("Also", None, ["Photoshop", "Lightroom"]),
    ]
    assert [(item["language"], item["fluency"]) for item in resume["languages"]] == [("Spanish", "Fluent in")]


def test_a_referees_address_is_not_the_persons() -> None:
    resume = resume_of(
        pdf_text(60, 740, "Tamsin Achterberg", 22, "F2"),
        pdf_text(60, 722, "+44 20 7946 0417"),
        pdf_text(60, 680, "EXPERIENCE", 13, "F2"),
        pdf_text(60, 660, "Signal Engineer, Otter Valley Railway Ltd"),
        pdf_text(430, 660, "Jan 2015 - April 2019"),
        pdf_text(60, 620, "REFERENCES", 13, "F2"),
        pdf_text(60, 600, "Oluwaseun Marchetti, oluwaseun@marchetti.example"),
    )
    assert "email" not in resume["basics"]


def test_positions_under_research_are_employment() -> None:
    resume = resume_of(
        *HEAD,
        pdf_text(60, 680, "EXPERIENCE", 13, "F2"),
        pdf_text(60, 660, "Signal Engineer, Otter Valley Railway Ltd", 10, "F2"),
        pdf_text(430, 660, "Jan 2019 - April 2022"),
        pdf_text(60, 620, "RESEARCH", 13, "F2"),
        pdf_text(60, 600, "Research Assistant, Acoustics Laboratory", 10, "F2"),
        pdf_text(430, 600, "Jan 2016 - Dec 2018"),
    )
    assert [job["position"] for job in resume["work"]] == ["Signal Engineer", "Research Assistant"]


def test_fields_of_study_and_schools_that_no_list_knows() -> None:
    resume = resume_of(
        *HEAD,
        pdf_text(60, 680, "EDUCATION", 13, "F2"),
        pdf_text(60, 660, "2014 - 2018"),
        pdf_text(160, 660, "Apprentice Farrier", 11, "F2"),
        pdf_text(160, 646, "Bramblewick Forge, United Kingdom."),
        pdf_text(60, 620, "2010 - 2014"),
        pdf_text(160, 620, "Bachelor of Science", 11, "F2"),
        pdf_text(160, 606, "Major in Metallurgy, University of Thornbury"),
    )
    first, second = resume["education"]
    assert first["institution"] == "Bramblewick Forge"
    assert (second["institution"], second["studyType"], second["area"]) == (
        "University of Thornbury",
        "Bachelor of Science",
        "Metallurgy",
    )


def test_no_text_box_of_a_page_is_left_out() -> None:
    """A drawing turned into Word holds every line in a box of its own, all hung on one paragraph."""
    document = docx.Document()
    document.add_paragraph("Tamsin Achterberg")
    document.add_paragraph("tamsin@achterberg.example")
    document.add_heading("Interests", 1)
    paragraph = document.add_paragraph()
    box = (
        '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        ' xmlns:v="urn:schemas-microsoft-com:vml">'
        "<w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent></v:textbox>"
        "</v:shape></w:pict></w:r>"
    )
    for number in range(90):
        paragraph._p.append(etree.fromstring(box.format(f"Line number {number} of the drawing")))
    text = parse_document(docx_bytes(document)).parsed.text
    assert all(f"Line number {number} of" in text for number in range(90))


def test_an_employers_own_line_over_its_positions_is_no_position() -> None:
    """Employer and whole period on one line, each position with its own period below."""
    jobs = resume_of(
        *HEAD,
        pdf_text(60, 680, "EXPERIENCE", 13, "F2"),
        pdf_text(60, 660, "Otter Valley Railway Ltd", 11, "F2"),
        pdf_text(440, 660, "Jan 2012 - Dec 2018"),
        pdf_text(60, 644, "Signal Engineer"),
        pdf_text(440, 644, "Jun 2015 - Dec 2018"),
        pdf_text(70, 630, "\x95 Renewed the signals of four stations."),
        pdf_text(60, 612, "Junior Engineer"),
        pdf_text(440, 612, "Jan 2012 - May 2015"),
        pdf_text(70, 598, "\x95 Kept the log of every relay."),
    )["work"]
    assert [(job["name"], job["position"], job["startDate"], job["endDate"]) for job in jobs] == [
        ("Otter Valley Railway Ltd", "Signal Engineer", "2015-06", "2018-12"),
        ("Otter Valley Railway Ltd", "Junior Engineer", "2012-01", "2015-05"),
    ]


def test_a_first_job_whose_date_is_unlike_the_others() -> None:
    """A single date in the first job and a period in the second: each bold title opens its own."""
    jobs = resume_of(
        *HEAD,
        pdf_text(60, 680, "EXPERIENCE", 14, "F2"),
        pdf_text(60, 656, "Senior Bookbinder", 12, "F2"),
        pdf_text(60, 640, "Vellum & Thread Ltd Jan 2019"),
        pdf_text(70, 624, "\x95 Restored the registers of three parishes."),
        pdf_text(60, 600, "Bookbinder", 12, "F2"),
        pdf_text(60, 584, "Harbour Archive Trust Jun 2016 - Dec 2018"),
        pdf_text(70, 568, "\x95 Bound the minutes of the harbour board."),
    )["work"]
    assert [(job["position"], job["name"], len(job["highlights"])) for job in jobs] == [
        ("Senior Bookbinder", "Vellum & Thread Ltd", 1),
        ("Bookbinder", "Harbour Archive Trust", 1),
    ]
