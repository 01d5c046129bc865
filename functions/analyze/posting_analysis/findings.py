"""Findings about a CV: what robots stumble over and readers hold against it.

The table `findings.json` says what each code means, how grave it is and what to do; the functions
here say where it applies. Each has a narrow trigger: a false alarm costs the person more than a
miss, because they cannot know which of the two it is.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from cvmaker_core.pointers import walk_strings
from cvmaker_core.schema.artefacts import Finding, Parsed, Requirement
from cvmaker_core.skill_aliases import canonical_skill, find_skills
from cvmaker_core.text import fold, normalise

from posting_analysis.vocabulary import vocabulary

_HERE = Path(__file__).parent

MAX_PER_CODE = 6
LONG_BULLET_WORDS = 45
LONG_SUMMARY_WORDS = 110
MANY_BULLETS = 10
MANY_SKILLS = 60
RECENT_YEARS = 6
GAP_MONTHS = 7
OVERLAP_MONTHS = 4
GAP_HORIZON_YEARS = 10
MANY_WORDS = 1_400
FEW_WORDS = 120
UNREAD_SHARE = 0.3

_NUMBER = re.compile(
    r"\d|%|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|fifty|hundred|thousand|million|half"
    r"|third|quarter|double[ds]?|tripled?|zero|first|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|hälfte|deux|trois"
    r"|quatre|cinq|dix|moitié|dos|tres|cuatro|cinco|diez|mitad)\b",
    re.IGNORECASE,
)
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;.]+(?:\.[^\s@<>,;.]+)+")


@dataclass(frozen=True)
class _Entry:
    """A job, a study or the like with its months (inclusive); None where the CV does not say."""

    pointer: str
    value: dict[str, Any]
    start: int | None
    end: int | None
    running: bool


def find_findings(
    resume: dict[str, Any],
    parsed: Parsed | None,
    *,
    as_of: date,
    requirements: Sequence[Requirement] = (),
) -> list[Finding]:
    """All findings, gravest first, at most six of a code."""
    today = as_of.year * 12 + as_of.month - 1
    work = [_entry(f"/work/{i}", value, today) for i, value in enumerate(_dicts(resume.get("work")))]
    found = [
        *_contact(resume, parsed),
        *_shape(resume, parsed, work, today),
        *_sentences(resume, work),
        *_entries(resume, work, today),
        *_timeline(resume, parsed, work, today),
        *_layout(parsed),
        *_keywords(resume, requirements),
    ]
    order = {"error": 0, "warning": 1, "info": 2}
    counted: Counter[str] = Counter()
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda f: order[f.severity]):
        counted[finding.code] += 1
        if counted[finding.code] <= MAX_PER_CODE:
            kept.append(finding)
    return kept


@lru_cache(maxsize=1)
def finding_table() -> dict[str, dict[str, str]]:
    """Code → severity, message and advice (with `{placeholders}`)."""
    table: dict[str, dict[str, str]] = json.loads((_HERE / "findings.json").read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=1)
def _wording_data() -> dict[str, list[str]]:
    data: dict[str, list[str]] = json.loads((_HERE / "lexicons" / "cv_wording.json").read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def _wording() -> dict[str, re.Pattern[str]]:
    bounded = {"buzzwords", "personal_data", "references_line"}
    patterns: dict[str, re.Pattern[str]] = {}
    for name in (*bounded, "passive_openers", "first_person"):
        words = _wording_data()[name]
        joined = "|".join(words)
        flags = re.NOFLAG if name == "first_person" else re.IGNORECASE
        patterns[name] = re.compile(rf"(?<!\w)(?:{joined})(?!\w)" if name in bounded else f"(?:{joined})", flags)
    return patterns


def _finding(code: str, pointer: str, **values: object) -> Finding:
    row = finding_table()[code]
    return Finding.model_validate(
        {
            "code": code,
            "severity": row["severity"],
            "pointer": pointer,
            "message": row["message"].format(**values),
            "advice": row["advice"],
            "parameters": {name: str(value) for name, value in values.items()},
        }
    )


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _month(value: Any, *, end: bool) -> int | None:
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-\d{2})?", value.strip()) if isinstance(value, str) else None
    if not match:
        return None
    month = int(match[2]) if match[2] else (12 if end else 1)
    return int(match[1]) * 12 + month - 1


def _entry(pointer: str, value: dict[str, Any], today: int) -> _Entry:
    start = _month(value.get("startDate"), end=False)
    end = _month(value.get("endDate"), end=True)
    running = start is not None and not value.get("endDate")
    return _Entry(pointer, value, start, today if running else end, running)


# --- contact -----------------------------------------------------------------------------------


def _contact(resume: dict[str, Any], parsed: Parsed | None) -> Iterator[Finding]:
    basics = resume.get("basics") if isinstance(resume.get("basics"), dict) else {}
    assert isinstance(basics, dict)
    if not str(basics.get("name") or "").strip():
        yield _finding("no_name", "/basics")
    email = str(basics.get("email") or "").strip()
    if not email:
        yield _finding("no_email", "/basics")
    elif not _EMAIL.fullmatch(email) or not email.isascii():
        yield _finding("email_malformed", "/basics/email")
    elif _is_nickname(email.split("@")[0], str(basics.get("name") or "")):
        yield _finding("email_unprofessional", "/basics/email")
    if not basics.get("phone"):
        yield _finding("no_phone", "/basics")
    if not basics.get("location"):
        yield _finding("no_location", "/basics")
    if parsed:
        for name in ("email", "phone"):
            spans = parsed.provenance.get(f"/basics/{name}") or []
            if spans and all((span.block or "").startswith(("header/", "footer/")) for span in spans):
                yield _finding("contact_in_header", f"/basics/{name}")
                break
        if _wording()["personal_data"].search(parsed.text):
            yield _finding("personal_data", "/basics")


def _is_nickname(local: str, name: str) -> bool:
    """A word of the list as a part of its own, unless it is the person's name ("Honey Sharma", "a.loco")."""
    words = set(_wording_data()["nickname_words"])
    parts = set(re.findall(r"[a-z]+|\d+", local.casefold()))
    own = set(re.findall(r"\w+", fold(name)))
    return bool((parts & words) - own)


# --- the whole ---------------------------------------------------------------------------------


def _shape(resume: dict[str, Any], parsed: Parsed | None, work: list[_Entry], today: int) -> Iterator[Finding]:
    basics = resume.get("basics") if isinstance(resume.get("basics"), dict) else {}
    assert isinstance(basics, dict)
    summary = basics.get("summary")
    if not summary:
        yield _finding("no_summary", "/basics")
    elif isinstance(summary, str) and len(summary.split()) > LONG_SUMMARY_WORDS:
        yield _finding("summary_long", "/basics/summary", words=len(summary.split()))
    if not work:
        yield _finding("no_work", "/work")
    skills = sum(max(1, len(_strings(skill.get("keywords")))) for skill in _dicts(resume.get("skills")))
    if not skills:
        yield _finding("no_skills", "/skills")
    elif skills > MANY_SKILLS:
        yield _finding("too_many_skills", "/skills", count=skills)
    words = sum(
        len(text.split()) for pointer, text in walk_strings(resume) if not pointer.startswith("/meta/canonical")
    )
    if words > MANY_WORDS:
        yield _finding("too_many_words", "", words=words)
    elif words < FEW_WORDS:
        yield _finding("too_few_words", "", words=words)
    starts = [entry.start for entry in work if entry.start is not None]
    years = (today - min(starts)) // 12 if starts else 0
    if parsed and parsed.layout.format == "pdf" and parsed.layout.pages > (2 if years < 10 else 4):
        yield _finding("too_long", "", pages=parsed.layout.pages, years=years)
    if parsed and _wording()["references_line"].search(parsed.text):
        yield _finding("references_line", "/references")


# --- sentences ---------------------------------------------------------------------------------


def _bullets(resume: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for section in ("work", "volunteer", "projects"):
        for index, entry in enumerate(_dicts(resume.get(section))):
            for number, text in enumerate(_strings(entry.get("highlights"))):
                yield f"/{section}/{index}/highlights/{number}", text


def _sentences(resume: dict[str, Any], work: list[_Entry]) -> Iterator[Finding]:
    wording = _wording()
    seen: dict[str, str] = {}
    for pointer, text in _bullets(resume):
        words = text.split()
        if wording["passive_openers"].match(text.strip()):
            yield _finding("passive_bullet", pointer)
        if wording["first_person"].search(_without_quotes(text)):
            yield _finding("first_person", pointer)
        if wording["buzzwords"].search(text):
            yield _finding("buzzword", pointer)
        if len(words) > LONG_BULLET_WORDS:
            yield _finding("long_bullet", pointer, words=len(words))
        elif len(words) <= 2 and len(text) < 25 and not _NUMBER.search(text) and not find_skills(text):
            yield _finding("short_bullet", pointer)
        key = fold(text).strip(" .;")
        if len(words) >= 5 and key in seen:
            yield _finding("duplicate_bullet", pointer)
        seen.setdefault(key, pointer)
    summary = (resume.get("basics") or {}).get("summary") if isinstance(resume.get("basics"), dict) else None
    if isinstance(summary, str) and wording["buzzwords"].search(summary):
        yield _finding("buzzword", "/basics/summary")
    for entry in work:
        yield from _tense(entry)


def _without_quotes(text: str) -> str:
    return re.sub(r"[\"“„«'‘][^\"”“»'’]*[\"”“»'’]", "", text)


def _tense(entry: _Entry) -> Iterator[Finding]:
    """A closed job some of whose bullets open with a past form and some with a bare present one. English only."""
    if entry.running or entry.end is None:
        return
    past, present = 0, ""
    for number, text in enumerate(_strings(entry.value.get("highlights"))):
        first = re.match(r"[A-Za-z-]+", normalise(text))
        word = first[0].casefold() if first else ""
        if word.endswith("ed") or word in _past_irregular():
            past += 1
        elif word in _present_forms() and not present:
            present = f"{entry.pointer}/highlights/{number}"
    if past and present:
        yield _finding("tense_mixed", present)


@lru_cache(maxsize=1)
def _past_irregular() -> frozenset[str]:
    return frozenset(_wording_data()["past_irregular"])


@lru_cache(maxsize=1)
def _present_forms() -> frozenset[str]:
    """Verbs that are no nouns as well: "manage", "develops"; not "design", "support", "lead"."""
    ambiguous = set(_wording_data()["verbs_that_are_nouns"])
    verbs = [verb for verb in vocabulary().languages["en"]["duty_verbs"] if verb not in ambiguous and len(verb) > 3]
    return frozenset(verbs) | frozenset(f"{verb}s" for verb in verbs)


# --- entries -----------------------------------------------------------------------------------


def _entries(resume: dict[str, Any], work: list[_Entry], today: int) -> Iterator[Finding]:
    for entry in work:
        value = entry.value
        bullets = _strings(value.get("highlights"))
        if not value.get("position"):
            yield _finding("no_title", entry.pointer)
        if not value.get("name"):
            yield _finding("no_employer", entry.pointer)
        if not value.get("startDate") and not value.get("endDate"):
            yield _finding("no_dates", entry.pointer)
        if len(bullets) > MANY_BULLETS:
            yield _finding("too_many_bullets", entry.pointer, count=len(bullets))
        recent = entry.end is not None and entry.end >= today - 12 * RECENT_YEARS
        told = bullets or value.get("summary") or value.get("description")
        if recent and not told:
            yield _finding("no_bullets", entry.pointer)
        prose = [text for name in ("summary", "description") if isinstance(text := value.get(name), str)]
        if recent and len(bullets) >= 3 and not any(_NUMBER.search(text) for text in [*bullets, *prose]):
            yield _finding("no_outcome", entry.pointer, count=len(bullets))
    for index, entry_value in enumerate(_dicts(resume.get("education"))):
        if entry_value.get("institution") and not entry_value.get("startDate") and not entry_value.get("endDate"):
            yield _finding("no_dates", f"/education/{index}")


# --- time --------------------------------------------------------------------------------------


def _timeline(resume: dict[str, Any], parsed: Parsed | None, work: list[_Entry], today: int) -> Iterator[Finding]:
    for entry in work:
        if entry.start is not None and entry.end is not None and not entry.running and entry.end < entry.start:
            yield _finding("end_before_start", entry.pointer)
        for name in ("startDate", "endDate"):
            month = _month(entry.value.get(name), end=False)
            state = parsed.dates.get(f"{entry.pointer}/{name}") if parsed else None
            if month is not None and month > today and not (state and state.state == "expected"):
                yield _finding("future_date", f"{entry.pointer}/{name}")
    dated = [e for e in work if e.start is not None and e.end is not None and e.end >= e.start and e.start <= today]
    yield from _overlaps(dated)
    yield from _gaps(resume, dated, today)
    stated = [str(e.value.get(name)) for e in work for name in ("startDate", "endDate") if e.value.get(name)]
    months = sum(len(text) >= 7 for text in stated)
    if months >= 2 and len(stated) - months >= 2:
        yield _finding("mixed_precision", "/work")
    for above, below in pairwise(dated):
        if below.end is not None and above.end is not None and below.end > above.end + 1 and not above.running:
            yield _finding("not_newest_first", below.pointer)
            break


def _overlaps(dated: list[_Entry]) -> Iterator[Finding]:
    for index, entry in enumerate(dated):
        for other in dated[index + 1 :]:
            if entry.start is None or entry.end is None or other.start is None or other.end is None:
                continue
            same = fold(str(entry.value.get("name") or "")) == fold(str(other.value.get("name") or "-"))
            precise = all(len(str(e.value.get("startDate"))) >= 7 for e in (entry, other))
            months = min(entry.end, other.end) - max(entry.start, other.start)
            if months >= OVERLAP_MONTHS and not same and precise:
                yield _finding("overlap", entry.pointer, months=months)
                break


def _gaps(resume: dict[str, Any], dated: list[_Entry], today: int) -> Iterator[Finding]:
    """Months that no job, study, volunteering or project covers, within the last ten years."""
    busy = list(dated)
    for section in ("education", "volunteer", "projects"):
        entries = (_entry(f"/{section}/{i}", v, today) for i, v in enumerate(_dicts(resume.get(section))))
        busy += [e for e in entries if e.start is not None and e.end is not None and e.end >= e.start]
    reached: int | None = None
    for entry in sorted(busy, key=lambda e: (e.start or 0, e.end or 0)):
        if entry.start is None or entry.end is None:
            continue
        if reached is not None and entry.start - reached - 1 >= GAP_MONTHS and entry.pointer.startswith("/work"):
            known = reached >= min(e.start or 0 for e in dated) if dated else False
            if entry.start > today - 12 * GAP_HORIZON_YEARS and known:
                yield _finding("gap", entry.pointer, months=entry.start - reached - 1)
        reached = max(reached or entry.end, entry.end)


# --- layout ------------------------------------------------------------------------------------


def _layout(parsed: Parsed | None) -> Iterator[Finding]:
    if parsed is None:
        return
    layout = parsed.layout
    if layout.scanned:
        yield _finding("scanned", "")
    if layout.columns > 1:
        yield _finding("columns", "", count=layout.columns)
    if sum(hidden.characters for hidden in layout.hidden_text) >= 10:
        yield _finding("hidden_text", "")
    blocks = [span.block or "" for spans in parsed.provenance.values() for span in spans]
    if any(block.startswith("textbox/") for block in blocks):
        yield _finding("text_boxes", "")
    if len(_PRIVATE_USE.findall(parsed.text)) >= 2:
        yield _finding("icon_glyphs", "")
    unread = sum(span.end - span.start for span in parsed.unparsed)
    if len(parsed.text) > 600 and unread > UNREAD_SHARE * len(parsed.text):
        yield _finding("unread_text", "", share=round(100 * unread / len(parsed.text)))


# --- the posting's words -----------------------------------------------------------------------


def _keywords(resume: dict[str, Any], requirements: Sequence[Requirement]) -> Iterator[Finding]:
    """Named skills that the posting requires: absent, or present under another name only."""
    if not requirements:
        return
    texts = [text for _, text in walk_strings(resume)]
    held = {mention.canonical for text in texts for mention in find_skills(text)}
    held |= {name for text in texts if len(text) < 60 and (name := canonical_skill(text))}
    letters = " ".join(fold(text) for text in texts)
    for requirement in requirements:
        name = canonical_skill(requirement.text)
        if requirement.kind != "skill" or not requirement.must or not name or name.islower():
            continue
        if name not in held:
            yield _finding("keyword_gap", "/skills", keyword=requirement.text)
        elif not re.search(rf"(?<!\w){re.escape(fold(requirement.text))}(?!\w)", letters):
            yield _finding("keyword_alias", "/skills", keyword=requirement.text)
