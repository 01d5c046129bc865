"""`visibility` (0-100): how early and how clearly a CV's evidence for a posting stands on its page.

`docs/fit-and-visibility.md` explains the formula. For each requirement that this CV has evidence
for, the best placed evidence counts::

    seen(e)    = early(line of e) x clear(e)
    early(n)   = 1                                 in the first 16 lines (the top third of a first page)
               = 0.15 + 0.85 x 2 ** (-(n - 16) / 32)   below, half as much of the rest every 32 lines
    clear(e)   = 1 when the requirement's own name, or an alias of it, stands there; 0.8 otherwise
    visibility = 100 x sum(weight x seen) / sum(weight)

It says nothing about how much of the posting is met: that is `fit`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from cvmaker_core.pointers import join_pointer
from cvmaker_core.schema.artefacts import Claim, Match, Pointer, Requirement
from cvmaker_core.skill_aliases import canonical_skill, find_skills
from cvmaker_core.text import fold, words

VISIBILITY_VERSION = "1"

# A first page holds about 50 lines; recruiters' eyes rest on its top third.
TOP_LINES = 16
HALVING_LINES = 32
FLOOR = 0.15
UNNAMED = 0.8
# A line of a CV in 10-11 pt holds 90 to 100 characters.
CHARACTERS_PER_LINE = 95

# The order a CV is printed in when it states none.
DEFAULT_ORDER = (
    "summary", "work", "projects", "education", "skills", "certificates", "languages",
    "publications", "awards", "volunteer", "interests", "references",
)  # fmt: skip
# Of adjacent evidence nothing can be shown clearly: only what proves a requirement can be made visible.
_PROVING = {"met", "partly"}


def visibility(
    resume: Mapping[str, Any],
    requirements: Iterable[Requirement],
    matches: Iterable[Match],
    claims: Mapping[Pointer, Claim] | None = None,
) -> int | None:
    """How visible a CV's evidence is; None when it has none to be seen.

    Parameters
    ----------
    resume
        The CV as it would be printed.
    requirements, matches
        Of the posting, and of the *uploaded* CV. Evidence from earlier CVs is not on the page and is passed over.
    claims
        For a tailored CV: which source values each of its strings rests on. Without it the matches'
        pointers name places in `resume` itself.

    """
    lines = page_lines(resume)
    places = _places_by_source(lines, claims)
    wanted = {requirement.id: requirement for requirement in requirements}
    total = seen = 0.0
    for match in matches:
        requirement = wanted.get(match.requirement_id)
        own = [item.pointer for item in match.evidence if item.job_id is None]
        if requirement is None or match.state not in _PROVING or not own:
            continue
        names = _names(requirement.text)
        best = max(
            (
                _early(line) * (1.0 if _is_named(names, text) else UNNAMED)
                for pointer in own
                for line, text in places(pointer)
            ),
            default=0.0,
        )
        total += requirement.weight
        seen += requirement.weight * best
    return round(100 * seen / total) if total else None


def page_lines(resume: Mapping[str, Any]) -> dict[Pointer, tuple[int, str]]:
    """Every printed string with the line it starts on, counted from 0 in reading order."""
    lines: dict[Pointer, tuple[int, str]] = {}
    basics = resume.get("basics") or {}
    line = 0
    for name in ("name", "label"):
        if isinstance(basics.get(name), str):
            lines[join_pointer("basics", name)] = (line, basics[name])
            line += 1
    line += 1  # contact details
    for section in _sections(resume):
        pointer, value = section
        if not value:
            continue
        line = _place(lines, pointer, value, line + 1)
    return lines


def _sections(resume: Mapping[str, Any]) -> list[tuple[Pointer, Any]]:
    meta = ((resume.get("meta") or {}).get("cvmaker") or {}) if isinstance(resume.get("meta"), dict) else {}
    custom = [section for section in meta.get("sections") or [] if isinstance(section, dict)]
    by_name = {str(section.get("name", "")).casefold(): f"custom/{index}" for index, section in enumerate(custom)}
    own = [f"custom/{index}" for index in range(len(custom))]
    stated = [str(key) for key in meta.get("section_order") or []]
    order: list[str] = []
    for wanted in [*stated, *DEFAULT_ORDER, *own]:
        key = "summary" if wanted == "basics" else by_name.get(wanted.casefold(), wanted)
        if key not in order:
            order.append(key)
    if not {"summary", "basics"} & set(stated):
        order.remove("summary")
        order.insert(0, "summary")
    found: list[tuple[Pointer, Any]] = []
    for key in order:
        if key == "summary":
            found.append(("/basics/summary", (resume.get("basics") or {}).get("summary")))
        elif key.startswith("custom/") and key[7:].isdigit() and int(key[7:]) < len(custom):
            index = int(key[7:])
            found.append((f"/meta/cvmaker/sections/{index}/items", custom[index].get("items")))
        elif key in DEFAULT_ORDER:
            found.append((f"/{key}", resume.get(key)))
    return found


def _height(text: str) -> int:
    return 1 + (len(text) - 1) // CHARACTERS_PER_LINE if text else 0


def _place(lines: dict[Pointer, tuple[int, str]], pointer: Pointer, value: Any, line: int) -> int:
    """Put a section's strings on lines; an entry's short fields share its first one. Returns the next line."""
    if isinstance(value, str):
        lines[pointer] = (line, value)
        return line + _height(value)
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value) and pointer.endswith(("/keywords", "/courses", "/roles")):
            length = 0  # printed as one running list
            for index, item in enumerate(value):
                lines[pointer + join_pointer(index)] = (line + length // CHARACTERS_PER_LINE, item)
                length += len(item) + 2
            return line + max(0, length - 1) // CHARACTERS_PER_LINE + (1 if value else 0)
        for index, item in enumerate(value):
            line = _place(lines, pointer + join_pointer(index), item, line)
        return line
    if isinstance(value, dict):
        lines[pointer] = (line, " ".join(item for item in value.values() if isinstance(item, str)))
        below = line + 1
        only_keywords = "keywords" in value and not {"highlights", "summary", "description"} & set(value)
        for name, item in value.items():
            if isinstance(item, str) and name not in {"summary", "description", "reference"}:
                lines[pointer + join_pointer(name)] = (line, item)
        for name in ("description", "summary", "reference", "highlights", "keywords", "courses", "roles"):
            if value.get(name):
                start = line if only_keywords and name == "keywords" else below
                below = max(below, _place(lines, pointer + join_pointer(name), value[name], start))
        return below
    return line


def _places_by_source(lines: dict[Pointer, tuple[int, str]], claims: Mapping[Pointer, Claim] | None) -> Any:
    """A function from a source pointer to the (line, text) of all strings that rest on it."""
    if claims is None:

        def here(pointer: Pointer) -> list[tuple[int, str]]:
            if pointer in lines:
                return [lines[pointer]]
            return [place for other, place in lines.items() if other.startswith(pointer + "/")][:1]

        return here
    rests: dict[Pointer, list[tuple[int, str]]] = defaultdict(list)
    for target, claim in claims.items():
        if target not in lines:
            continue
        for source in claim.sources:
            if source.kind in {"cv", "person"}:
                rests[source.pointer].append(lines[target])

    def through_claims(pointer: Pointer) -> list[tuple[int, str]]:
        found = rests.get(pointer)
        if found:
            return found
        # Evidence may name an entry, claims rest on its strings.
        return [place for source, places in rests.items() if source.startswith(pointer + "/") for place in places]

    return through_claims


def _early(line: int) -> float:
    if line < TOP_LINES:
        return 1.0
    return float(FLOOR + (1 - FLOOR) * 2 ** (-(line - TOP_LINES) / HALVING_LINES))


def _names(requirement: str) -> tuple[frozenset[str], frozenset[str]]:
    """Canonical skills of a requirement, and its content words."""
    skills = frozenset(
        filter(None, [canonical_skill(requirement), *(mention.canonical for mention in find_skills(requirement))])
    )
    return skills, frozenset(word for word in words(requirement) if len(word) > 3)


def _is_named(names: tuple[frozenset[str], frozenset[str]], text: str) -> bool:
    skills, content = names
    if skills:
        named = {mention.canonical for mention in find_skills(text)} | {canonical_skill(text)}
        return bool(skills & named)
    if not content:
        return True
    have = set(words(text))
    return len(content & have) * 2 >= len(content) or fold(text) in content
