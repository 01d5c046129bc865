"""Evidence for each requirement: facts and words decide its state, vectors only rank and suggest.

Four states. *met*: the CV says so. *partly*: it says some of it. *adjacent*: it says something near
by, shown as such and never as proof. *missing*: nothing was found. With vectors or without, *met*
and *partly* are the same; a vector can only turn *missing* into *adjacent*.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from cvmaker_core.schema.artefacts import Analysis, Evidence, EvidenceData, Match, Note, Requirement
from cvmaker_core.skill_aliases import canonical_skill, skill_classes
from cvmaker_core.text import fold, words

from evidence_matching import facts
from evidence_matching.fit import Judgement, compute_fit
from evidence_matching.items import CvItem, cv_items
from evidence_matching.terms import CONCEPT_CREDIT, Terms, coverage, skills_of, terms_of

State: TypeAlias = Literal["met", "partly", "adjacent", "missing"]
# An array of one row for each text.
Embed: TypeAlias = Callable[[list[str]], Any]

MAX_EVIDENCE = 5
# Shares of a requirement's words that an item must speak of.
MET_COVERAGE = 0.7
PARTLY_COVERAGE = 0.45
# A requirement of so few content words is about one thing: "SEO expertise", "safe medicines management".
PLAIN_STEMS = 4
# Cosine from which a text is near enough to be shown. Sentence models agree on this order of
# magnitude for paraphrases (MiniLM on benchmarks/matching: true pairs .25-.65, chance .0-.3).
SHOWN_SIMILARITY = 0.3
ADJACENT_SIMILARITY = 0.45
# How near a degree is that does not meet the wish: of its level in another subject, or not (yet) of its level.
OTHER_SUBJECT = 0.8
LESSER_DEGREE = 0.5
# How words and facts weigh against a cosine in ranking; chosen on benchmarks/matching.
LEXICAL_RANK = 0.45
# How much of an item's usual nearness is taken off; .5 to 1 do about the same on all four sets of benchmarks/matching.
HUB_SHARE = 0.7
FEWEST_FOR_USUAL = 4
_ORDER: dict[str, int] = {"met": 3, "partly": 2, "adjacent": 1, "missing": 0}
_REASONS = Path(__file__).parent / "lexicons" / "reasons.json"


@dataclass
class Finding:
    """What facts and words say of one requirement."""

    state: State = "missing"
    reason: Note = field(default_factory=lambda: say("skill_missing"))
    support: dict[str, float] = field(default_factory=dict)
    judgement: Judgement | None = None


@lru_cache(maxsize=1)
def _reasons() -> dict[str, str]:
    data: dict[str, str] = json.loads(_REASONS.read_text(encoding="utf-8"))
    return data


def say(code: str, **values: object) -> Note:
    """A reason by its code and what fills its blanks."""
    return Note(code=code, parameters={name: str(value) for name, value in values.items()})


def worded(note: Note) -> str:
    """A reason's English words."""
    return _reasons()[note.code].format(**note.parameters)


class Matcher:
    """One CV against one posting."""

    def __init__(self, resume: dict[str, Any], analysis: Analysis, as_of: date) -> None:
        self.resume = resume
        self.analysis = analysis
        self.language = (analysis.posting.language if analysis.posting else None) or "en"
        self.title = (analysis.posting.title if analysis.posting else None) or ""
        self.items = cv_items(resume)
        self.terms: list[Terms] = [terms_of(item.text, self.language) for item in self.items]
        self.spans = facts.work_spans(resume, as_of)
        self.as_of = as_of
        self.skill_places: dict[str, list[CvItem]] = {}
        for item, terms in zip(self.items, self.terms, strict=True):
            for skill in terms.skills:
                self.skill_places.setdefault(skill, []).append(item)

    def find(self, requirement: Requirement) -> Finding:
        """State, reason and supporting values of one requirement, from facts and words alone."""
        if requirement.kind == "experience_years":
            return self._years(requirement)
        if requirement.kind == "degree":
            return self._degree(requirement)
        if requirement.kind == "language":
            return self._language(requirement)
        if requirement.kind == "certificate":
            return self._certificate(requirement)
        return self._skill(requirement)

    # --- years -------------------------------------------------------------------------------

    def _years(self, requirement: Requirement) -> Finding:
        asked = facts.years_asked(requirement.text)
        if asked is None:
            return self._skill(requirement)
        wanted = facts.field_of_years(requirement.text, self.language)
        relevant = [span for span in self.spans if self._in_field(span.pointer, requirement.text, wanted)]
        total, near = facts.months_covered(self.spans), facts.months_covered(relevant)
        support = {self._named_by(span): 1.0 for span in sorted(relevant, key=lambda s: -s.end)}
        shown = {"asked": _years(asked * 12), "near": _years(near), "total": _years(total)}
        if near >= asked * 12:
            state: State = "met"
            reason = say("years_met", **shown)
        elif near >= asked * 6 or total >= asked * 12:
            state = "partly"
            reason = say("years_partly", **shown)
            support = support or {self._named_by(span): 0.5 for span in sorted(self.spans, key=lambda s: -s.end)}
        else:
            state = "missing"
            reason = say("years_missing", **shown)
            support = {}
        return Finding(state, reason, support, Judgement(state))

    def _named_by(self, span: facts.Span) -> str:
        """Where a job is named: its position, or the entry itself when the CV gives it none."""
        position = f"{span.pointer}/position"
        return position if any(item.pointer == position for item in self.items) else span.pointer

    def _in_field(self, pointer: str, text: str, wanted: dict[str, float]) -> bool:
        """Whether a job counts: by its title and named skills, never by the wording of its bullets."""
        position = next((i for i in self.items if i.pointer == f"{pointer}/position"), None)
        held = position.text if position else ""
        if not wanted:
            alike = bool(self.title and held) and facts.asks_for_the_like(text)
            return not alike or facts.title_similarity(self.title, held, self.language) >= 0.5
        stems = terms_of(held, self.language).stems
        if any(root in stems for root, weight in wanted.items() if weight >= 1):
            return True
        if self.title and held and facts.title_similarity(self.title, held, self.language) >= 0.5:
            return True
        named = {s for s in skills_of(text) if is_named(s)}
        entry = [item for item in self.items if item.entry == pointer]
        if named and any(named & skills_of(item.text) for item in entry):
            return True
        asked_concepts = terms_of(text, self.language).concepts
        return bool(asked_concepts & terms_of(held, self.language).concepts)

    # --- degrees -----------------------------------------------------------------------------

    def _degree(self, requirement: Requirement) -> Finding:
        best = Finding("missing", say("degree_missing"), {}, Judgement("missing"))
        for index, entry in enumerate(self.resume.get("education") or []):
            if not isinstance(entry, dict):
                continue
            held = self._education(entry, f"/education/{index}", requirement)
            if _ORDER[held.state] > _ORDER[best.state]:
                best = held
        return best

    def _education(self, entry: dict[str, Any], pointer: str, requirement: Requirement) -> Finding:
        """What one course of study says of a degree requirement: level, subject, and whether it is finished."""
        asked = facts.degree_level_asked(requirement.text)
        wanted_families = facts.families_of(requirement.text)
        named = " ".join(str(entry.get(part) or "") for part in ("studyType", "area"))
        level = facts.degree_level_held(named)
        if level is None:
            # An unnamed course of study at a university is taken for a first degree begun, not for one held.
            level = 4 if entry.get("area") or entry.get("studyType") else None
        if level is None:
            return Finding()
        families = facts.families_of(named)
        stems = set(terms_of(named, self.language).stems)
        same_words = bool(
            stems
            & {r for r, w in terms_of(requirement.text, self.language).stems.items() if w >= 1}
            - _degree_stems(self.language)
        )
        in_field = not wanted_families or bool(families & wanted_families) or same_words
        end = facts.month_number(entry.get("endDate") or "", end=False)
        unfinished = end is not None and end > self.as_of.year * 12 + self.as_of.month - 1
        if level >= asked and in_field and not unfinished:
            return Finding("met", say("degree_met"), {pointer: 1.0}, Judgement("met"))
        if level >= asked and unfinished and in_field:
            return Finding("partly", say("degree_unfinished"), {pointer: LESSER_DEGREE}, Judgement("partly"))
        if level >= asked:
            return Finding("partly", say("degree_other_field"), {pointer: OTHER_SUBJECT}, Judgement("partly"))
        if level == asked - 1 and in_field:
            return Finding("partly", say("degree_lower"), {pointer: LESSER_DEGREE}, Judgement("partly"))
        return Finding()

    # --- languages ---------------------------------------------------------------------------

    def _language(self, requirement: Requirement) -> Finding:
        codes, all_wanted, level = facts.languages_asked(requirement.text)
        spoken = facts.spoken_languages(self.resume)
        if not codes:  # "additional languages"
            if len(spoken) > 1:
                return Finding("met", say("language_several"), {s.pointer: 1.0 for s in spoken}, Judgement("met"))
            return Finding("missing", say("language_missing"), {}, Judgement("missing"))
        support: dict[str, float] = {}
        states: dict[str, State] = {}
        for code in sorted(codes):
            states[code] = "missing"
            for language in spoken:
                if code not in language.codes:
                    continue
                enough = level is None or (language.level is not None and language.level >= level)
                state: State = "met" if enough else "partly"
                if _ORDER[state] > _ORDER[states[code]]:
                    states[code] = state
                support[language.pointer] = 1.0 if enough else 0.7
        ranked = sorted(states.values(), key=lambda s: _ORDER[s])
        if all_wanted:
            state = ranked[0] if ranked[0] == ranked[-1] or ranked[0] != "missing" else "partly"
        else:
            state = ranked[-1]
        if state == "missing" and codes == {self._written_language()}:
            # A CV in a language shows that its writer writes it; how well, it does not say.
            return Finding("partly", say("language_written"), {}, Judgement("partly"))
        return Finding(state, say(f"language_{state}"), support, Judgement(state))

    def _written_language(self) -> str | None:
        meta = self.resume.get("meta")
        extension = meta.get("cvmaker") if isinstance(meta, dict) else None
        language = extension.get("language") if isinstance(extension, dict) else None
        return language if isinstance(language, str) else None

    # --- certificates ------------------------------------------------------------------------

    def _certificate(self, requirement: Requirement) -> Finding:
        wanted = facts.certificate_words(requirement.text)
        capitals = facts.acronyms(requirement.text)
        skills = skills_of(requirement.text)
        best: tuple[float, CvItem | None] = (0.0, None)
        for item in self.items:
            have = facts.certificate_words(item.text)
            share = len(wanted & have) / len(wanted) if wanted else 0.0
            formal = item.kind in {"certificate", "education", "award"}
            if capitals & facts.acronyms(item.text) or (formal and skills & skills_of(item.text)):
                share = max(share, 1.0)
            elif not formal and not item.structured:
                share = 0.0  # "helped with first aid training" is no certificate
            if share > best[0]:
                best = (share, item)
        share, place = best
        support = {place.pointer: share} if place else {}
        if place and (share >= 0.6 or _licence_of_class(requirement.text, place.text)):
            return Finding("met", say("certificate_met"), support, Judgement("met"))
        if place and share >= 0.34:
            return Finding("partly", say("certificate_partly"), support, Judgement("partly"))
        return Finding("missing", say("certificate_missing"), {}, Judgement("missing"))

    # --- skills, duties, soft skills ---------------------------------------------------------

    def _skill(self, requirement: Requirement) -> Finding:
        wanted = terms_of(requirement.text, self.language)
        skills = set(wanted.skills)
        classes = self._classes_asked(requirement.text)
        support: dict[str, float] = {}
        met: set[str] = set()
        for skill in skills:
            places = list(self.skill_places.get(skill, ()))
            if not places:  # a class is asked for, an instance is held: "version control", Git
                places = [
                    item
                    for held, items in self.skill_places.items()
                    if fold(skill) in {c.casefold() for c in skill_classes(held)}
                    for item in items
                ]
            if places:
                met.add(skill)
            for item in places:
                support[item.pointer] = 1.0
        of_class = [item for item, offered in zip(self.items, self.terms, strict=True) if classes & offered.classes]
        for item in of_class:
            support.setdefault(item.pointer, 0.95)
        named = {s for s in skills if is_named(s)}
        whole = canonical_skill(requirement.text)
        name = " ".join(words(requirement.text)) if whole and is_named(whole) else None
        prose, literal = self._best_prose(wanted, support, name)
        judgement = self._judge_skills(requirement, named, classes, skills)
        either = _is_choice(requirement.text) and len(skills) > 1
        if (
            skills
            and (met == skills or (either and met) or (whole and whole in met))
            and self._skills_are_the_point(wanted)
        ):
            return Finding("met", say("skill_met"), support, judgement)
        if of_class:
            return Finding("met", say("class_met"), support, judgement)
        if literal >= MET_COVERAGE:
            return Finding("met", say("words_met"), support, judgement)
        if met or literal >= PARTLY_COVERAGE:
            return Finding("partly", say("skill_partly" if met else "words_partly"), support, judgement)
        if prose >= PARTLY_COVERAGE:
            # Other words for the same thing: said where the thing is all that is asked for, else only near it.
            plain = name is None and len(wanted.stems) <= PLAIN_STEMS and prose >= CONCEPT_CREDIT
            reason = say("words_partly") if plain else say("near")
            return Finding("partly" if plain else "adjacent", reason, support, judgement)
        siblings = self._siblings(named)
        if siblings:
            return Finding("adjacent", say("sibling"), siblings, judgement)
        return Finding("missing", say("skill_missing"), {}, judgement)

    def _skills_are_the_point(self, wanted: Terms) -> bool:
        """Whether the named skills are most of what a requirement says: "Python", not "sell Python trainings"."""
        named_stems = {root for skill in wanted.skills for root in terms_of(skill, self.language).stems}
        rest = sum(w for root, w in wanted.stems.items() if root not in named_stems)
        return rest <= max(1.5, sum(wanted.stems.values()) * 0.5) or len(wanted.stems) <= 3

    def _best_prose(self, wanted: Terms, support: dict[str, float], name: str | None) -> tuple[float, float]:
        """The best coverage by one item, of any kind and by shared words; adds what is worth showing to `support`.

        Where a thing with a `name` of its own is asked for, its words count only together: a Google Data Analytics
        certificate is no Google Analytics. That two texts speak of one concept in different words shows nearness, not
        that the requirement is met.
        """
        best = literal = 0.0
        skills_decide = self._skills_are_the_point(wanted)
        for item, offered in zip(self.items, self.terms, strict=True):
            share = coverage(wanted, offered)
            if share >= PARTLY_COVERAGE and _enough(wanted, offered):
                support[item.pointer] = max(support.get(item.pointer, 0.0), round(share, 3))
                best = max(best, share)
                if name is None or f" {name} " in f" {' '.join(words(item.text))} ":
                    literal = max(literal, _same_words(wanted, offered, skills_decide=skills_decide))
        return best, literal

    def _classes_asked(self, text: str) -> set[str]:
        """Classes of skills that a requirement asks for by name: "relational databases", "cloud platforms"."""
        words = set(terms_of(text, "en").stems)
        return {name for name, stems in _class_names().items() if stems <= words and len(stems) >= 2}

    def _judge_skills(
        self, requirement: Requirement, named: set[str], classes: set[str], skills: set[str]
    ) -> Judgement | None:
        """What facts alone say: named skills wherever they stand, other skills only among the person's own names."""
        if requirement.kind not in {"skill", "certificate"}:
            return None
        if named:
            held = {skill for skill in named if self.skill_places.get(skill)}
            if held == named or (held and _is_choice(requirement.text)):
                return Judgement("met")
            return Judgement("partly" if held else "missing")
        structured = [t for i, t in zip(self.items, self.terms, strict=True) if i.structured]
        if any((skills and skills <= t.skills) or classes & t.classes for t in structured):
            return Judgement("met", only_if_met=True)
        return None

    def _siblings(self, named: set[str]) -> dict[str, float]:
        """Skills of the same closest class: PostgreSQL beside MySQL."""
        found: dict[str, float] = {}
        for skill in named:
            own = skill_classes(skill)[:1]
            for held, items in self.skill_places.items():
                if held != skill and own and is_named(held) and skill_classes(held)[:1] == own:
                    for item in items[:2]:
                        found.setdefault(item.pointer, 0.5)
        return found


def is_named(skill: str) -> bool:
    """Whether a skill is a thing with a name of its own (Python, SAP FI), not a practice (project management)."""
    return any(c.isupper() or c.isdigit() for c in skill)


def _enough(wanted: Terms, offered: Terms) -> bool:
    """One shared everyday word proves nothing: a full word, two weak ones, a skill or a concept must agree."""
    shared = [w for root, w in wanted.stems.items() if root in offered.stems]
    if wanted.skills & offered.skills or (len(wanted.stems) == 1 and shared):
        return True
    return (
        sum(shared) >= 1.8
        or (sum(shared) >= 1 and bool(wanted.concepts & offered.concepts))
        or len(wanted.concepts & offered.concepts) >= 2
    )


def _same_words(wanted: Terms, offered: Terms, *, skills_decide: bool) -> float:
    """Share of what is wanted that stands there in the same words, or as the same skills where these are the point."""
    shared = sum(weight for root, weight in wanted.stems.items() if root in offered.stems)
    named = len(wanted.skills & offered.skills) / len(wanted.skills) if wanted.skills and skills_decide else 0.0
    return max(named, shared / (sum(wanted.stems.values()) or 1.0))


def _is_choice(text: str) -> bool:
    return (
        any(f" {word} " in f" {fold(text)} " for word in ("or", "oder", "ou", "o", "of", "such as", "like"))
        or "/" in text
    )


def _licence_of_class(asked: str, held: str) -> bool:
    """Driving licences are told apart by their class alone."""
    licence = ("driv", "führerschein", "permis", "carné", "permiso", "patente", "rijbewijs", "carta de condução")
    if not (any(w in fold(asked) for w in licence) and any(w in fold(held) for w in licence)):
        return False
    wanted, has = (set(re.findall(r"(?<![\w.])([A-E]1?E?)(?![\w.])", text)) for text in (asked, held))
    return not wanted or not has or bool(wanted & has) or wanted == {"B"}  # every class of lorry includes B


_DEGREE_WORDS = (
    "degree bachelor master university science arts study studium abgeschlossenes ausbildung diploma related subject"
)


@lru_cache(maxsize=8)
def _degree_stems(language: str) -> frozenset[str]:
    """Words that stand in any degree: sharing them says nothing of the subject."""
    return frozenset(terms_of(_DEGREE_WORDS, language).stems)


@lru_cache(maxsize=1)
def _class_names() -> dict[str, frozenset[str]]:
    from cvmaker_core.skill_aliases import all_classes

    return {name.casefold(): frozenset(terms_of(name, "en").stems) for name in all_classes()}


def _years(months: float) -> str:
    years = round(months / 12, 1)
    return f"{years:g}"


# --- the whole ---------------------------------------------------------------------------------


def match(
    resume: dict[str, Any],
    analysis: Analysis,
    *,
    embed: Embed | None = None,
    as_of: date,
) -> EvidenceData:
    """Evidence for every requirement of a posting, best first, and the fit.

    Parameters
    ----------
    resume
        The CV as JSON Resume.
    analysis
        What Analyze found; without a posting the result is empty and `fit` is None, as it is where
        facts could judge nothing that the posting asks for.
    embed
        Texts to unit vectors, one row each. Without it evidence is ranked by words alone.
        What it raises goes to the caller.
    as_of
        The day until which a running job counts.

    """
    if analysis.posting is None:
        return EvidenceData()
    matcher = Matcher(resume, analysis, as_of)
    found = [matcher.find(requirement) for requirement in analysis.requirements]
    similar = _similarities(matcher, analysis.requirements, embed) if embed else None
    usual = usual_nearness(similar) if similar else None
    matches: list[Match] = []
    for number, (requirement, finding) in enumerate(zip(analysis.requirements, found, strict=True)):
        row = similar[number] if similar else None
        matches.append(_to_match(matcher, requirement, finding, row, usual))
    fit = compute_fit(
        analysis.requirements,
        [finding.judgement for finding in found],
        title=matcher.title,
        titles_held=[item.text for item in matcher.items if item.kind == "title" and item.structured],
        language=matcher.language,
    )
    return EvidenceData(matches=matches, fit=fit)


def rank(
    requirement: str,
    items: Sequence[str],
    vectors: Sequence[float] | None,
    language: str = "en",
    *,
    usual: Sequence[float] | None = None,
) -> list[float]:
    """Scores by which evidence is ordered: cosine to the requirement plus agreement in words.

    `usual` is each item's mean cosine to all that the posting asks for. Some texts lie near to everything (hubs, which
    every space of many dimensions has); what counts is how much nearer an item is to this requirement than to the rest.
    """
    wanted = terms_of(requirement, language)
    shares = [coverage(wanted, terms_of(item, language)) for item in items]
    cosines = list(vectors) if vectors is not None else [0.0] * len(items)
    means = list(usual) if usual is not None else [0.0] * len(items)
    return [
        cosine - HUB_SHARE * mean + LEXICAL_RANK * share
        for cosine, mean, share in zip(cosines, means, shares, strict=True)
    ]


def usual_nearness(cosines: Sequence[Sequence[float]]) -> list[float] | None:
    """Each item's mean cosine over all requirements (rows); None where there are too few to tell what is usual."""
    if len(cosines) < FEWEST_FOR_USUAL:
        return None
    return [sum(column) / len(cosines) for column in zip(*cosines, strict=True)]


def _similarities(matcher: Matcher, requirements: list[Requirement], embed: Embed) -> list[list[float]]:
    """Cosines of every requirement (rows) with every item of the CV."""
    if not matcher.items or not requirements:
        return [[] for _ in requirements]
    import numpy as np

    texts = [requirement.text for requirement in requirements] + [item.text for item in matcher.items]
    unique = list(dict.fromkeys(texts))
    place = {text: index for index, text in enumerate(unique)}
    array = np.asarray(embed(unique), dtype=np.float32)
    array = array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9)
    wanted = array[[place[r.text] for r in requirements]]
    offered = array[[place[i.text] for i in matcher.items]]
    rows: list[list[float]] = (wanted @ offered.T).tolist()
    return rows


def _is_telling(item: CvItem) -> bool:
    """One bare word ("Advanced") is near to everything and says nothing; a name of a skill does."""
    return len(item.text.split()) >= 2 or bool(canonical_skill(item.text))


def _to_match(
    matcher: Matcher,
    requirement: Requirement,
    finding: Finding,
    cosines: list[float] | None,
    usual: list[float] | None,
) -> Match:
    places = {item.pointer: index for index, item in enumerate(matcher.items)}
    formal = requirement.kind in {"experience_years", "degree", "language", "certificate"}
    scores: dict[str, tuple[float, Evidence]] = {}
    for pointer, support in finding.support.items():
        cosine = cosines[places[pointer]] if cosines and pointer in places else 0.0
        evidence = Evidence(pointer=pointer, method="lexical", similarity=round(support, 3))
        scores[pointer] = (1.0 + support + cosine, evidence)
    state = finding.state
    reason = finding.reason
    if cosines and not formal:
        by_words = rank(requirement.text, [i.text for i in matcher.items], cosines, matcher.language, usual=usual)
        near = [i for i, cosine in enumerate(cosines) if cosine >= SHOWN_SIMILARITY]
        for index in near:
            item = matcher.items[index]
            if item.pointer not in scores:
                evidence = Evidence(pointer=item.pointer, method="vector", similarity=round(cosines[index], 3))
                scores[item.pointer] = (by_words[index], evidence)
            elif finding.state not in {"met", "partly"} or finding.support[item.pointer] < 1:
                scores[item.pointer] = (max(by_words[index], finding.support[item.pointer]), scores[item.pointer][1])
        if state == "missing":
            telling = [i for i in near if cosines[i] >= ADJACENT_SIMILARITY and _is_telling(matcher.items[i])]
            if telling and requirement.kind != "soft" and not is_named(canonical_skill(requirement.text) or ""):
                state, reason = "adjacent", say("near")
                shown = {matcher.items[i].pointer for i in telling}
                scores = {pointer: score for pointer, score in scores.items() if pointer in shown}
            else:
                scores = {}
    if state == "missing":
        scores = {}
    ordered = [e for _, e in sorted(scores.values(), key=lambda pair: (-pair[0], *_place_on_page(pair[1].pointer)))]
    best = ordered[:MAX_EVIDENCE]
    # A skill that the person lists by its name is its plainest evidence, however many bullets speak of it too.
    listed = next((e for e in ordered if e.pointer.startswith("/skills/") and e.similarity >= 1), None)
    if listed and len(ordered) > MAX_EVIDENCE and not any(e.pointer.startswith("/skills/") for e in best):
        best[-1] = listed
    return Match(requirement_id=requirement.id, state=state, reason=worded(reason), note=reason, evidence=best)


# Of equally good evidence, what was done at work tells most.
_TELLING_SECTIONS = ("work", "projects", "skills", "certificates", "education", "volunteer")


def _place_on_page(pointer: str) -> tuple[int, list[tuple[int, str]]]:
    section, *rest = pointer.strip("/").split("/")
    rank = _TELLING_SECTIONS.index(section) if section in _TELLING_SECTIONS else len(_TELLING_SECTIONS)
    return rank, [(int(part), "") if part.isdigit() else (-1, part) for part in rest]
