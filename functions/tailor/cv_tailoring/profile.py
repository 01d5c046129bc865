"""Headline and summary: facts of the CV that the posting asks for, said first.

The headline is the person's own title with the skills that are asked for and evidenced; the
summary is the person's own text, followed (or, where there is none, replaced) by sentences
whose every part is copied from the CV or computed from its dates.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from cvmaker_core.human_languages import find_languages, language_level
from cvmaker_core.schema.artefacts import Pointer, Source
from cvmaker_core.text import fold

from cv_tailoring.career import Career, Job
from cv_tailoring.draft import Draft, Rewording, entry_of, text_at
from cv_tailoring.footing import Footing
from cv_tailoring.language_data import LanguageData, fill, join_names
from cv_tailoring.relevance import Relevance, shown_names

LABEL = "/basics/label"
SUMMARY = "/basics/summary"
_HEADLINE_SKILLS = 3
_SUMMARY_SKILLS = 6
_CERTIFICATES = 2
_LONGEST_HEADLINE = 100
_LONGEST_ADDITION = 360  # characters; four lines, so that the job below still begins on the first half page
# "1 year of experience" says less than the job itself.
FEWEST_YEARS = 1
# A duty or a stretch of experience may name tools too; a degree or a human language is no skill.
_SKILL_KINDS = {"skill", "duty", "experience_years"}
_PROVEN = {"met", "partly"}
_NATIVE = 6  # of language_level
# Embed's nearness of a degree that reaches the level asked for, be it in another subject.
_DEGREE_OF_THE_LEVEL = 0.75


# Whether a sentence holds by the truth check: its text, its sources, and what it is for.
Holds: TypeAlias = Callable[[str, Sequence[Source], Pointer], bool]


_CEFR = re.compile(r"[ABC][12]")


@dataclass(frozen=True)
class Skill:
    """A met requirement in the CV's own words."""

    requirement: str
    name: str
    pointer: Pointer


def evidenced_skills(resume: dict[str, Any], relevance: Relevance, footing: Footing, limit: int) -> list[Skill]:
    """What the posting asks for and the CV proves, heaviest first, each named once in the CV's words.

    Not what the person only begins to learn.
    """
    found: dict[str, Skill] = {}
    for identity in relevance.by_weight(relevance.requirements):
        if relevance.requirements[identity].kind not in _SKILL_KINDS or relevance.states.get(identity) not in _PROVEN:
            continue
        for name, pointer in shown_names(resume, relevance, identity):
            if footing.may_name_skill(name, pointer):
                found.setdefault(fold(name), Skill(identity, name, pointer))
    return list(found.values())[:limit]


def formula(name: str) -> Source:
    """The source of a sentence's frame: words of ours, from `locales/`, that state nothing by themselves."""
    return Source(kind="formula", pointer=f"/{name}")


def write_headline(draft: Draft, relevance: Relevance, career: Career, footing: Footing, holds: Holds) -> None:
    """The person's title (else the latest one held) and up to three skills the posting asks for."""
    own = text_at(draft.source, LABEL).strip()
    pointer = LABEL
    if not own or fold(own) == fold(text_at(draft.source, "/basics/name")):  # a name is no title
        if career.latest is None:
            return
        own, pointer = career.latest.position, career.latest.pointer + "/position"
    elif not footing.whole(own) or not footing.sure(LABEL):
        return
    skills = [
        skill for skill in evidenced_skills(draft.source, relevance, footing, 6) if fold(skill.name) not in fold(own)
    ]
    skills = skills[:_HEADLINE_SKILLS]
    while skills and len(own) + sum(len(skill.name) + 2 for skill in skills) + 1 > _LONGEST_HEADLINE:
        skills.pop()
    while True:
        if not skills and pointer == LABEL:
            return
        text = f"{own} | {', '.join(skill.name for skill in skills)}" if skills else own
        sources = draft.sources([pointer, *(skill.pointer for skill in skills)])
        if holds(text, sources, LABEL):
            break
        if not skills:
            return
        skills.pop()
    draft.reword(LABEL, Rewording(text, sources, "baseline", tuple(skill.requirement for skill in skills)))


def write_summary(
    draft: Draft, relevance: Relevance, career: Career, words: LanguageData, footing: Footing, holds: Holds
) -> None:
    """The person's own summary, then what the posting asks for; without one, the career in a sentence first.

    Nothing is written that proves nothing of what the posting asks for, nor a number of years alone.
    """
    own = text_at(draft.source, SUMMARY).strip()
    if own and (not footing.whole(own) or not footing.sure(SUMMARY)):
        return
    parts: list[_Part] = []
    added = 0
    for part in (
        _experience(draft, relevance, career, words) if own else None,
        _skills(draft, relevance, words, own, footing, holds),
        _certificates(draft, relevance, words, own, footing),
        _degree(draft, relevance, own, footing, holds),
        _languages(draft, relevance, words, own),
    ):
        if part and added + len(part.text) <= _LONGEST_ADDITION and holds(part.text, part.sources, SUMMARY):
            parts.append(part)
            added += len(part.text)
    if own:
        parts.insert(0, _Part(own, draft.sources([SUMMARY])))
    else:
        told = [_experience(draft, relevance, career, words), _present_job(draft, career, words)]
        parts[:0] = [part for part in told if part and holds(part.text, part.sources, SUMMARY)]
    if not any(part.requirements for part in parts) or [part.frame for part in parts] == ["years"]:
        return
    text = " ".join(part.text if part.text.endswith((".", "!", "?", "…")) else part.text + "." for part in parts)
    sources = tuple(source for part in parts for source in part.sources)
    proven = dict.fromkeys(identity for part in parts for identity in part.requirements)
    draft.reword(SUMMARY, Rewording(text, sources, "baseline", tuple(proven)))


@dataclass(frozen=True)
class _Part:
    """One sentence of a summary, its sources, and the requirements it speaks to."""

    text: str
    sources: tuple[Source, ...]
    requirements: tuple[str, ...] = ()
    frame: str = ""


def _skills(
    draft: Draft, relevance: Relevance, words: LanguageData, own: str, footing: Footing, holds: Holds
) -> _Part | None:
    found = evidenced_skills(draft.source, relevance, footing, _SUMMARY_SKILLS + 4)
    skills = [skill for skill in found if fold(skill.name) not in fold(own)][:_SUMMARY_SKILLS]
    whole = skills_sentence(draft, skills, words, words.summary.skills, "summary/skills")
    if whole and not holds(*whole, SUMMARY):
        skills = [
            skill
            for skill in skills
            if (one := skills_sentence(draft, [skill], words, words.summary.skills, "summary/skills"))
            and holds(*one, SUMMARY)
        ]
        whole = skills_sentence(draft, skills, words, words.summary.skills, "summary/skills")
    headline = draft.rewordings.get(LABEL)
    if len(skills) == 1 and headline and fold(skills[0].name) in fold(headline.text):
        return None  # a list of one, and the headline has it
    return _Part(*whole, tuple(skill.requirement for skill in skills)) if whole else None


def skills_sentence(
    draft: Draft, skills: list[Skill], words: LanguageData, template: str, frame: str
) -> tuple[str, tuple[Source, ...]] | None:
    """Skills in a row, and where they stand; None without any."""
    if not skills:
        return None
    text = fill(template, skills=join_names([skill.name for skill in skills], words))
    return text, (*draft.sources(skill.pointer for skill in skills), formula(frame))


def _proven_entries(relevance: Relevance, kind: str, section: str) -> dict[Pointer, list[str]]:
    """Entries of a section that prove requirements of one kind, heaviest requirement first."""
    found: dict[Pointer, list[str]] = {}
    for identity in relevance.by_weight(relevance.requirements):
        if relevance.requirements[identity].kind != kind:
            continue
        # A language stands with its own level, whatever is asked for, and a degree of the level asked for with its own
        # subject; a certificate is held or it is not, and a lesser degree is not put forward.
        if relevance.states.get(identity) not in _PROVEN or (kind == "certificate" and not relevance.is_met(identity)):
            continue
        for pointer in relevance.evidence(identity):
            if kind == "degree" and relevance.nearness.get((identity, pointer), 0.0) < _DEGREE_OF_THE_LEVEL:
                continue
            if pointer.startswith(f"/{section}/"):
                found.setdefault(entry_of(pointer), []).append(identity)
    return found


def _experience(draft: Draft, relevance: Relevance, career: Career, words: LanguageData) -> "_Part | None":
    """Whole years of work, where they are sure and the person does not state them."""
    if career.years <= FEWEST_YEARS:
        return None
    asked = [
        identity
        for identity, requirement in relevance.requirements.items()
        if requirement.kind == "experience_years" and relevance.states.get(identity) in _PROVEN
    ]
    if not asked and text_at(draft.source, SUMMARY).strip():
        return None  # nobody asked, and the person has said what matters
    text = fill(words.summary.years, years=career.years)
    return _Part(text, (*years_sources(draft, career), formula("summary/years")), tuple(asked), "years")


def _present_job(draft: Draft, career: Career, words: LanguageData) -> "_Part | None":
    """What and where the person works now, or did last."""
    job = career.latest
    if job is None:
        return None
    name = "current" if job.running else "recent"
    text = fill(getattr(words.summary, name), position=job.position, employer=job.employer)
    return _Part(text, (*job_sources(draft, job), formula(f"summary/{name}")))


def _degree(draft: Draft, relevance: Relevance, own: str, footing: Footing, holds: Holds) -> _Part | None:
    """The finished degree that meets the posting's wish, in the CV's words."""
    for entry, identities in _proven_entries(relevance, "degree", "education").items():
        fields = [f"{entry}/studyType", f"{entry}/area"]
        pointers = [pointer for pointer in fields if text_at(draft.source, pointer).strip()]
        names = [text_at(draft.source, pointer).strip() for pointer in pointers]
        if not footing.is_held(entry) or not all(map(footing.whole, names)) or not all(map(footing.sure, pointers)):
            continue
        if names and not all(fold(name) in fold(own) for name in names):
            whole = _Part(f"{', '.join(names)}.", draft.sources(pointers), tuple(identities))
            if holds(whole.text, whole.sources, SUMMARY):
                return whole
            # Joined it may read as more than its parts say; the kind of degree alone is the CV's own value.
            return _Part(names[0], draft.sources(pointers[:1]), tuple(identities))
    return None


def _languages(draft: Draft, relevance: Relevance, words: LanguageData, own: str) -> _Part | None:
    """The languages asked for, each with the level that the CV states."""
    names: list[str] = []
    pointers: list[Pointer] = []
    proven: list[str] = []
    for entry, identities in _proven_entries(relevance, "language", "languages").items():
        name = text_at(draft.source, f"{entry}/language").strip()
        level = text_at(draft.source, f"{entry}/fluency").strip()
        # A CV written in the person's first language says so itself.
        written = {mention.code for mention in find_languages(name)} == {words.language}
        written = written and (language_level(level) or _NATIVE) >= _NATIVE
        if name and fold(name) not in fold(own) and not written:
            levels = list(dict.fromkeys(level.split()))
            # Europass gives a level for each of five abilities: "A2 A2 A2 A2 A2" is A2, several are no one level.
            shown = level if not all(map(_CEFR.fullmatch, levels)) else levels[0] if len(levels) == 1 else ""
            names.append(f"{name} ({shown})" if shown else name)
            pointers += [f"{entry}/language", *([f"{entry}/fluency"] if level else [])]
            proven += identities
    if not names:
        return None
    text = fill(words.summary.languages, languages=join_names(names, words))
    return _Part(text, (*draft.sources(pointers), formula("summary/languages")), tuple(proven))


def _certificates(draft: Draft, relevance: Relevance, words: LanguageData, own: str, footing: Footing) -> _Part | None:
    """Certificates asked for that are held and have not run out."""
    entries = _proven_entries(relevance, "certificate", "certificates")
    named = {entry: text_at(draft.source, f"{entry}/name").strip() for entry in entries}
    named = {
        entry: name for entry, name in named.items() if name and fold(name) not in fold(own) and footing.is_valid(entry)
    }
    if not named:
        return None
    names = list(named.values())[:_CERTIFICATES]
    text = fill(words.summary.certificates, certificates=join_names(names, words))
    sources = draft.sources(f"{entry}/name" for entry in list(named)[:_CERTIFICATES])
    proven = tuple(identity for entry in named for identity in entries[entry])
    return _Part(text, (*sources, formula("summary/certificates")), proven)


def years_sources(draft: Draft, career: Career) -> tuple[Source, ...]:
    """The jobs whose dates years are computed from, and the titles by which they count as employment."""
    titles = (f"{pointer}/position" for pointer in career.counted)
    return draft.sources([*career.counted, *(title for title in titles if text_at(draft.source, title))])


def job_sources(draft: Draft, job: Job) -> tuple[Source, ...]:
    """A job's title and employer, and when it began."""
    pointers = [f"{job.pointer}/{field}" for field in ("position", "name", "startDate")]
    return draft.sources(pointer for pointer in pointers if text_at(draft.source, pointer))
