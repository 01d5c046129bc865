"""Headline and summary: facts of the CV that the posting asks for, said first.

The headline is the person's own title with the skills that are asked for and evidenced; the
summary is the person's own text, followed (or, where there is none, replaced) by sentences
whose every part is copied from the CV or computed from its dates.
"""

from dataclasses import dataclass
from typing import Any

from cvmaker_core.schema.artefacts import Pointer, Source
from cvmaker_core.text import fold

from cv_tailoring.career import Career
from cv_tailoring.draft import Draft, Rewording, text_at
from cv_tailoring.language_data import LanguageData, join_names
from cv_tailoring.relevance import Relevance, shown_names

LABEL = "/basics/label"
SUMMARY = "/basics/summary"
_HEADLINE_SKILLS = 3
_SUMMARY_SKILLS = 6
_LONGEST_HEADLINE = 100
_FEWEST_YEARS = 1
# A duty or a stretch of experience may name tools too; a degree or a human language is no skill.
_SKILL_KINDS = {"skill", "duty", "experience_years"}
_PROVEN = {"met", "partly"}


@dataclass(frozen=True)
class Skill:
    """A met requirement in the CV's own words."""

    requirement: str
    name: str
    pointer: Pointer


def evidenced_skills(resume: dict[str, Any], relevance: Relevance, limit: int) -> list[Skill]:
    """What the posting asks for and the CV proves, heaviest first, each named once in the CV's words."""
    found: dict[str, Skill] = {}
    for identity in relevance.by_weight(relevance.requirements):
        if relevance.requirements[identity].kind not in _SKILL_KINDS or relevance.states.get(identity) not in _PROVEN:
            continue
        for name, pointer in shown_names(resume, relevance, identity):
            found.setdefault(fold(name), Skill(identity, name, pointer))
    return list(found.values())[:limit]


def formula(name: str) -> Source:
    """The source of a sentence's frame: words of ours, from `locales/`, that state nothing by themselves."""
    return Source(kind="formula", pointer=f"/{name}")


def write_headline(draft: Draft, relevance: Relevance, career: Career) -> None:
    """The person's title (else the latest one held) and up to three skills the posting asks for."""
    own = text_at(draft.source, LABEL).strip()
    pointer = LABEL
    if not own:
        if career.latest is None:
            return
        own, pointer = career.latest.position, career.latest.pointer + "/position"
    skills = [skill for skill in evidenced_skills(draft.source, relevance, 6) if fold(skill.name) not in fold(own)]
    skills = skills[:_HEADLINE_SKILLS]
    while skills and len(own) + sum(len(skill.name) + 2 for skill in skills) + 1 > _LONGEST_HEADLINE:
        skills.pop()
    if not skills and pointer == LABEL:
        return
    text = f"{own} | {', '.join(skill.name for skill in skills)}" if skills else own
    sources = draft.sources([pointer, *(skill.pointer for skill in skills)])
    draft.reword(LABEL, Rewording(text, sources, "baseline", tuple(skill.requirement for skill in skills)))


def write_summary(draft: Draft, relevance: Relevance, career: Career, words: LanguageData) -> None:
    """The person's own summary, then what the posting asks for; without one, the career in a sentence first."""
    own = text_at(draft.source, SUMMARY).strip()
    parts: list[str] = [own] if own else []
    sources: list[Source] = [*draft.sources([SUMMARY])] if own else []
    if not own and career.latest:
        sentence, facts = career_sentence(draft, career, words)
        parts.append(sentence)
        sources += facts
    skills = [
        skill
        for skill in evidenced_skills(draft.source, relevance, _SUMMARY_SKILLS + 4)
        if fold(skill.name) not in fold(own)
    ][:_SUMMARY_SKILLS]
    if len(skills) > 1 or (skills and not own):
        parts.append(words.summary.skills.format(skills=join_names([skill.name for skill in skills], words)))
        sources += [*draft.sources(skill.pointer for skill in skills), formula("summary/skills")]
    if parts and parts != [own]:
        text = " ".join(part if part.endswith((".", "!", "?", "…")) else part + "." for part in parts)
        proven = tuple(dict.fromkeys(skill.requirement for skill in skills))
        draft.reword(SUMMARY, Rewording(text, tuple(sources), "baseline", proven))


def career_sentence(draft: Draft, career: Career, words: LanguageData) -> tuple[str, list[Source]]:
    """Years and the present or latest job, and what that rests on. Needs a job."""
    job = career.latest
    assert job is not None
    if career.years > _FEWEST_YEARS:
        name = "years_current" if job.running else "years_recent"
    else:
        name = "current" if job.running else "recent"
    template: str = getattr(words.summary, name)
    text = template.format(position=job.position, employer=job.employer, years=career.years)
    return text, [*career_sources(draft, career), formula(f"summary/{name}")]


def career_sources(draft: Draft, career: Career) -> tuple[Source, ...]:
    """The latest job's title and employer, and the dates that years are computed from."""
    assert career.latest is not None
    pointers = [career.latest.pointer + "/position", career.latest.pointer + "/name"]
    dates = [pointer + field for pointer in career.counted for field in ("/startDate", "/endDate")]
    return draft.sources([*pointers, *(pointer for pointer in dates if text_at(draft.source, pointer))])
