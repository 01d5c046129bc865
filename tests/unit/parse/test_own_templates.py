"""Our own PDFs, read back from their text alone, say exactly what was sent: every template, several scripts."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("weasyprint", reason="the renderer's engine is not installed", exc_type=ImportError)

from cv_certification.comparison import compare_resumes
from cv_parsing import parse_document
from cv_rendering import list_templates, render_file

SAMPLES = Path(__file__).resolve().parents[3] / "docs" / "gallery" / "samples"


@pytest.mark.parametrize("language", ["en", "de", "ru", "zh"])
def test_every_template_reads_back_whole(language: str) -> None:
    resume = json.loads((SAMPLES / f"{language}.json").read_text("utf-8"))
    resume.pop("meta", None)
    for template in list_templates():
        pdf = render_file(resume, template=template.name, format="pdf")
        read = parse_document(pdf, mode="readback").parsed.resume
        wrong = {
            pointer: (check.sent, check.read)
            for pointer, check in compare_resumes(resume, read).fields.items()
            if not check.ok
        }
        assert not wrong, template.name


def test_awkward_values_read_back() -> None:
    """Values that look like two things: each was once cut apart or put elsewhere."""
    resume = {
        "basics": {
            "name": "Mira Holt",
            "label": "Data Analyst",
            "summary": "Analyst and developer with eight years of experience in data and web work for small companies.",
            "email": "mira.holt@example.org",
            "phone": "+33 6 12 34 56 78",
        },
        "work": [
            {
                "name": "Bright Data Ltd.",
                "position": "Data Analyst (Contract)",
                "location": "Boston, MA",
                "startDate": "2020-01",
                "endDate": "2021-02",
                "highlights": [
                    "Cleaned the ledger of 40 branches and moved its nightly report from spreadsheets to SQL and dbt."
                ],
            },
            {
                "name": "Pixel Works",
                "position": "Web Developer",
                "location": "The Cloud",
                "startDate": "2018-01",
                "endDate": "2019-02",
                "highlights": [
                    "Built the shop of a bakery with Django and PostgreSQL and taught its owners to look after it."
                ],
            },
            {
                "name": "Salt Studio",
                "position": "Software Engineer",
                "location": "Denver, CO",
                "startDate": "2016-01",
                "endDate": "2017-02",
                "highlights": [
                    "Wrote the billing service in Go, which has sent every invoice of the company since that day."
                ],
            },
        ],
        "education": [
            {
                "institution": "University of California, Berkeley",
                "studyType": "Bachelor of Science",
                "area": "Physics",
                "startDate": "2012-09",
                "endDate": "2016-05",
                "courses": ["DB1101 - Basic SQL", "CS2011 - Java Introduction"],
            },
        ],
        "certificates": [{"name": "Data Analytics", "issuer": "Google / Coursera", "date": "2021"}],
        "publications": [
            {
                "name": "Middle-out compression",
                "publisher": "Hooli",
                "releaseDate": "2014-10",
                "url": "https://en.example.org/wiki/Silicon_Valley_(series)",
            }
        ],
        "references": [
            {
                "name": "Ann Lee, Owner, Lee & Sons",
                "reference": "Mira ran our busiest team with a steady hand and a clear plan.",
            }
        ],
    }
    short = copy.deepcopy(resume)
    for name in ("label", "summary"):
        short["basics"].pop(name)
    for job in short["work"]:
        job["highlights"] = [job["highlights"][0].split(" and ")[0].split(", ")[0] + "."]
    for version in (resume, short):  # the short one has no line that crosses the gap before the dates
        reads_back(version)


@pytest.mark.parametrize("template", ["classic", "modern", "europass", "plain"])
def test_sparse_and_odd_entries_read_back(template: str) -> None:
    """Entries without a title, in one word, or whose prose speaks of other dates and schools: all once misread."""
    resume = {
        "basics": {
            "name": "Mira Holt",
            "label": "Chief of Nothing and Tea Connoisseur | React, SQL",
            "summary": "Analyst with eight years of experience in data and web work for small companies.",
            "email": "mira.holt@example.org",
        },
        "work": [
            {
                "name": "Bright Data",
                "position": "Data Analyst",
                "url": "https://brightdata.inc",
                "startDate": "2020-01",
                "endDate": "2021-02",
                "summary": "Description...",
                "highlights": ["Cleaned the ledger of 40 branches."],
            },
            {"name": "Pied Piper", "startDate": "2018-01", "endDate": "2019-02", "highlights": ["Swept the floors."]},
            {
                "name": "European Council",
                "position": "Internship",
                "location": "Brussels, Belgium",
                "startDate": "2017-01",
                "endDate": "2017-06",
                "summary": "Business or sector European institution",
            },
        ],
        "volunteer": [
            {
                "organization": "Organization",
                "position": "Volunteer",
                "startDate": "2012-01",
                "endDate": "2013-01",
                "summary": "Description of what was done there.",
            }
        ],
        "education": [
            {
                "institution": "University of Oklahoma",
                "studyType": "Bachelor of Science",
                "area": "Information Technology",
                "startDate": "2008-09",
                "endDate": "2012-05",
                "score": "3.9",
                "summary": "Won first place in the 2010 Education Hackathon and second place in 2011, taught at "
                "Stanford University from 2009 - 2010, and kept an overall GPA of 3.8 in the years between.",
            }
        ],
        "projects": [
            {
                "name": "Open Ledger",
                "roles": ["Maintainer", "Designer"],
                "entity": "Smoogle",
                "startDate": "2019",
                "endDate": "2020",
                "description": "Project Lead",
            }
        ],
        "publications": [{"name": "Looking back (1999) at the web", "publisher": "Hooli", "releaseDate": "2014-10"}],
        "meta": {"cvmaker": {"sections": [{"name": "BOOK CLUBS", "items": ["Founded a book club for analysts."]}]}},
    }
    reads_back(resume, template)


def reads_back(resume: dict[str, Any], template: str = "classic") -> None:
    read = parse_document(render_file(resume, template=template, format="pdf"), mode="readback").parsed.resume
    fields = compare_resumes(resume, read).fields
    assert not {pointer: (check.sent, check.read) for pointer, check in fields.items() if not check.ok}
