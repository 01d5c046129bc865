"""The human report: findings in words, the page beside its text, and the document's text only as data."""

import re
from collections.abc import Callable
from typing import Any

from cv_certification.certificate import certify
from cv_certification.report import human_report
from cvmaker_core.schema.artefacts import Layout, Parsed

HOSTILE = "<script>alert(1)</script> & $verdict"


def test_the_report_shows_findings_and_both_views(make_pdf: Callable[..., bytes], page: Any) -> None:
    pdf = make_pdf([page([(60, 780, "Jane Doe"), (60, 740, HOSTILE)]), page([(60, 780, "Second page")])])
    sent, read = {"basics": {"name": "Jane Doe", "label": HOSTILE}}, {"basics": {"name": "Jane Doe"}}
    certificate = certify(pdf, Parsed(resume=read, layout=Layout(pages=2)), sent)
    report = human_report(certificate, pdf)
    assert list(report.wrong_fields) == ["/basics/label"]
    assert report.checks[0].state != "ok"
    assert report.checks[-1].state == "ok"
    assert [view.number for view in report.pages] == [1, 2]
    assert all(view.picture.startswith(b"\x89PNG") for view in report.pages)
    assert "Second page" in report.pages[1].text
    assert "1 of 2 fields are read" in report.summary


def test_the_documents_text_is_data_in_the_html(make_pdf: Callable[..., bytes], page: Any) -> None:
    pdf = make_pdf([page([(60, 780, HOSTILE)])])
    html = human_report(certify(pdf, None, {"basics": {"name": HOSTILE, "label": HOSTILE + "2"}}), pdf).to_html()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; $verdict" in html
    assert not re.search(r'(?:src|href)="(?!data:)', html)
    assert not re.search(r"\$(?:verdict|summary|fields|checks|pages)\b(?!2|&| |<)", html.split("<main>")[0])
