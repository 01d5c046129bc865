"""Systematic lies and honest changes, made from the bullets of the suite's CVs. Deterministic."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

NUMBER = re.compile(r"(?<![\w.,/])\d+(?:[.,]\d+)*(?![\w/])")
HEDGES = re.compile(r"\b(about|around|roughly|approximately|up to|nearly|almost)\s+(?=[\d£€])", re.IGNORECASE)
ABSENT_SKILLS = ("Erlang", "Tableau", "Snowflake", "AutoLISP", "QuarkXPress", "COBOL", "Procore", "Epic Systems")
ABSENT_EMPLOYERS = ("Siemens", "Nestlé", "Goldman Sachs", "Deutsche Bahn", "Toyota", "the World Bank")
ADDED = (
    (", winning a national award", "award"),
    (", resulting in record profits", "causal"),
    (", saving £250,000", "number"),
    (" across the whole company", "scope"),
    (" for Fortune 500 clients", "client"),
    (", as certified by ISO 27001", "certificate"),
    (" single-handedly", "superlative"),
)


def mutate(cv_name: str, resume: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Cases in the suite's shape, `origin` "mutation"."""
    chance = random.Random(cv_name)
    employers = [job.get("name", "") for job in resume.get("work", [])]
    whole = json.dumps(resume, ensure_ascii=False)
    skills = [skill for skill in ABSENT_SKILLS if skill not in whole]
    for job_index, job in enumerate(resume.get("work", [])):
        for index, bullet in enumerate(job.get("highlights", [])):
            pointer = f"/work/{job_index}/highlights/{index}"
            for number, (text, label, kind) in enumerate(_changes(bullet, employers, job_index, skills, chance)):
                yield {
                    "id": f"m-{cv_name}-{job_index}-{index}-{number}",
                    "cv": cv_name,
                    "language": "en",
                    "source_ids": [pointer],
                    "text": text,
                    "label": label,
                    "kind": kind,
                    "origin": "mutation",
                }


def _changes(
    bullet: str, employers: list[str], job: int, skills: list[str], chance: random.Random
) -> Iterator[tuple[str, str, str]]:
    base = bullet.rstrip(".")
    yield bullet, "honest", "verbatim"
    yield bullet.upper()[:1] + bullet[1:] + ("" if bullet.endswith(".") else "."), "honest", "verbatim"
    for match in NUMBER.finditer(bullet):
        digits = match[0]
        value = digits.replace(",", "")
        if re.fullmatch(r"(19|20)\d\d", value):
            yield _replace(bullet, match, str(int(value) - chance.choice((1, 2, 3)))), "lie", "date"
        elif value.isdigit():
            yield _replace(bullet, match, str(int(value) * chance.choice((2, 3, 10)) + 1)), "lie", "number"
        else:
            yield _replace(bullet, match, digits[:-1] + str((int(digits[-1]) + 3) % 10)), "lie", "number"
    hedge = HEDGES.search(bullet)
    if hedge:
        yield bullet[: hedge.start()] + bullet[hedge.end() :], "lie", "hedge"
    yield f"{base} using {chance.choice(skills)}", "lie", "skill"
    yield f"{base} for {chance.choice(ABSENT_EMPLOYERS)}", "lie", "employer"
    for addition, kind in chance.sample(ADDED, 2):
        yield base + addition, "lie", kind
    others = [name for place, name in enumerate(employers) if place != job and name and name not in employers[job]]
    if others:
        yield f"At {chance.choice(others)}: {bullet[:1].lower()}{bullet[1:]}", "lie", "moved"


def _replace(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]
