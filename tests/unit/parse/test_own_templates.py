"""Our own PDFs, read back from their text alone, say exactly what was sent: every template, several scripts."""

import json
from pathlib import Path

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
