"""Other wordings of one item: shorter, outcome first, closer to the posting. Each verified, or not offered.

Without a model the wordings come from rules that move or drop words; a rule that does not fit
offers nothing, which is the honest answer for most bullets.
"""

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeAlias

from cvmaker_core.errors import InputError
from cvmaker_core.pointers import resolve_pointer, set_pointer, split_pointer
from cvmaker_core.schema.artefacts import (
    Analysis,
    EvidenceData,
    Parsed,
    Pointer,
    Reason,
    Rejection,
    Source,
    StageWarning,
)
from cvmaker_core.skill_aliases import find_skills
from cvmaker_core.text import fold, words
from pydantic import BaseModel, Field

from cv_tailoring.career import read_career
from cv_tailoring.draft import Draft, entry_of, text_at
from cv_tailoring.footing import Footing
from cv_tailoring.language_data import LanguageData, language_data, language_of
from cv_tailoring.profile import LABEL, SUMMARY, write_headline, write_summary
from cv_tailoring.proposals_by_model import ProposeAlternatives, requirements_for
from cv_tailoring.relevance import Relevance, weigh
from cv_tailoring.reporting import reason
from cv_tailoring.review import form_objections
from cv_tailoring.tailoring import source_of, without_orders
from cv_tailoring.verification import ClaimCheck, Verifier, composed_holds
from cv_tailoring.wording import loses_number

Kind: TypeAlias = Literal["shorter", "outcome_first", "closer"]
_KINDS: tuple[Kind, ...] = ("shorter", "outcome_first", "closer")
_LONGEST = 900
_FIELDS = {"highlights", "summary", "description"}
_SECTIONS = {"work", "volunteer", "projects"}
_PARENTHESIS = re.compile(r"\s*\([^()\d]*\)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)")


class Alternative(BaseModel):
    """One wording that the CV supports. The shape of the HTTP answer."""

    kind: Kind
    text: str
    sources: list[Source]
    reason: str
    engine: Literal["baseline", "model"]


class AlternativeSet(BaseModel):
    """What may be chosen from, what was refused and why, and what the person should know."""

    proposals: list[Alternative] = Field(default_factory=list)
    rejected: list[Rejection] = Field(default_factory=list)
    warnings: list[StageWarning] = Field(default_factory=list)


@dataclass
class _Item:
    """The text to reword, in the CV it belongs to."""

    resume: dict[str, Any]
    pointer: Pointer
    text: str
    sources: list[Source]
    language: str | None
    words: LanguageData | None
    verifier: Verifier
    relevance: Relevance = field(default_factory=lambda: Relevance({}, {}))
    found: AlternativeSet = field(default_factory=AlternativeSet)

    @property
    def ids(self) -> list[Pointer]:
        return [source.pointer for source in self.sources if source.kind in {"cv", "person"}]


def propose_alternatives(
    parsed: Parsed,
    pointer: Pointer,
    analysis: Analysis,
    evidence: EvidenceData,
    *,
    as_of: date,
    text: str | None = None,
    sources: list[Source] | None = None,
    instruction: str | None = None,
    propose: ProposeAlternatives | None = None,
) -> AlternativeSet:
    """Up to three verified wordings of one item of a CV.

    Parameters
    ----------
    parsed
        The CV as read (or as the person corrected it).
    pointer
        Of a bullet, an entry's prose, the summary or the headline, in `parsed.resume`.
    analysis, evidence
        Of the posting; empty without one.
    as_of
        The day for years and running jobs.
    text
        The wording that stands now, if it is not the CV's own. What a person typed is their
        statement: wordings are checked against it too.
    sources
        What `text` rests on, where it is ours. Without it, a changed `text` is the person's.
    instruction
        A wish of the person's, for a model.
    propose
        Asks a model; None means rules alone.

    Raises
    ------
    InputError
        `not_rewordable`: the pointer names nothing that may be reworded.

    """
    item = _read_item(parsed, pointer, text, sources, as_of=as_of)
    item.relevance = weigh(item.resume, analysis, evidence)
    if propose:
        _ask(item, propose, instruction)
    taken = {proposal.kind for proposal in item.found.proposals}
    for kind, wording, proposed_sources in _by_rules(item, parsed, as_of):
        if kind not in taken and _offer(item, kind, wording, proposed_sources, "baseline"):
            taken.add(kind)
    item.found.proposals.sort(key=lambda proposal: _KINDS.index(proposal.kind))
    return item.found


def _read_item(
    parsed: Parsed, pointer: Pointer, text: str | None, sources: list[Source] | None, *, as_of: date
) -> _Item:
    resume, _ = without_orders(source_of(parsed)[0])
    if not _is_rewordable(resume, pointer):
        raise InputError(
            "not_rewordable",
            "This item cannot be reworded.",
            "Name a bullet, the text of a job or project, the summary or the headline.",
        )
    own = text_at(resume, pointer)
    stated = text is not None and sources is None and fold(text) != fold(own)
    if stated:
        resume = copy.deepcopy(resume)
        _set(resume, pointer, text or "")
    current = text if text is not None else own
    if not current.strip() and pointer not in {LABEL, SUMMARY}:
        raise InputError("nothing_to_reword", "There is no text to reword.", "Write the text first.")
    language = language_of(resume, parsed.layout.language)
    return _Item(
        resume=resume,
        pointer=pointer,
        text=current.strip(),
        sources=sources or [Source(kind="person" if stated else "cv", pointer=pointer)],
        language=language,
        words=language_data(language),
        verifier=ClaimCheck(resume, as_of),
    )


def _set(resume: dict[str, Any], pointer: Pointer, text: str) -> None:
    if pointer in {LABEL, SUMMARY}:
        resume.setdefault("basics", {})[split_pointer(pointer)[-1]] = text
    else:
        set_pointer(resume, pointer, text)


def _is_rewordable(resume: dict[str, Any], pointer: Pointer) -> bool:
    if pointer in {LABEL, SUMMARY}:
        return True
    try:
        parts = split_pointer(pointer)
        value = resolve_pointer(resume, pointer)
    except (KeyError, ValueError):
        return False
    return len(parts) in {3, 4} and parts[0] in _SECTIONS and parts[2] in _FIELDS and isinstance(value, str)


def _ask(item: _Item, propose: ProposeAlternatives, instruction: str | None) -> None:
    outcome = propose(
        {
            "language": item.language or "unknown",
            "text": {"id": item.ids[0] if item.ids else item.pointer, "text": item.text},
            "entry": _entry_texts(item),
            "wish": instruction or "",
            "requirements": requirements_for(item.relevance),
        }
    )
    if outcome.warning:
        item.found.warnings.append(outcome.warning)
    taken: set[Kind] = set()
    for proposal in outcome.value.alternatives if outcome.value else []:
        sources = [*item.sources]
        known = {source.pointer for source in sources}
        sources += [Source(kind="cv", pointer=pointer) for pointer in proposal.source_ids if pointer not in known]
        if proposal.kind not in taken and _offer(item, proposal.kind, proposal.text, sources, "model"):
            taken.add(proposal.kind)


def _entry_texts(item: _Item) -> list[dict[str, str]]:
    """The other texts of the entry, which a wording may draw on."""
    entry = entry_of(item.pointer)
    if entry in {LABEL, SUMMARY}:
        return []
    values = resolve_pointer(item.resume, entry)
    found = [
        {"id": f"{entry}/highlights/{place}", "text": text} for place, text in enumerate(values.get("highlights") or [])
    ]
    found += [
        {"id": f"{entry}/{name}", "text": values[name]} for name in ("summary", "description") if values.get(name)
    ]
    return [other for other in found if other["id"] != item.pointer]


def _offer(item: _Item, kind: Kind, text: str, sources: list[Source], engine: Literal["baseline", "model"]) -> bool:
    """Add a wording if it is new, well formed and true; a model's refused one is listed."""
    text = " ".join(text.split())
    others = [item.text, *(proposal.text for proposal in item.found.proposals)]
    if any(fold(text) == fold(other) for other in others):
        return False
    ids = [source.pointer for source in sources if source.kind in {"cv", "person"}]
    objections = form_objections(text, _LONGEST, item.words)
    if not objections and loses_number(item.text, text, item.words):
        objections = [Reason(code="number_lost", detail="The text counted something and no longer does.")]
    if not objections:
        objections = item.verifier.objections(text, ids, item.pointer)
    if objections:
        if engine == "model":
            item.found.rejected.append(Rejection(text=text[:400], source_ids=ids, reasons=objections))
        return False
    item.found.proposals.append(
        Alternative(kind=kind, text=text, sources=sources, reason=reason(f"alternative_{kind}"), engine=engine)
    )
    return True


# --- rules --------------------------------------------------------------------------------------


def _by_rules(item: _Item, parsed: Parsed, as_of: date) -> Iterator[tuple[Kind, str, list[Source]]]:
    if item.pointer in {LABEL, SUMMARY}:
        draft = Draft(item.resume)
        footing = Footing.of(parsed, item.resume, as_of, item.language)
        career = read_career(item.resume, parsed.dates, footing)

        def holds(text: str, sources: Sequence[Source], target: Pointer) -> bool:
            return composed_holds(item.verifier, text, sources, target, item.language)

        if item.pointer == LABEL:
            write_headline(draft, item.relevance, career, footing, holds)
        elif item.words:
            write_summary(draft, item.relevance, career, item.words, footing, holds)
        composed = draft.rewordings.get(item.pointer)
        if composed:
            yield "closer", composed.text, list(composed.sources)
    if item.pointer == SUMMARY:
        yield "shorter", shorter_summary(item.text, item.relevance), item.sources
    elif item.pointer != LABEL:
        yield "shorter", shorter(item.text, item.words), item.sources
        yield "outcome_first", outcome_first(item.text, item.words), item.sources
    yield "closer", closer(item.text, item.relevance), item.sources


def shorter(text: str, data: LanguageData | None) -> str:
    """Without filler words, long-winded phrases and asides that count nothing and name no skill."""
    found = _PARENTHESIS.sub(lambda aside: aside[0] if find_skills(aside[0]) else "", text)
    if data:
        for phrase, replacement in data.wording.shorter.items():
            found = re.sub(rf"\b{re.escape(phrase)}(?!\w)", replacement, found, flags=re.IGNORECASE)
        for filler in data.wording.fillers:
            found = re.sub(rf"\b{re.escape(filler)}\s+", "", found, flags=re.IGNORECASE)
    found = " ".join(found.split())
    if not found or len(found) >= len(text):
        return text
    return found[0].upper() + found[1:] if text[0].isupper() else found


def shorter_summary(text: str, relevance: Relevance) -> str:
    """The sentences that name something the posting asks for (at least the first one)."""
    sentences = _SENTENCE.split(text)
    asked = {mention.canonical for item in relevance.requirements.values() for mention in find_skills(item.text)}
    kept = [
        sentence
        for number, sentence in enumerate(sentences)
        if number == 0 or any(mention.canonical in asked for mention in find_skills(sentence))
    ]
    return " ".join(kept)


def outcome_first(text: str, data: LanguageData | None) -> str:
    """“Introduced X, cutting Y by 18 %” → “Cut Y by 18 % by introducing X”: the text itself says that X did it."""
    if not data or not data.wording.outcome_verbs:
        return text
    participles = data.wording.outcome_verbs
    pasts = {verb.casefold(): verb for verb in participles.values()}
    pattern = (
        rf"(\w+) ([^,;]+?)(?:,? (?:and |thereby |thus )?({'|'.join(participles)})| (?:that|which) ({'|'.join(pasts)}))"
        r" ([^,;]*\d[^,;]*?)(\.?)"
    )
    found = re.fullmatch(pattern, text.strip())
    if not found or found[1] not in data.wording.gerunds:
        return text
    deed, rest, participle, past, result, stop = found.groups()
    outcome = participles[participle] if participle else pasts[past]
    return f"{outcome} {result} by {data.wording.gerunds[deed]} {rest}{stop}"


def closer(text: str, relevance: Relevance) -> str:
    """With the posting's name for each skill that the text calls by another name of the same thing."""
    asked: dict[str, str] = {}
    for identity in relevance.by_weight(relevance.requirements):
        for mention in find_skills(relevance.requirements[identity].text):
            asked.setdefault(mention.canonical, mention.surface)
    for mention in sorted(find_skills(text), key=lambda mention: -mention.start):
        name = asked.get(mention.canonical)
        if name and words(name) != words(mention.surface):
            text = text[: mention.start] + name + text[mention.end :]
    return text
