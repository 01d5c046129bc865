"""The certificate: each hazard is made on purpose in a PDF and must be named; a sound PDF must pass."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from cv_certification.certificate import Reading, _check_name, _glued_in, certify, check_table
from cv_certification.extraction import Extraction
from cv_certification.text_index import TextIndex
from cvmaker_core.errors import InputError
from cvmaker_core.schema.artefacts import Certificate, Layout, Parsed, ParsedDate

Pdf = Callable[..., bytes]

RESUME: dict[str, Any] = {
    "basics": {"name": "Jane Doe", "email": "jane@example.com"},
    "work": [
        {
            "name": "Acme Systems",
            "position": "Senior Engineer",
            "startDate": "2020-03",
            "highlights": ["Cut the time of the nightly build from ninety minutes to twelve"],
        },
        {
            "name": "Globex Corporation",
            "position": "Developer",
            "startDate": "2016-01",
            "endDate": "2020-02",
            "highlights": ["Wrote the billing service that invoices four thousand customers"],
        },
    ],
}
LINES = [
    "Jane Doe",
    "jane@example.com",
    "Work Experience",
    "Senior Engineer   Mar 2020 - Present",
    "Acme Systems",
    "Cut the time of the nightly build from ninety minutes to twelve",
    "Developer   Jan 2016 - Feb 2020",
    "Globex Corporation",
    "Wrote the billing service that invoices four thousand customers",
]
UNTAGGED = {"fonts_embedded", "tagged", "headings_tagged", "language_set", "title_shown", "pdf_ua_declared"}


def stacked(lines: list[str], x: float = 60, top: float = 780) -> list[tuple[float, float, str]]:
    return [(x, top - 16 * number, line) for number, line in enumerate(lines)]


def reading(resume: dict[str, Any], **dates: ParsedDate) -> Parsed:
    return Parsed(resume=resume, layout=Layout(pages=1), dates=dates)


def broken(certificate: Certificate) -> set[str]:
    return {check.code for check in certificate.checks if not check.ok} - UNTAGGED


def detail(certificate: Certificate, code: str) -> str:
    return next(check.detail for check in certificate.checks if check.code == code)


def test_a_sound_page_breaks_no_check(make_pdf: Pdf, page: Any) -> None:
    certificate = certify(make_pdf([page(stacked(LINES))]), reading(RESUME), RESUME)
    assert broken(certificate) == set()
    assert certificate.verdict == "warn"  # Helvetica is not embedded, nothing is tagged
    assert all(field.ok for field in certificate.fields.values())
    assert {"pypdfium2", "pypdf", "pdfplumber"} <= certificate.extractors.keys()
    assert min(extractor.agreement for extractor in certificate.extractors.values()) > 0.99


def test_every_check_of_the_table_is_made(make_pdf: Pdf, page: Any) -> None:
    certificate = certify(make_pdf([page(stacked(LINES))]), reading(RESUME), RESUME)
    assert [check.code for check in certificate.checks] == list(check_table())


def test_a_fact_read_otherwise_fails(make_pdf: Pdf, page: Any) -> None:
    other = {**RESUME, "work": [{**RESUME["work"][0], "startDate": "2019-03"}, RESUME["work"][1]]}
    certificate = certify(make_pdf([page(stacked(LINES))]), reading(other), RESUME)
    assert certificate.verdict == "fail"
    assert broken(certificate) == {"facts_read"}
    assert certificate.fields["/work/0/startDate"].model_dump() == {"sent": "2020-03", "read": "2019-03", "ok": False}


def test_prose_read_otherwise_only_warns(make_pdf: Pdf, page: Any) -> None:
    job = {**RESUME["work"][0], "highlights": ["Cut the time of the nightly build"]}
    certificate = certify(
        make_pdf([page(stacked(LINES))]), reading({**RESUME, "work": [job, RESUME["work"][1]]}), RESUME
    )
    assert broken(certificate) == {"text_read"}
    assert certificate.verdict == "warn"


def test_an_invented_end_date_fails(make_pdf: Pdf, page: Any) -> None:
    job = {**RESUME["work"][0], "endDate": "2024"}
    certificate = certify(
        make_pdf([page(stacked(LINES))]), reading({**RESUME, "work": [job, RESUME["work"][1]]}), RESUME
    )
    assert broken(certificate) == {"no_invented_facts"}
    assert detail(certificate, "no_invented_facts") == "1: /work/0/endDate"


def test_a_value_that_is_not_on_the_page_fails(make_pdf: Pdf, page: Any) -> None:
    certificate = certify(make_pdf([page(stacked(LINES[:-1]))]), None, RESUME)
    assert "values_in_text" in broken(certificate)
    assert certificate.fields["/work/1/highlights/0"].read is None
    assert certificate.fields["/work/1/name"].ok


def test_a_fact_that_one_engine_glues_to_its_neighbour_is_a_hazard() -> None:
    sound = "Jane Doe\nSenior Engineer\njane.doe@example.com"
    glued = "Jane DoeSenior Engineer\njane.doe@example.com"
    working = [
        Reading(Extraction(name, "1", "stream", (text,)), TextIndex(text))
        for name, text in (("one", sound), ("two", glued), ("three", sound))
    ]
    assert _glued_in("/basics/name", "Jane Doe", working) == ["/basics/name (two)"]
    assert _glued_in("/basics/label", "Engineer", working) == []


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Jane Doe\nSenior Engineer", True),
        ("Jane\nDoe\nSenior Engineer", True),
        ("JANE DOE\nSenior Engineer", True),
        ("Jane Doe, MBA\nSenior Engineer", True),
        ("Jane Doe (she/her)\nSenior Engineer", True),
        ("Curriculum vitae\nJane Doe\nSenior Engineer", True),
        ("Jane Doe Senior Engineer\njane@example.com", False),
        ("Jane Doe, jane@example.com\nSenior Engineer", False),
        ("Jane Doe | jane@example.com", False),
        ("Jane\nDoe Senior Engineer", False),
    ],
)
def test_a_name_that_shares_its_line_is_a_hazard(text: str, alone: bool) -> None:
    assert TextIndex(text).fills_lines("Jane Doe") is alone


def test_the_engine_that_reads_more_on_the_names_line_is_named() -> None:
    working = [
        Reading(Extraction(name, "1", "stream", (text,)), TextIndex(text))
        for name, text in (("one", "Jane Doe\nEngineer"), ("two", "Jane Doe Engineer"), ("three", "Nobody"))
    ]
    check = _check_name(RESUME, working)
    assert (check.ok, check.detail) == (False, "two")
    assert check_table()[check.code]["severity"] == "warn"


def test_columns_that_interleave_in_the_stream_fail(make_pdf: Pdf, page: Any) -> None:
    left, right = stacked(LINES[3:6], x=40, top=700), stacked(LINES[6:9], x=330, top=700)
    woven = [line for pair in zip(left, right, strict=True) for line in pair]
    certificate = certify(make_pdf([page([*stacked(LINES[:3]), *woven], size=8)]), None, RESUME)
    assert {"reading_order", "entries_stay_whole", "geometric_order"} <= broken(certificate)
    assert certificate.verdict == "fail"


def test_bullets_painted_after_all_heads_only_warn(make_pdf: Pdf, page: Any) -> None:
    rows = stacked(LINES)
    late = [row for row in rows if row[2] not in (LINES[5], LINES[8])] + [rows[5], rows[8]]
    certificate = certify(make_pdf([page(late)]), None, RESUME)
    assert broken(certificate) == {"entries_stay_whole"}
    assert certificate.verdict == "warn"


def test_columns_one_after_the_other_only_warn_about_row_readers(make_pdf: Pdf, page: Any) -> None:
    left, right = stacked(LINES[3:6], x=40, top=700), stacked(LINES[6:9], x=330, top=700)
    certificate = certify(make_pdf([page([*stacked(LINES[:3]), *left, *right], size=8)]), None, RESUME)
    assert "reading_order" not in broken(certificate)
    assert "geometric_order" in broken(certificate)


def test_dates_after_the_bullets_are_away_from_their_job(make_pdf: Pdf, page: Any) -> None:
    lines = [
        *LINES[:3],
        "Senior Engineer",
        *LINES[4:6],
        "Mar 2020 - Present",
        "Developer",
        *LINES[7:],
        "Jan 2016 - Feb 2020",
    ]
    dates = {
        "/work/0/startDate": ParsedDate(text="Mar 2020", precision="month", state="running"),
        "/work/1/startDate": ParsedDate(text="Jan 2016", precision="month", state="closed"),
        "/work/1/endDate": ParsedDate(text="Feb 2020", precision="month", state="closed"),
    }
    readback = Parsed(resume=RESUME, layout=Layout(pages=1), dates=dates)
    apart = certify(make_pdf([page(stacked(lines))]), readback, RESUME)
    beside = certify(make_pdf([page(stacked(LINES))]), readback, RESUME)
    assert "dates_beside_heads" in broken(apart)
    assert "/work/1" in detail(apart, "dates_beside_heads")
    assert "dates_beside_heads" not in broken(beside)


def test_an_employer_named_in_the_bullets_is_not_taken_for_the_head(make_pdf: Pdf, page: Any) -> None:
    job = {
        **RESUME["work"][0],
        "highlights": ["As Senior Engineer of Acme Systems I cut the build time to twelve minutes"],
    }
    lines = [*LINES[:5], job["highlights"][0], *LINES[6:]]
    certificate = certify(make_pdf([page(stacked(lines))]), None, {**RESUME, "work": [job, RESUME["work"][1]]})
    assert broken(certificate) == set()


def test_positions_under_one_employer_and_repeated_bullets_are_in_order(make_pdf: Pdf, page: Any) -> None:
    bullet = "Kept forty services running through two reorganisations"
    jobs = [
        {"name": "Acme Systems", "position": title, "highlights": [bullet]} for title in ("Lead", "Developer", "Intern")
    ]
    lines = ["Acme Systems", "Lead", bullet, "Developer", bullet, "Intern", bullet]
    certificate = certify(make_pdf([page(stacked(lines))]), None, {"work": jobs})
    assert broken(certificate) == set()


@pytest.mark.parametrize(
    ("before", "x", "y", "size", "reason"),
    [
        ("3 Tr", 60, 300, 10, "invisible"),
        ("1 1 1 rg", 60, 300, 10, "same_colour_as_its_ground"),
        ("", 60, 300, 0.5, "too_small"),
        ("", 700, 300, 10, "outside_the_page"),
    ],
)
def test_text_that_people_cannot_see_is_reported(
    make_pdf: Pdf, page: Any, shown: Callable[..., str], before: str, x: float, y: float, size: float, reason: str
) -> None:
    extra = show_hidden(shown, x, y, size, before)
    certificate = certify(make_pdf([page(stacked(LINES), extra=extra)]), None, None)
    assert broken(certificate) == {"no_hidden_text"}
    assert reason in detail(certificate, "no_hidden_text")


def show_hidden(shown: Callable[..., str], x: float, y: float, size: float, before: str) -> str:
    return "q " + shown(x, y, "kubernetes terraform rust", size, before) + " Q"


def test_pale_text_on_a_dark_bar_is_visible(make_pdf: Pdf, page: Any, shown: Callable[..., str]) -> None:
    bar = "q 0.1 0.2 0.4 rg 40 290 300 30 re f Q q " + shown(60, 300, "Available now", 10, "1 1 1 rg") + " Q"
    certificate = certify(make_pdf([page(stacked(LINES), extra=bar)]), None, None)
    assert broken(certificate) == set()


def test_a_covered_line_is_hidden(make_pdf: Pdf, page: Any, shown: Callable[..., str]) -> None:
    cover = shown(60, 300, "hidden below") + "q 1 1 1 rg 40 290 300 30 re f Q"
    certificate = certify(make_pdf([page(stacked(LINES), extra=cover)]), None, None)
    assert broken(certificate) == {"no_hidden_text"}


@pytest.mark.parametrize(
    ("text", "target", "ok"),
    [
        ("github.com/jane", "https://github.com/jane", True),
        ("https://www.github.com/jane/", "https://github.com/jane", True),
        ("my code", "https://github.com/jane", False),
        ("github.com/ja…", "https://github.com/jane", False),
        ("jane@example.com", "mailto:jane@example.com", True),
        ("020 7946 0123", "tel:+442079460123", True),
    ],
)
def test_a_link_must_show_where_it_leads(make_pdf: Pdf, page: Any, text: str, target: str, ok: bool) -> None:
    content = page([*stacked(LINES), (60, 500, text)], links=[((55, 495, 300, 512), target)])
    assert ("links_show_address" not in broken(certify(make_pdf([content]), None, None))) is ok


def test_soft_hyphens_and_letter_spacing_are_named(make_pdf: Pdf, page: Any) -> None:
    lines = [*LINES, "A long com\u00adpound", "E X P E R I E N C E   A N D   S K I L L S"]
    assert broken(certify(make_pdf([page(stacked(lines))]), None, None)) == {"no_soft_hyphens", "words_are_whole"}


def test_a_page_without_text_fails(make_pdf: Pdf, page: Any) -> None:
    certificate = certify(make_pdf([page([], extra="0 0 0 rg 50 50 400 600 re f")]), None, None)
    assert certificate.verdict == "fail"
    assert {"text_extractable", "extractors_agree"} <= broken(certificate)


def test_without_a_resume_the_reading_itself_is_certified(make_pdf: Pdf, page: Any) -> None:
    guess = {**RESUME, "basics": {"name": "Jane Doe", "label": "Astronaut"}}
    certificate = certify(make_pdf([page(stacked(LINES))]), reading(guess), None)
    assert certificate.fields["/work/0/name"].ok
    assert not certificate.fields["/basics/label"].ok
    assert "facts_read" not in {check.code for check in certificate.checks}


def test_active_content_and_a_human_template_are_hazards(make_pdf: Pdf, page: Any) -> None:
    pdf = make_pdf([page(stacked(LINES))], catalog="/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")
    assert broken(certify(pdf, None, None, template_label="humans")) == {"no_active_content", "made_for_robots"}


def test_the_language_and_title_of_the_file_are_read(make_pdf: Pdf, page: Any) -> None:
    pdf = make_pdf(
        [page(stacked(LINES))],
        catalog="/Lang (en-GB) /ViewerPreferences << /DisplayDocTitle true >>",
        info="/Title (Jane Doe)",
    )
    checks = {check.code: check.ok for check in certify(pdf, None, None).checks}
    assert checks["language_set"]
    assert checks["title_shown"]
    assert not checks["tagged"]


def attach(pdf: bytes, resume: dict[str, Any]) -> bytes:
    import io
    import json

    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.add_attachment("resume.json", json.dumps(resume).encode())
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def test_an_attachment_that_says_otherwise_fails(make_pdf: Pdf, page: Any) -> None:
    pdf = make_pdf([page(stacked(LINES))])
    forged = {**RESUME, "work": [{**RESUME["work"][0], "position": "Chief Engineer"}, RESUME["work"][1]]}
    assert broken(certify(attach(pdf, RESUME), reading(RESUME), RESUME)) == set()
    assert broken(certify(attach(pdf, forged), reading(RESUME), RESUME)) == {"attachment_agrees"}
    assert broken(certify(attach(pdf, forged), None, None)) == {"attachment_agrees"}


def encrypt(pdf: bytes, user_password: str, owner_password: str | None = None) -> bytes:
    import io

    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.encrypt(user_password, owner_password, algorithm="AES-256")
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda pdf: b"", "empty_file"),
        (lambda pdf: b"<html>not a pdf</html>", "not_a_pdf"),
        (lambda pdf: pdf[:20], "corrupt"),
        (lambda pdf: encrypt(pdf, user_password="secret"), "encrypted"),
    ],
)
def test_files_that_no_robot_opens_are_refused(
    make_pdf: Pdf, page: Any, spoil: Callable[[bytes], bytes], code: str
) -> None:
    with pytest.raises(InputError) as refused:
        certify(spoil(make_pdf([page(stacked(LINES))])), None, None)
    assert refused.value.code == code
    assert refused.value.advice


def test_a_file_protected_by_its_owner_is_a_hazard(make_pdf: Pdf, page: Any) -> None:
    pdf = encrypt(make_pdf([page(stacked(LINES))]), user_password="", owner_password="secret")
    assert "not_encrypted" in broken(certify(pdf, None, None))


def test_too_many_pages_are_refused(make_pdf: Pdf, page: Any) -> None:
    with pytest.raises(InputError, match="too_many_pages"):
        certify(make_pdf([page(stacked(LINES[:1]))] * 101), None, None)


def test_a_giant_page_is_looked_at_in_a_small_picture(make_pdf: Pdf, page: Any) -> None:
    pdf = make_pdf([page(stacked(LINES))]).replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 14400 14400]")
    assert "no_hidden_text" not in broken(certify(pdf, None, None))


@pytest.mark.parametrize("seed", range(12))
def test_damaged_files_are_refused_or_certified_but_never_crash(make_pdf: Pdf, page: Any, seed: int) -> None:
    import random

    chance = random.Random(seed)
    pdf = bytearray(make_pdf([page(stacked(LINES))] * 2))
    for _ in range(chance.choice([1, 20, 200])):
        pdf[chance.randrange(20, len(pdf))] = chance.randrange(256)
    with contextlib.suppress(InputError):  # anything else is a crash
        certificate = certify(bytes(pdf[: chance.randrange(len(pdf) // 2, len(pdf))]), None, None)
        assert certificate.verdict in ("pass", "warn", "fail")
