"""A cover letter made of claims: every sentence names its sources, and gaps are admitted.

The salutation, the date and the closing belong to the template.
"""

from typing import Any

from cvmaker_core.schema.artefacts import Analysis, CoverLetter, Paragraph, Pointer, Sentence, Source

from cv_tailoring.career import Career
from cv_tailoring.draft import Draft, entry_of, text_at
from cv_tailoring.language_data import LanguageData, fill, join_names
from cv_tailoring.profile import FEWEST_YEARS, evidenced_skills, formula, job_sources, years_sources
from cv_tailoring.relevance import Relevance
from cv_tailoring.reporting import quotable
from cv_tailoring.wording import bullets_of, tidy

LETTER = "/cover_letter"
_BULLETS = 3
_SKILLS = 6
_GAPS = 2
_LONGEST_BULLET = 260


def write_letter(
    draft: Draft,
    relevance: Relevance,
    analysis: Analysis,
    career: Career,
    words: LanguageData,
    *,
    body: list[Sentence] | None = None,
) -> CoverLetter:
    """The letter; `body`, verified sentences of a model, stands for the baseline's account of the career."""
    paragraphs = [
        [_opening(analysis, words)],
        body or _account(draft, relevance, career, words),
        _skills(draft, relevance, words),
        [*_gaps(relevance, words), Sentence(text=words.letter.thanks, sources=[_frame("thanks")])],
    ]
    return CoverLetter(paragraphs=[Paragraph(sentences=sentences) for sentences in paragraphs if sentences])


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


def _account(draft: Draft, relevance: Relevance, career: Career, words: LanguageData) -> list[Sentence]:
    sentences: list[Sentence] = []
    if career.years > FEWEST_YEARS:
        text = fill(words.letter.years, years=career.years)
        sentences.append(Sentence(text=text, sources=[*years_sources(draft, career), _frame("years")]))
    job = career.latest
    if job:
        name = "current" if job.running else "recent"
        text = fill(getattr(words.letter, name), position=job.position, employer=job.employer)
        sentences.append(Sentence(text=text, sources=[*job_sources(draft, job), _frame(name)]))
    told = job.pointer if job else ""
    for pointer, bullet in _best_bullets(draft.source, relevance):
        sentence = _bullet_sentence(draft, pointer, bullet, words, told=told)
        if sentence:
            sentences.append(sentence)
            told = entry_of(pointer)
    return sentences


def _best_bullets(resume: dict[str, Any], relevance: Relevance) -> list[tuple[Pointer, str]]:
    """The bullets that prove most, each proving something the ones before it do not."""
    ranked = sorted(bullets_of(resume), key=lambda item: -relevance.weight(item[0]))
    chosen: list[tuple[Pointer, str]] = []
    proven: set[str] = set()
    for pointer, text in ranked:
        new = set(relevance.proves.get(pointer, [])) - proven
        if new and len(text) <= _LONGEST_BULLET and "\n" not in text:
            chosen.append((pointer, tidy(text)))
            proven |= new
        if len(chosen) == _BULLETS:
            break
    return chosen


def _bullet_sentence(
    draft: Draft, pointer: Pointer, bullet: str, words: LanguageData, *, told: Pointer
) -> Sentence | None:
    """The bullet with where it was done; None where the entry does not say what and where.

    `told` is the job that the sentence before spoke of.
    """
    entry = entry_of(pointer)
    where = "name" if entry.startswith("/work/") else "organization"
    position = text_at(draft.source, f"{entry}/position").strip()
    employer = text_at(draft.source, f"{entry}/{where}").strip()
    if entry.startswith("/projects/") or not position or not employer:
        return None
    bullet = bullet.rstrip(" .;")
    first, _, rest = bullet.partition(" ")
    name = "evidence"
    if words.letter.evidence_first_person and first.casefold() in words.wording.past_verbs and rest:
        again = entry == told and words.letter.evidence_same_job
        name, bullet = "evidence_same_job" if again else "evidence_first_person", f"{first.casefold()} {rest}"
    text = fill(getattr(words.letter, name), position=position, employer=employer, bullet=bullet)
    sources = draft.sources([pointer, f"{entry}/position", f"{entry}/{where}"])
    return Sentence(text=text, sources=[*sources, _frame(name)])


def _skills(draft: Draft, relevance: Relevance, words: LanguageData) -> list[Sentence]:
    skills = evidenced_skills(draft.source, relevance, _SKILLS)
    if not skills:
        return []
    text = fill(words.letter.skills, skills=join_names([skill.name for skill in skills], words))
    return [Sentence(text=text, sources=[*draft.sources(skill.pointer for skill in skills), _frame("skills")])]


def _gaps(relevance: Relevance, words: LanguageData) -> list[Sentence]:
    """The heaviest missing musts, named by the posting's words: it is the posting that asks."""
    missing = [
        identity
        for identity in relevance.by_weight(relevance.requirements)
        if relevance.requirements[identity].must
        and relevance.requirements[identity].kind in {"skill", "certificate", "language"}
        and relevance.states.get(identity, "missing") == "missing"
        and quotable(relevance.requirements[identity].text)
    ][:_GAPS]
    if not missing:
        return []
    names = [relevance.requirements[identity].text.strip(" .") for identity in missing]
    sources = [Source(kind="posting", pointer=f"/requirements/{identity}") for identity in missing]
    text = fill(words.letter.gaps, gaps=join_names(names, words))
    return [Sentence(text=text, sources=[*sources, _frame("gaps")])]
