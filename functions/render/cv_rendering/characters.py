"""Characters that no font of ours has: replaced, left out with a warning, or refused by name.

A missing *letter* would change what a person says (or print a box), so it is an error; a
missing symbol or emoji is decoration and falls back.
"""

import json
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Any

from cvmaker_core.errors import InputError
from cvmaker_core.pointers import walk_strings
from cvmaker_core.schema.artefacts import StageWarning

from cv_rendering.cleaning import clean_text

_REPLACEMENTS = Path(__file__).parent / "replacements.json"


class Coverage:
    """The code points that a set of fonts can draw, as sorted half-open ranges."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in ranges]
        self._ends = [end for _, end in ranges]

    def __contains__(self, character: str) -> bool:
        index = bisect_right(self._starts, ord(character)) - 1
        return index >= 0 and ord(character) < self._ends[index]


@cache
def font_coverage() -> Coverage | None:
    """What the font layer draws, or None when the fonts of the machine are used instead."""
    from cv_rendering.native import font_folder

    folder = font_folder()
    files = [folder / part / "coverage.json" for part in ("faces", "collections")] if folder else []
    ranges = [tuple(pair) for path in files if path.is_file() for pair in json.loads(path.read_text(encoding="utf-8"))]
    if not ranges:
        return None
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return Coverage(merged)


@cache
def _replacements() -> dict[str, str]:
    data: dict[str, str] = json.loads(_REPLACEMENTS.read_text(encoding="utf-8"))
    return data


def check_characters(
    resume: dict[str, Any], coverage: Coverage | None = None
) -> tuple[dict[str, Any], list[StageWarning]]:
    """The resume with every character printable, and a warning for each kind that was left out.

    Raises
    ------
    InputError
        `missing_letter`, naming the character, if a letter, mark or digit has no glyph.

    """
    coverage = coverage or font_coverage()
    if coverage is None:
        return resume, []
    used = {character for pointer, text in walk_strings(resume) if pointer != "/basics/image" for character in text}
    missing = sorted(character for character in used if character not in "\n\u200c\u200d" and character not in coverage)
    if not missing:
        return resume, []
    table: dict[int, str] = {}
    for character in missing:
        fallback = _replacements().get(character) or unicodedata.normalize("NFKC", character)
        if all(part in coverage for part in fallback):
            table[ord(character)] = fallback
        elif unicodedata.category(character)[0] in "LMN":
            raise InputError(
                "missing_letter",
                f"No font here has the character {_name(character)}.",
                "Write this word in another script, or add a font that has it (see docs/templates.md).",
            )
        else:
            table[ord(character)] = ""
    names = [_name(chr(code)) for code, text in table.items() if not text]
    warnings = []
    if names:
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        warnings.append(
            StageWarning(
                code="symbols_left_out",
                message=f"Symbols that no font here has were left out: {', '.join(names[:5])}{more}.",
                advice="Say it in words; many applicant tracking systems cannot read symbols.",
            )
        )
    replaced: dict[str, Any] = _translate(resume, table)
    return replaced, warnings


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


def _translate(value: Any, table: dict[int, str]) -> Any:
    if isinstance(value, str):
        return clean_text(value.translate(table), lines=True) if not value.isascii() else value
    if isinstance(value, list):
        return [_translate(item, table) for item in value]
    if isinstance(value, dict):
        return {key: _translate(item, table) for key, item in value.items()}
    return value
