"""The baseline: what it brings forward, what it never does, and that every string has its claim."""

import copy
import re
import time
from datetime import date
from typing import Any

import pytest
from cv_tailoring import tailor
from cvmaker_core.pointers import resolve_pointer, walk_strings
from cvmaker_core.schema.artefacts import Analysis, EvidenceData, Layout, MemoryOffer, Parsed, Posting, Tailored
from cvmaker_core.schema.jobs import JobRequest

AS_OF = date(2026, 11, 1)


def run(parsed: Parsed, analysis: Analysis, evidence: EvidenceData, **request: Any) -> Tailored:
    tailored, _ = tailor(parsed, analysis, evidence, request=JobRequest(as_of=AS_OF, **request))
    return tailored


@pytest.fixture
def tailored(parsed: Parsed, analysis: Analysis, evidence: EvidenceData) -> Tailored:
    return run(parsed, analysis, evidence)


def test_what_proves_most_comes_first(tailored: Tailored) -> None:
    resume = tailored.resume
    assert resume["work"][0]["highlights"][0].startswith("Moved 14 services to Kubernetes")
    assert resume["skills"][0]["name"] == "Infrastructure"
    assert resume["skills"][0]["keywords"][:2] == ["Kubernetes", "Terraform"]
    assert resume["languages"][0]["language"] == "English"
    assert resume["meta"]["cvmaker"]["section_order"][:2] == ["summary", "skills"]


def test_the_headline_and_summary_say_what_the_posting_asks_for_in_the_cvs_words(tailored: Tailored) -> None:
    basics = tailored.resume["basics"]
    assert basics["label"] == "Platform Engineer | Kubernetes, Terraform, Ansible"
    assert basics["summary"].startswith("I like calm systems and people who sleep at night.")
    for fact in ("Kubernetes", "Terraform", "BSc, Computer Science", "English (C1)"):
        assert fact in basics["summary"]
    assert "Rust" not in str(tailored.resume)


def test_without_a_summary_years_are_computed_from_the_dates(
    parsed: Parsed, analysis: Analysis, evidence: EvidenceData
) -> None:
    resume = copy.deepcopy(parsed.resume)
    del resume["basics"]["summary"]
    summary = run(parsed.model_copy(update={"resume": resume}), analysis, evidence).resume["basics"]["summary"]
    # June 2015 to January 2020, February 2020 to November 2026: 11 years and some months.
    assert summary.startswith(
        "11 years of professional experience. Current role: Platform Engineer at Havsbris Logistics. "
        "Skills include Kubernetes"
    )


def test_jobs_degrees_and_their_dates_stay_as_they_are(tailored: Tailored, parsed: Parsed) -> None:
    for before, after in zip(parsed.resume["work"], tailored.resume["work"], strict=True):
        assert {key: before.get(key) for key in ("name", "position", "startDate", "endDate")} == {
            key: after.get(key) for key in ("name", "position", "startDate", "endDate")
        }
        assert sorted(map(_words, before["highlights"])) == sorted(map(_words, after["highlights"]))
    assert tailored.resume["education"] == parsed.resume["education"]


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.removeprefix("I "))).casefold()


def test_no_bullet_loses_a_number(tailored: Tailored, parsed: Parsed) -> None:
    for index, entry in enumerate(parsed.resume["work"]):
        before = sorted(re.findall(r"\d+", " ".join(entry["highlights"])))
        assert before == sorted(re.findall(r"\d+", " ".join(tailored.resume["work"][index]["highlights"])))


def test_safe_wording_tidies_and_drops_the_first_person(tailored: Tailored) -> None:
    highlights = tailored.resume["work"][0]["highlights"]
    assert "Organised the team library" in highlights
    assert "Wrote the on-call handbook" in highlights


def test_every_string_has_a_claim_whose_sources_exist(tailored: Tailored, parsed: Parsed) -> None:
    strings = dict(walk_strings(tailored.resume))
    assert set(strings) == set(tailored.claims)
    for pointer, claim in tailored.claims.items():
        assert claim.sources, pointer
        for source in claim.sources:
            if source.kind == "cv":
                resolve_pointer(parsed.resume, source.pointer)
        if claim.engine == "copy":
            assert resolve_pointer(parsed.resume, claim.sources[0].pointer) == strings[pointer]


def test_claims_name_the_requirements_they_prove_and_no_others(tailored: Tailored) -> None:
    kubernetes = next(
        pointer for pointer, text in walk_strings(tailored.resume) if text.startswith("Moved 14 services")
    )
    assert tailored.claims[kubernetes].requirements == ["r1"]
    assert all("r5" not in claim.requirements for claim in tailored.claims.values())


def test_changes_tell_before_after_and_a_reason_for_this_posting(tailored: Tailored) -> None:
    changes = {change.pointer: change for change in tailored.changes}
    bullets = changes["/work/0/highlights"]
    assert bullets.before.splitlines()[0].startswith("Helped the support desk")
    assert bullets.after.splitlines()[0].startswith("Moved 14 services")
    assert "“Kubernetes” (required)" in bullets.reason
    assert changes["/basics/label"].before == "Platform Engineer"
    assert len(changes) == len(tailored.changes), "one change a pointer: decisions are made by pointer"


def test_visibility_rises_and_fit_is_untouched(tailored: Tailored) -> None:
    assert tailored.visibility is not None
    assert tailored.visibility.after > tailored.visibility.before
    assert tailored.fit == 74


def test_what_may_be_dropped_leaves_every_must_its_evidence(
    tailored: Tailored, parsed: Parsed, evidence: EvidenceData, analysis: Analysis
) -> None:
    dropped = set(tailored.may_drop)
    assert not any(re.fullmatch(r"/(work|education)/\d+|/basics.*|.*[dD]ate", pointer) for pointer in dropped)
    # Least relevant first: nothing that proves something goes before what proves nothing.
    assert tailored.may_drop[0].startswith(("/references", "/interests"))
    left = [
        source.pointer
        for pointer, claim in tailored.claims.items()
        if not any(pointer == drop or pointer.startswith(drop + "/") for drop in dropped)
        for source in claim.sources
    ]
    musts = {requirement.id for requirement in analysis.requirements if requirement.must}
    for match in evidence.matches:
        if match.requirement_id in musts and match.state == "met":
            assert any(
                pointer == item.pointer or pointer.startswith(item.pointer + "/")
                for item in match.evidence
                for pointer in left
            ), match.requirement_id


def test_the_letter_rests_on_sources_and_admits_gaps(tailored: Tailored, parsed: Parsed) -> None:
    letter = tailored.cover_letter
    assert letter is not None
    sentences = [sentence for paragraph in letter.paragraphs for sentence in paragraph.sentences]
    assert all(sentence.sources for sentence in sentences)
    text = " ".join(sentence.text for sentence in sentences)
    assert "Site Reliability Engineer at Fjordline Systems" in text
    assert "I work as Platform Engineer at Havsbris Logistics. In this role I moved 14 services to Kubernetes" in text
    assert "As System Administrator at Nordkust Data, I automated backups with Ansible" in text
    gap = next(sentence for sentence in sentences if "Rust" in sentence.text)
    assert "does not show" in gap.text
    assert {source.kind for source in gap.sources} == {"posting", "formula"}


def test_career_memory_is_never_used(parsed: Parsed, analysis: Analysis, evidence: EvidenceData) -> None:
    offer = MemoryOffer(job_id="a" * 8, pointer="/work/0/highlights/0", text="Led a Rust guild", similarity=0.9)
    tailored = run(parsed, analysis, evidence.model_copy(update={"career_memory": [offer]}))
    assert "Rust guild" not in str(tailored)


def test_the_source_is_not_edited_in_place(parsed: Parsed, analysis: Analysis, evidence: EvidenceData) -> None:
    before = copy.deepcopy(parsed.resume)
    run(parsed, analysis, evidence)
    assert parsed.resume == before


def test_what_the_person_stated_is_marked_and_left_alone(
    parsed: Parsed, analysis: Analysis, evidence: EvidenceData
) -> None:
    resume = copy.deepcopy(parsed.resume)
    resume["meta"] = {"cvmaker": {"stated_by_person": ["/work/0/highlights/2"]}}
    tailored = run(parsed.model_copy(update={"resume": resume}), analysis, evidence)
    pointer = next(pointer for pointer, text in walk_strings(tailored.resume) if text == "I wrote the on-call handbook")
    assert tailored.claims[pointer].engine == "person"
    assert tailored.claims[pointer].sources[0].kind == "person"
    assert "stated_by_person" not in str(tailored.resume)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", "11 Jahre Berufserfahrung."),
        ("fr", "11 ans d’expérience professionnelle."),
        ("es", "11 años de experiencia profesional."),
        ("pt", "11 anos de experiência profissional."),
        ("it", "11 anni di esperienza professionale."),
        ("nl", "11 jaar werkervaring."),
    ],
)
def test_sentences_are_in_the_language_of_the_cv_not_of_the_posting(
    parsed: Parsed, analysis: Analysis, evidence: EvidenceData, language: str, expected: str
) -> None:
    resume = copy.deepcopy(parsed.resume)
    del resume["basics"]["summary"]
    resume["meta"] = {"cvmaker": {"language": language}}
    tailored = run(parsed.model_copy(update={"resume": resume}), analysis, evidence)
    assert expected in tailored.resume["basics"]["summary"]
    assert tailored.cover_letter is not None


def test_in_a_language_we_cannot_write_the_persons_summary_stays(
    parsed: Parsed, analysis: Analysis, evidence: EvidenceData
) -> None:
    resume = copy.deepcopy(parsed.resume)
    resume["meta"] = {"cvmaker": {"language": "fi"}}
    tailored, warnings = tailor(
        parsed.model_copy(update={"resume": resume}), analysis, evidence, request=JobRequest(as_of=AS_OF)
    )
    assert tailored.resume["basics"]["summary"] == parsed.resume["basics"]["summary"]
    assert tailored.cover_letter is None
    assert [warning.code for warning in warnings] == ["language_not_supported"]
    assert tailored.resume["work"][0]["highlights"][0].startswith("Moved 14")


def test_an_empty_posting_changes_nothing_but_spacing(parsed: Parsed) -> None:
    tailored = run(parsed, Analysis(posting=Posting(text="")), EvidenceData())
    assert tailored.resume["basics"] == parsed.resume["basics"]
    assert tailored.visibility is None
    assert tailored.cover_letter is None
    assert all(change.pointer.startswith("/work/0/highlights/") for change in tailored.changes)


@pytest.mark.parametrize(
    "resume",
    [
        {},
        {"basics": {"name": "A"}},
        {"work": [{}]},
        {"work": [{"highlights": ["One"]}], "skills": [{}]},
        {"basics": {"summary": ""}, "skills": [{"name": "Go"}], "languages": [{}], "education": [{}]},
    ],
)
def test_thin_cvs_do_no_harm(resume: dict[str, Any], analysis: Analysis, evidence: EvidenceData) -> None:
    tailored = run(Parsed(resume=resume, layout=Layout(pages=1, language="en")), analysis, evidence)
    assert set(dict(walk_strings(tailored.resume))) <= set(tailored.claims)


def test_it_takes_well_under_a_second(parsed: Parsed, analysis: Analysis, evidence: EvidenceData) -> None:
    run(parsed, analysis, evidence)
    started = time.perf_counter()
    run(parsed, analysis, evidence)
    assert time.perf_counter() - started < 1.0
