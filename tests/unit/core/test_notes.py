"""What the artefacts say in English has a code, and the web app has words for it in its other languages."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NOTES = ROOT / "frontend" / "src" / "i18n" / "notes"
ENGLISH = {
    "findings": json.loads((ROOT / "functions/analyze/posting_analysis/findings.json").read_text(encoding="utf-8")),
    "matches": json.loads(
        (ROOT / "functions/embed/evidence_matching/lexicons/reasons.json").read_text(encoding="utf-8")
    ),
    "changes": json.loads((ROOT / "functions/tailor/cv_tailoring/reasons.json").read_text(encoding="utf-8")),
}


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_the_web_app_has_other_languages() -> None:
    assert {path.stem for path in NOTES.glob("*.json")} >= {"de", "fr", "es"}


@pytest.mark.parametrize("path", sorted(NOTES.glob("*.json")), ids=lambda path: path.stem)
@pytest.mark.parametrize("kind", sorted(ENGLISH))
def test_each_language_says_all_of_it_with_the_same_blanks(path: Path, kind: str) -> None:
    texts = json.loads(path.read_text(encoding="utf-8"))[kind]
    assert texts.keys() == ENGLISH[kind].keys()
    for code, english in ENGLISH[kind].items():
        said = texts[code]
        if kind == "findings":
            assert blanks(said["message"]) == blanks(english["message"]), code
            assert said["advice"].strip(), code
            assert said["message"] != english["message"], code
        else:
            assert blanks(said) == blanks(english), code
            assert said != english, code
