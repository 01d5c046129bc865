"""PDF: layout, meaning, and what a person cannot see."""

import base64
import io
from itertools import zip_longest

import pypdfium2 as pdfium
import pytest
from cv_parsing import parse_document
from cv_parsing.pdf_reading import open_pdf, read_pdf
from cv_parsing.photo import portrait_on_page
from cvmaker_core.text import fold
from PIL import Image

from .making import make_pdf, pdf_text, simple_cv


def test_a_simple_cv_is_read_whole() -> None:
    parsed = parse_document(simple_cv()).parsed
    basics = parsed.resume["basics"]
    assert basics["name"] == "Marta Quillfeather"
    assert basics["label"] == "Senior Harbour Engineer"
    assert basics["email"] == "marta@quillfeather.example"
    assert basics["phone"] == "+44 20 7946 0958"
    assert basics["location"] == {"city": "Bristol", "countryCode": "GB"}
    jobs = [(w["name"], w["position"], w["startDate"], w.get("endDate")) for w in parsed.resume["work"]]
    assert jobs == [
        ("Tidewater Docks Ltd", "Lead Engineer", "2019-03", None),
        ("Lockgate Partners", "Junior Engineer", "2014-06", "2019-02"),
    ]
    assert [len(w["highlights"]) for w in parsed.resume["work"]] == [2, 1]
    assert parsed.dates["/work/0/endDate"].state == "running"
    (study,) = parsed.resume["education"]
    assert (study["institution"], study["studyType"], study["area"]) == (
        "University of Exeter",
        "BEng",
        "Civil Engineering",
    )
    assert parsed.resume["skills"][0]["keywords"] == ["AutoCAD", "Python", "Hydraulics"]
    assert parsed.unparsed == []


def test_every_value_has_its_place_on_the_page() -> None:
    parsed = parse_document(simple_cv()).parsed
    (span,) = parsed.provenance["/work/1/name"]
    assert parsed.text[span.start : span.end] == "Lockgate Partners"
    assert span.page == 1
    assert span.bbox is not None
    x0, y0, x1, y1 = span.bbox
    assert x0 == pytest.approx(60, abs=1)
    assert y0 < 792 - 570 < y1  # the baseline, from the top
    assert x1 > x0


def test_a_sidebar_is_not_mixed_with_the_main_column() -> None:
    left = [
        pdf_text(40, 700, "Contact", 12, "F2"),
        pdf_text(40, 684, "iris@penhallow.example"),
        pdf_text(40, 670, "+1 415 555 0137"),
        pdf_text(40, 640, "Skills", 12, "F2"),
        pdf_text(40, 624, "Kafka"),
        pdf_text(40, 610, "Terraform"),
        pdf_text(40, 596, "Rust"),
        pdf_text(40, 566, "Languages", 12, "F2"),
        pdf_text(40, 550, "English (native)"),
        pdf_text(40, 536, "Welsh (basic)"),
    ]
    right = [
        pdf_text(220, 740, "Iris Penhallow", 22, "F2"),
        pdf_text(220, 700, "Experience", 12, "F2"),
        pdf_text(220, 683, "Platform Engineer", 10, "F2"),
        pdf_text(220, 669, "Northgate Systems, May 2018 - April 2022"),
        pdf_text(230, 655, "\x95 Ran the message bus for eleven teams and wrote its runbook."),
        pdf_text(230, 641, "\x95 Halved the bill."),
        pdf_text(220, 611, "Education", 12, "F2"),
        pdf_text(220, 594, "BSc in Physics", 10, "F2"),
        pdf_text(220, 580, "Cardiff University, 2014 - 2018"),
    ]
    interleaved = [operator for pair in zip_longest(left, right, fillvalue="") for operator in pair]
    resume = parse_document(make_pdf([interleaved])).parsed.resume
    assert resume["basics"]["name"] == "Iris Penhallow"
    assert resume["work"][0]["highlights"][1] == "Halved the bill."
    assert [k for s in resume["skills"] for k in s["keywords"]] == ["Kafka", "Terraform", "Rust"]
    assert [entry["language"] for entry in resume["languages"]] == ["English", "Welsh"]


@pytest.mark.parametrize(
    ("operator", "reason"),
    [
        (pdf_text(60, 300, "Harvard Stanford Google hiring manager pick me", before="1 1 1 rg"), "same_colour"),
        (pdf_text(60, 300, "Harvard Stanford Google hiring manager pick me", size=1), "tiny"),
        ("q BT 3 Tr /F1 10 Tf 60 300 Td (Harvard Stanford Google pick me) Tj ET Q", "invisible"),
        ("q BT 0 1 -1 0 590 300 Tm /F1 10 Tf (Harvard Stanford Google) Tj ET Q", "rotated"),
        (pdf_text(900, 300, "Harvard Stanford Google hiring manager pick me"), "off_page"),
    ],
)
def test_what_nobody_sees_is_reported_and_not_used(operator: str, reason: str) -> None:
    result = parse_document(simple_cv([operator]))
    assert "Harvard" not in result.parsed.text
    assert any(item.reason.startswith(reason) for item in result.parsed.layout.hidden_text)
    assert any(warning.code == "hidden_text" for warning in result.warnings)


def test_white_text_on_a_dark_banner_is_seen() -> None:
    banner = "0.1 0.1 0.3 rg 40 280 400 40 re f"
    result = parse_document(simple_cv([banner, pdf_text(60, 296, "Open to relocation", before="1 1 1 rg")]))
    assert "Open to relocation" in result.parsed.text


def test_letter_spaced_names_are_closed() -> None:
    name = "q BT /F2 20 Tf 6 Tc 60 740 Td (MARTA) Tj ET Q q BT /F2 20 Tf 6 Tc 190 740 Td (VEGA) Tj ET Q"
    page = [
        name,
        pdf_text(60, 720, "marta@vega.example"),
        pdf_text(60, 690, "Skills", 14, "F2"),
        pdf_text(60, 672, "Python, SQL, Excel"),
    ]
    assert parse_document(make_pdf([page])).parsed.resume["basics"]["name"] == "MARTA VEGA"


def test_drawn_dots_make_list_items() -> None:
    dots = [f"60 {y} 3 3 re f" for y in (302, 288)]
    page_text = [
        pdf_text(60, 340, "Lead Engineer", 11, "F2"),
        pdf_text(440, 340, "March 2001 - May 2003"),
        pdf_text(60, 326, "Breakwater Ltd"),
        pdf_text(70, 302, "Raised the wall"),
        pdf_text(70, 288, "Painted the wall"),
    ]
    page = [
        pdf_text(60, 740, "Marta Quillfeather", 22, "F2"),
        pdf_text(60, 720, "marta@quillfeather.example"),
        pdf_text(60, 370, "Experience", 14, "F2"),
        *page_text,
        *dots,
    ]
    (job,) = parse_document(make_pdf([page])).parsed.resume["work"]
    assert job["highlights"] == ["Raised the wall", "Painted the wall"]


def test_a_link_behind_words_becomes_a_profile() -> None:
    page = [
        pdf_text(60, 740, "Marta Quillfeather", 22, "F2"),
        pdf_text(60, 720, "GitHub"),
        pdf_text(60, 690, "Skills", 14, "F2"),
        pdf_text(60, 672, "Python, SQL, Excel"),
    ]
    data = make_pdf([page], links=[((58, 716, 100, 732), "https://github.com/quillfeather")])
    parsed = parse_document(data).parsed
    (profile,) = parsed.resume["basics"]["profiles"]
    assert profile["url"] == "https://github.com/quillfeather"
    assert parsed.provenance["/basics/profiles/0/url"][0].transform == "link"


def test_page_numbers_and_running_headers_stay_out() -> None:
    first = [pdf_text(60, 30, "Marta Quillfeather - Page 1 of 2", 8)]
    second = [
        pdf_text(60, 700, "Languages", 14, "F2"),
        pdf_text(60, 682, "English (native), French (fluent)"),
        pdf_text(60, 30, "Marta Quillfeather - Page 2 of 2", 8),
    ]
    one = open_pdf(simple_cv(first))
    one.close()
    pages = [
        [pdf_text(60, 740, "Marta Quillfeather", 22, "F2"), pdf_text(60, 720, "m@q.example"),
         pdf_text(60, 690, "Skills", 14, "F2"), pdf_text(60, 672, "Python, SQL, Excel"), *first],
        second,
    ]  # fmt: skip
    resume = parse_document(make_pdf(pages)).parsed.resume
    assert [entry["language"] for entry in resume["languages"]] == ["English", "French"]
    assert [k for s in resume["skills"] for k in s["keywords"]] == ["Python", "SQL", "Excel"]


def test_reading_stops_at_its_deadline() -> None:
    from cvmaker_core.errors import InputError

    document = open_pdf(simple_cv())
    with pytest.raises(InputError) as caught:
        read_pdf(document, with_attachment=False, deadline=0.0)
    assert caught.value.code == "too_complex"
    document.close()


def test_the_text_is_in_reading_order() -> None:
    text = fold(parse_document(simple_cv()).parsed.text)
    places = [text.index(word) for word in ("experience", "tidewater", "lockgate", "education", "exeter", "skills")]
    assert places == sorted(places)


def test_accents_drawn_over_plain_letters_make_one_letter() -> None:
    # As TeX's own fonts have it: the accent (333 wide) centred over the letter (556 wide), before or after it.
    before = b"-111.5 (\xa8) 444.5".decode("latin-1")
    after = b"444.5 (\xa8) -111.5".decode("latin-1")
    page = [
        f"BT /F1 10 Tf 60 700 Td [(Universit) {before} (at L) {before} (uneburg)] TJ ET",
        f"BT /F1 10 Tf 60 680 Td [(Hau) {after} (ser fu) {after} (r) -278 (alle)] TJ ET",
        pdf_text(60, 660, "I\xb4m on time, `quoted` text"),
    ]
    lines = parse_document(simple_cv(page)).parsed.text.splitlines()
    assert {"Universität Lüneburg", "Haüser für alle", "I´m on time, `quoted` text"} <= set(lines)


def test_section_names_in_the_style_of_the_text_are_found_where_no_other_names_are() -> None:
    # Only the person's name has a style of its own; white space above is all that marks a section.
    page = [
        pdf_text(60, 740, "Marta Quillfeather", 14, "F2"),
        pdf_text(60, 726, "marta@quillfeather.example"),
        pdf_text(60, 700, "Introdução".encode("cp1252").decode("latin-1")),
        pdf_text(60, 688, "Builds harbours that last and explains them to those who use them."),
        pdf_text(60, 664, "Experiência".encode("cp1252").decode("latin-1")),
        pdf_text(60, 652, "Lockgate Partners"),
        pdf_text(60, 640, "Harbour Engineer"),
        pdf_text(440, 640, "2014 - 2019"),
        pdf_text(60, 628, "Surveyed forty lock gates and drew the plans of the twelve that had to be renewed."),
        pdf_text(60, 604, "Educação".encode("cp1252").decode("latin-1")),
        pdf_text(60, 592, "University of Exeter"),
        pdf_text(60, 580, "BEng in Civil Engineering"),
        pdf_text(440, 580, "2010 - 2014"),
    ]
    resume = parse_document(make_pdf([page])).parsed.resume
    assert [(w["name"], w["position"], w["startDate"]) for w in resume["work"]] == [
        ("Lockgate Partners", "Harbour Engineer", "2014")
    ]
    assert [(e["institution"], e["studyType"]) for e in resume["education"]] == [("University of Exeter", "BEng")]
    assert resume["basics"]["summary"].startswith("Builds harbours")


def test_section_names_that_hang_out_of_their_column_show_where_it_begins() -> None:
    # Two names of the right column stand to the left of all its text, wherever the left column's stand.
    right = [pdf_text(198, 740, "Education", 18, "F2"), pdf_text(198, 560, "Experience", 18, "F2")]
    schools = ("University of Exeter", "Bristol College", "Truro School")
    jobs = ("Tidewater Docks Ltd", "Lockgate Partners", "Harbour Works Ltd")
    for number, (school, degree) in enumerate(
        zip(schools, ("MSc Oceanography", "BSc Physics", "A-levels"), strict=True)
    ):
        right += [
            pdf_text(206, 715 - 45 * number, school, 11, "F2"),
            pdf_text(515, 715 - 45 * number, f"{2018 - 2 * number} - {2020 - 2 * number}"),
            pdf_text(206, 700 - 45 * number, degree),
        ]
    for number, (firm, title) in enumerate(zip(jobs, ("Lead Engineer", "Engineer", "Draughtsman"), strict=True)):
        right += [
            pdf_text(206, 535 - 75 * number, firm, 11, "F2"),
            pdf_text(515, 535 - 75 * number, f"{2024 - 2 * number} - {2026 - 2 * number}"),
            pdf_text(206, 520 - 75 * number, title),
            pdf_text(220, 505 - 75 * number, "Surveyed forty lock gates and drew the plans of twelve of them"),
        ]
    left = [
        pdf_text(24, 620, "Marta", 24, "F2"),
        pdf_text(24, 592, "Quillfeather", 22, "F2"),
        pdf_text(24, 570, "Contact", 12, "F2"),
        pdf_text(24, 552, "12 Quay Street"),
        pdf_text(24, 534, "+44 20 7946 0958"),
        pdf_text(24, 516, "marta@quillfeather.example"),
        pdf_text(24, 480, "Languages", 12, "F2"),
        pdf_text(24, 462, "English (native)"),
        pdf_text(24, 444, "German (B2)"),
    ]
    resume = parse_document(make_pdf([[*left, *right]])).parsed.resume
    assert resume["basics"]["name"] == "Marta Quillfeather"
    assert [w["name"] for w in resume["work"]] == list(jobs)
    assert [e["institution"] for e in resume["education"]] == list(schools)
    assert [entry["language"] for entry in resume["languages"]] == ["English", "German"]


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_cameras_picture_is_kept_small_and_in_its_colours(mode: str) -> None:
    # Far larger than is kept: the RGB one is decoded small, the grey one as the page says.
    red, blue = Image.linear_gradient("L").resize((1000, 1200)), Image.radial_gradient("L").resize((1000, 1200))
    picture = Image.merge("RGB", (red, red.rotate(180), blue))
    stored = io.BytesIO()
    picture.convert(mode).save(stored, "JPEG", quality=90)
    document = pdfium.PdfDocument.new()
    page = document.new_page(600, 800)
    item = pdfium.PdfImage.new(document)
    item.load_jpeg(stored, inline=True)
    item.set_matrix(pdfium.PdfMatrix().scale(100, 120).translate(40, 640))
    page.insert_obj(item)
    page.gen_content()
    uri = portrait_on_page(page, 600, 800)
    assert uri is not None
    kept = Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
    assert kept.size == (400, 480)
    wanted = picture.convert(mode).convert("RGB").resize(kept.size)
    for place in ((200, 60), (200, 240), (200, 420)):
        found, meant = kept.getpixel(place), wanted.getpixel(place)
        assert isinstance(found, tuple)
        assert isinstance(meant, tuple)
        assert max(abs(a - b) for a, b in zip(found, meant, strict=True)) <= 12
