"""A cover letter made of claims: every sentence names its sources, and gaps are admitted.

The salutation, the date and the closing belong to the template.
"""

import re
from typing import Any

from cvmaker_core.human_languages import find_languages
from cvmaker_core.pointers import resolve_pointer
from cvmaker_core.schema.artefacts import Analysis, CoverLetter, Paragraph, Pointer, Requirement, Sentence, Source
from cvmaker_core.skill_aliases import canonical_skill, find_skills
from cvmaker_core.text import fold

from cv_tailoring.career import Career
from cv_tailoring.draft import Draft, entry_of
from cv_tailoring.footing import Footing
from cv_tailoring.language_data import LanguageData, fill, join_names
from cv_tailoring.profile import (
    FEWEST_YEARS,
    Holds,
    Skill,
    evidenced_skills,
    formula,
    job_sources,
    skills_sentence,
    years_sources,
)
from cv_tailoring.relevance import Relevance
from cv_tailoring.reporting import quotable
from cv_tailoring.wording import bullets_of, tidy

LETTER = "/cover_letter"
_BULLETS = 3
_SKILLS = 6
_GAPS = 2
_LONGEST_BULLET = 260
_LONGEST_GAP = 6  # words
# Capitals or digits inside a word mark a proper name in every language: SQL, PostgreSQL, C1.
_ACRONYM = re.compile(r"\w[A-Z0-9+#]")


def write_letter(
    draft: Draft,
    relevance: Relevance,
    analysis: Analysis,
    career: Career,
    words: LanguageData,
    footing: Footing,
    holds: Holds,
    *,
    body: list[Sentence] | None = None,
) -> CoverLetter:
    """The letter; `body`, verified sentences of a model, stands for the baseline's account of the career."""
    account = body or [
        sentence for sentence in _account(draft, relevance, career, words, footing) if _true(sentence, holds)
    ]
    said = fold(" ".join(sentence.text for sentence in account))
    paragraphs = [
        [_opening(analysis, words)],
        account,
        [sentence for sentence in _skills(draft, relevance, words, footing, holds, said) if _true(sentence, holds)],
        [*_gaps(relevance, analysis, words), Sentence(text=words.letter.thanks, sources=[_frame("thanks")])],
    ]
    return CoverLetter(paragraphs=[Paragraph(sentences=sentences) for sentences in paragraphs if sentences])


def _true(sentence: Sentence, holds: Holds) -> bool:
    return holds(sentence.text, sentence.sources, LETTER)


def _frame(name: str) -> Source:
    return formula(f"letter/{name}")


def _opening(analysis: Analysis, words: LanguageData) -> Sentence:
    posting = analysis.posting
    title = posting.title if posting and posting.title and quotable(posting.title) else None
    employer = posting.employer if posting and posting.employer and quotable(posting.employer) else None
    if title and employer:
        text = fill(words.letter.opening_title_employer, title=title, employer=employer)
        pointers = ["/posting/title", "/posting/employer"]
    elif title:
        text, pointers = fill(words.letter.opening_title, title=title), ["/posting/title"]
    else:
        text, pointers = words.letter.opening_plain, []
    return Sentence(
        text=text, sources=[*(Source(kind="posting", pointer=pointer) for pointer in pointers), _frame("opening")]
    )


def _account(
    draft: Draft, relevance: Relevance, career: Career, words: LanguageData, footing: Footing
) -> list[Sentence]:
    sentences: list[Sentence] = []
    if career.years > FEWEST_YEARS:
        text = fill(words.letter.years, years=career.years)
        sentences.append(Sentence(text=text, sources=[*years_sources(draft, career), _frame("years")]))
    job = career.latest
    if job:
        name = "current" if job.running else "recent"
        text = fill(getattr(words.letter, name), position=job.position, employer=job.employer)
        sentences.append(Sentence(text=text, sources=[*job_sources(draft, job), _frame(name)]))
    told = [job.pointer] if job else []
    recency = {job.pointer: place for place, job in enumerate(career.jobs)}
    # The present job is spoken of first, and each job in one go.
    best = sorted(
        _best_bullets(draft.source, relevance, footing), key=lambda b: recency.get(entry_of(b[0]), len(recency))
    )
    for pointer, bullet in best:
        sentence = _bullet_sentence(draft, pointer, bullet, words, footing, told=told)
        if sentence:
            sentences.append(sentence)
            told.append(entry_of(pointer))
    return sentences


def _best_bullets(resume: dict[str, Any], relevance: Relevance, footing: Footing) -> list[tuple[Pointer, str]]:
    """The bullets that prove most, each proving something the ones before it do not."""
    ranked = sorted(bullets_of(resume), key=lambda item: -relevance.weight(item[0]))
    chosen: list[tuple[Pointer, str]] = []
    proven: set[str] = set()
    for pointer, text in ranked:
        parent, place = pointer.rsplit("/", 1)
        if int(place) in footing.cut(resolve_pointer(resume, parent)) or not footing.sure(pointer):
            continue
        new = set(relevance.proves.get(pointer, [])) - proven
        if new and len(text) <= _LONGEST_BULLET and "\n" not in text:
            chosen.append((pointer, tidy(text)))
            proven |= new
        if len(chosen) == _BULLETS:
            break
    return chosen


def _bullet_sentence(
    draft: Draft, pointer: Pointer, bullet: str, words: LanguageData, footing: Footing, *, told: list[Pointer]
) -> Sentence | None:
    """The bullet with where it was done; None where the entry does not say what and where.

    `told` are the jobs that the sentences before spoke of.
    """
    entry = entry_of(pointer)
    where = "name" if entry.startswith("/work/") else "organization"
    position = footing.named_at(f"{entry}/position")
    employer = footing.named_at(f"{entry}/{where}")
    if entry.startswith("/projects/") or not position or not employer:
        return None
    bullet = bullet.rstrip(" .;")
    first, _, rest = bullet.partition(" ")
    name = "evidence"
    if words.letter.evidence_first_person and first.casefold() in words.wording.past_verbs and rest:
        name, bullet = "evidence_first_person", f"{first.casefold()} {rest}"
        if told[-1:] == [entry] and words.letter.evidence_same_job:
            name = (
                "evidence_again" if told[-2:] == [entry, entry] and words.letter.evidence_again else "evidence_same_job"
            )
    text = fill(getattr(words.letter, name), position=position, employer=employer, bullet=bullet)
    sources = draft.sources([pointer, f"{entry}/position", f"{entry}/{where}"])
    return Sentence(text=text, sources=[*sources, _frame(name)])


def _skills(
    draft: Draft, relevance: Relevance, words: LanguageData, footing: Footing, holds: Holds, said: str
) -> list[Sentence]:
    """Skills asked for that nothing said before has named."""

    def sentence(chosen: list[Skill]) -> Sentence | None:
        made = skills_sentence(draft, chosen, words, words.letter.skills, "letter/skills")
        return Sentence(text=made[0], sources=list(made[1])) if made else None

    skills = [
        skill for skill in evidenced_skills(draft.source, relevance, footing, 2 * _SKILLS) if not _names(said, skill)
    ]
    skills = skills[:_SKILLS]
    whole = sentence(skills)
    if whole and not _true(whole, holds):
        whole = sentence([skill for skill in skills if (one := sentence([skill])) and _true(one, holds)])
    return [whole] if whole else []


def _names(said: str, skill: Skill) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(fold(skill.name))}(?!\w)", said))


def _gaps(relevance: Relevance, analysis: Analysis, words: LanguageData) -> list[Sentence]:
    """The heaviest missing musts by name: it is the posting that asks. What has no plain name is not quoted."""
    foreign = bool(analysis.posting and (analysis.posting.language or "")[:2] != words.language)
    names: dict[str, str] = {}
    for identity in relevance.by_weight(relevance.requirements):
        requirement = relevance.requirements[identity]
        if not requirement.must or relevance.states.get(identity, "missing") != "missing":
            continue
        name = _gap_name(requirement, foreign=foreign)
        if name and name not in names.values():
            names[identity] = name
    names = dict(list(names.items())[:_GAPS])
    if not names:
        return []
    sources = [Source(kind="posting", pointer=f"/requirements/{identity}") for identity in names]
    text = fill(words.letter.gaps, gaps=join_names(list(names.values()), words))
    return [Sentence(text=text, sources=[*sources, _frame("gaps")])]


def _gap_name(requirement: Requirement, *, foreign: bool) -> str:
    """What a requirement is called: one known skill, a certificate with such a name, or a language; else empty.

    In a posting of another language than the letter's only proper names are repeated.
    """
    text = requirement.text.strip(" .")
    if not quotable(text) or len(text.split()) > _LONGEST_GAP:
        return ""
    if requirement.kind == "language":
        found = find_languages(text)
        name = text[found[0].start : found[0].end] if len(found) == 1 else ""
        return "" if foreign else name
    if requirement.kind not in {"skill", "certificate"}:
        return ""
    mentions = find_skills(text)
    if canonical_skill(text) or (requirement.kind == "certificate" and _ACRONYM.search(text)):
        name = text
    elif len({mention.canonical for mention in mentions}) == 1:
        name = mentions[0].surface
    else:
        return ""
    return "" if foreign and not _ACRONYM.search(name) else name
