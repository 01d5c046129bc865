"""The languages we write in: complete, without unknown blanks, and true by the verifier's own judgement."""

import string
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from claim_verification import ClaimVerifier, Proposal
from cv_tailoring import tailor
from cv_tailoring.language_data import guess_language, language_data, supported_languages
from cvmaker_core.schema.artefacts import Analysis, EvidenceData, Parsed
from cvmaker_core.schema.jobs import JobRequest

POSTINGS = Path(__file__).parents[2] / "data" / "postings"
BLANKS = {"years", "position", "employer", "skills", "languages", "certificates", "title", "bullet", "gaps"}


def test_the_promised_languages_are_there() -> None:
    assert set(supported_languages()) >= {"en", "de", "fr", "es", "pt", "it", "nl"}


@pytest.mark.parametrize("language", supported_languages())
def test_sentences_have_the_same_blanks_in_every_language(language: str) -> None:
    data, english = language_data(language), language_data("en")
    assert data
    assert english
    for group in ("summary", "letter"):
        for name in type(getattr(english, group)).model_fields:
            own, reference = getattr(getattr(data, group), name), getattr(getattr(english, group), name)
            blanks = {field for _, field, _, _ in string.Formatter().parse(own) if field}
            assert blanks <= BLANKS
            if own:  # a language may do without the first-person sentences
                assert blanks == {field for _, field, _, _ in string.Formatter().parse(reference) if field}, name


@pytest.mark.parametrize("path", sorted(POSTINGS.glob("*.txt")), ids=lambda path: path.stem)
def test_prose_is_known_by_its_function_words(path: Path) -> None:
    assert guess_language(path.read_text(encoding="utf-8")) == path.stem[:2]


def test_a_handful_of_words_is_no_evidence_of_a_language() -> None:
    assert guess_language("Kubernetes Terraform") is None
    assert guess_language("") is None


def test_what_the_baseline_writes_passes_the_truth_check(
    parsed: Parsed, analysis: Analysis, evidence: EvidenceData
) -> None:
    """The frames are ours and the blanks are copied; all the same the verifier must not object."""
    resume: dict[str, Any] = {**parsed.resume, "basics": {**parsed.resume["basics"]}}
    del resume["basics"]["summary"]
    as_of = date(2026, 11, 1)
    tailored, _ = tailor(
        parsed.model_copy(update={"resume": resume}), analysis, evidence, request=JobRequest(as_of=as_of)
    )
    verifier = ClaimVerifier(resume, as_of)
    texts: list[tuple[str, list[str], str]] = []
    for pointer, claim in tailored.claims.items():
        if claim.engine == "baseline" and pointer.startswith(("/basics", "/work")):
            value: Any = tailored.resume
            for part in pointer.strip("/").split("/"):
                value = value[int(part)] if isinstance(value, list) else value[part]
            texts.append((value, [source.pointer for source in claim.sources if source.kind == "cv"], pointer))
    assert tailored.cover_letter
    for paragraph in tailored.cover_letter.paragraphs:
        for sentence in paragraph.sentences:
            sources = [source.pointer for source in sentence.sources if source.kind == "cv"]
            if sources:
                texts.append((sentence.text, sources, "/cover_letter"))
    assert len(texts) >= 5
    for text, sources, target in texts:
        for sentence in text.split(". "):
            verdict = verifier.verify(Proposal("s", sources, sentence.rstrip(".") + ".", target))
            assert verdict.accepted, (sentence, verdict.reasons)
