"""The PDF: what it says, how it is made, and what it never does."""

import io
import json
import socket
from collections.abc import Callable
from typing import Any

import cv_rendering
import pypdf
import pytest
from cv_rendering.template_catalogue import list_templates
from cvmaker_core.schema.artefacts import CoverLetter, Paragraph, Sentence
from cvmaker_core.schema.jobs import DesignOptions

TEMPLATES = [template.name for template in list_templates()]


def render(resume: dict[str, Any], template: str = "classic", **options: Any) -> bytes:
    return cv_rendering.render_file(resume, template=template, format="pdf", options=DesignOptions(**options))


def catalogue(pdf: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_text_comes_out_in_reading_order(
    template: str, resume: dict[str, Any], text_of: Callable[[bytes], str]
) -> None:
    text = " ".join(text_of(render(resume, template, sections=["summary", "work", "education"])).split())
    order = [
        "Amara Lindqvist",
        "Senior Backend Engineer",
        "amara.lindqvist@example.com",
        "Backend engineer with nine years",
        "Senior Backend Engineer Mar 2021 - Present Northgate Payments | London",
        "• Led the split",
        "Backend Engineer Aug 2017 - Feb 2021 Parcelwise | Gothenburg",
        "• Built the route-planning",
        "Master of Science, Computer Science Sep 2013 - May 2015 Chalmers",
        "Grade: 4.6/5.0",
    ]
    at = 0
    for words in order:
        found = text.find(words, at)
        assert found >= 0, f"{words!r} does not follow"
        at = found + len(words)


@pytest.mark.parametrize("headline", [True, False])
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_name_is_a_line_of_its_own_for_readers_by_size(
    template: str, headline: bool, resume: dict[str, Any]
) -> None:
    # pypdf starts a new line only where the baseline moves by 0.8 of the larger size; the densest setting, and the
    # heading face whose line is tightest.
    if not headline:
        del resume["basics"]["label"]
    for pdf in (
        render(resume, template, density="compact", fonts="editorial"),
        letter_pdf(resume, template),
    ):
        lines = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().splitlines()
        assert lines[0].strip() == "Amara Lindqvist"


def letter_pdf(resume: dict[str, Any], template: str) -> bytes:
    letter = CoverLetter(paragraphs=[Paragraph(sentences=[Sentence(text="I set up payment services.", sources=[])])])
    return cv_rendering.render_all(resume, template=template, cover_letter=letter).files["cover-letter.pdf"]


def test_plain_sets_headings_in_capitals_and_dates_below(
    resume: dict[str, Any], text_of: Callable[[bytes], str]
) -> None:
    lines = [line.strip() for line in text_of(render(resume, "plain")).splitlines()]
    assert [line for line in lines if line.endswith("EXPERIENCE")]
    at = lines.index("Mar 2021 - Present")
    assert lines[at - 1] == "Senior Backend Engineer"


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_file_is_tagged_titled_and_in_its_language(template: str, sample: Callable[[str], dict[str, Any]]) -> None:
    root = catalogue(render(sample("de"), template))
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata or 'pdfuaid:part="1"' in metadata
    assert "Jörg Weißenböck" in metadata
    roles = tag_names(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/LI", "/Link"} <= roles


def tag_names(node: Any) -> set[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return set().union(*(tag_names(child) for child in node)) if node else set()
    if not isinstance(node, dict):
        return set()
    return {str(node.get("/S", ""))} | (tag_names(node["/K"]) if "/K" in node else set())


def test_the_same_input_gives_the_same_bytes(resume: dict[str, Any]) -> None:
    first = cv_rendering.render_all(resume, template="modern")
    second = cv_rendering.render_all(json.loads(json.dumps(resume)), template="modern")
    assert first.files == second.files


def test_what_is_visible_is_attached_and_nothing_else(resume: dict[str, Any]) -> None:
    resume["work"][0]["salary"] = "90k"
    options = DesignOptions(sections=["summary", "work"])
    result = cv_rendering.render_all(resume, options=options)
    attached = pypdf.PdfReader(io.BytesIO(result.files["cv.pdf"])).attachments
    assert list(attached) == ["resume.json"]
    assert json.loads(attached["resume.json"][0]) == result.resume
    assert set(result.resume) == {"basics", "work", "meta"}
    assert "salary" not in str(result.resume)
    recorded = cv_rendering.with_record(result.resume, {"stage": "render"})
    assert recorded["meta"]["cvmaker"]["artefact"] == {"stage": "render"}
    assert "artefact" not in str(result.resume), "the record stays out of the PDF"


def test_the_archival_option_gives_pdf_a_3a(resume: dict[str, Any]) -> None:
    metadata = catalogue(render(resume, archival=True))["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata or 'pdfaid:part="3"' in metadata
    assert "pdfuaid" in metadata


def test_all_fonts_are_embedded(resume: dict[str, Any]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(render(resume)))
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert "/ToUnicode" in font.get_object()


def test_a_range_looks_like_a_dash_and_reads_like_a_hyphen(
    text_of: Callable[[bytes], str], picture_of: Callable[..., Any]
) -> None:
    def page(end: str) -> bytes:
        return render({"work": [{"position": "Cook", "startDate": "2019", "endDate": end}]}, "plain")

    assert "2019 - 2021" in text_of(page("2021"))
    # A paragraph with a plain hyphen is drawn with a shorter stroke than the range above it.
    plain = render({"basics": {"name": "2019 - 2021"}}, "plain")
    assert (
        longest_dash(picture_of(page("2021"), scale=6)) > 1.2 * longest_dash(picture_of(plain, scale=6)) * 10.6 / 20.14
    )


def longest_dash(picture: Any) -> int:
    """The longest run of black in a row of pixels that has white rows close above and below."""
    import numpy as np

    dark = np.asarray(picture) < 110
    longest = 0
    for y in range(12, dark.shape[0] - 12):
        row = np.flatnonzero(dark[y])
        if not row.size:
            continue
        for run in np.split(row, np.flatnonzero(np.diff(row) > 1) + 1):
            above, below = dark[y - 12, run[0] : run[-1] + 1], dark[y + 12, run[0] : run[-1] + 1]
            if not above.any() and not below.any():
                longest = max(longest, len(run))
    return longest


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", ["佐藤 健一", "2019年4月 - 現在", "株式会社みらい決済"]),
        ("zh", ["陈思远", "至今"]),
        ("ko", ["김민서", "2019년 2월 - 현재"]),
        ("hi", ["अनन्या शर्मा", "परियोजना प्रबंधक", "ज्योति फाउंडेशन"]),
        ("ru", ["Ирина Соколова", "настоящее время"]),
        ("el", ["Ελένη Παπαδοπούλου", "σήμερα"]),
        ("he", ["נועה ברק", "01/2020"]),
        ("ar", ["ليلى الحسن", "مارس 2019"]),
    ],
)
def test_scripts_come_out_as_they_were_written(
    language: str, words: list[str], sample: Callable[[str], dict[str, Any]], text_of: Callable[[bytes], str]
) -> None:
    text = text_of(render(sample(language), "classic"))
    for word in words:
        assert word in text


HOSTILE = (
    '<script>alert(1)</script><img src="file:///etc/passwd"><img src="http://127.0.0.1:{port}/x">'
    "<style>@import url(http://127.0.0.1:{port}/y); * {{ display: none }}</style></style>"
    '<link rel="stylesheet" href="http://127.0.0.1:{port}/z"><iframe src="http://127.0.0.1:{port}/"></iframe>'
    '<link rel=attachment href="file:///etc/passwd">{{{{ 7 * 7 }}}} {{% include "/etc/passwd" %}} ${{x}} $accent'
)


@pytest.mark.parametrize("template", TEMPLATES)
def test_text_of_a_cv_stays_text(template: str, text_of: Callable[[bytes], str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        words = HOSTILE.format(port=server.getsockname()[1])
        resume = {
            "basics": {"name": words, "label": words, "email": words, "summary": words, "url": words},
            "work": [{"position": words, "name": words, "url": words, "startDate": words, "highlights": [words]}],
            "skills": [{"name": words, "keywords": [words]}],
            "meta": {"cvmaker": {"language": words, "sections": [{"name": words, "items": [words]}]}},
        }
        pdf = render(resume, template)
        html = cv_rendering.render_file(resume, template=template, format="html").decode()
        with pytest.raises(TimeoutError):
            server.accept()
    text = "".join(text_of(pdf).split())
    assert "{{7*7}}" in text
    assert "root:" not in text
    assert "<script" not in html.replace("&lt;script", "")
    assert "<iframe" not in html
    assert list(pypdf.PdfReader(io.BytesIO(pdf)).attachments) == ["resume.json"]


def test_long_words_and_many_jobs_stay_bounded() -> None:
    import time

    long = "w" * 10_000
    resume = {
        "basics": {"name": long, "label": long, "email": long + "@example.org", "summary": long},
        "work": [
            {"position": long, "name": long, "startDate": long, "url": "https://x.org/" + long, "highlights": [long]}
        ],
    }
    began = time.perf_counter()
    render(resume)
    jobs = [
        {"position": f"Job {i}", "name": f"Company {i}", "startDate": "2010-01", "highlights": ["x"]} for i in range(60)
    ]
    result = cv_rendering.render_all({"work": jobs}, page_target="one")
    assert time.perf_counter() - began < 20
    assert len(result.resume["work"]) == 60
    assert [warning.code for warning in result.warnings] == ["page_target_not_reached"]
