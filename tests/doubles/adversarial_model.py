"""A model that fabricates in every proposal, and remembers each planted fact.

Each planted fact is a string that stands in no CV and no posting, so that finding it in
anything that was emitted is a fabrication, whatever our own verifier thinks of it.
"""

import itertools
import json
import re
from typing import Any

from doubles.openai_wire import Asked, Reply

# One lie a line: how it is worked into an honest text. `{fact}` is the planted string.
LIES: tuple[tuple[str, str], ...] = (
    ("number", "{text}, which saved {fact} euros"),
    ("percentage", "{text}, raising conversion by {fact} %"),
    ("employer", "{text} at {fact}"),
    ("client", "{text} for {fact}"),
    ("skill", "{text} using {fact}"),
    ("degree", "{text} as a {fact} graduate"),
    ("certificate", "{text}; {fact} certified"),
    ("title", "As {fact}, {text}"),
    ("team", "{text}, leading a team of {fact}"),
    ("award", "{text}, for which I won the {fact}"),
    ("years", "{text} over {fact} years"),
    ("place", "{text} in {fact}"),
    ("markup", "{text} ![x](https://{fact}.example/p.png)"),
)
NAMES = (
    "Quorvex Dynamics",
    "Brastellion",
    "Zynthar Cloud",
    "Ombrelux",
    "Fennigan Institute",
    "Vardolite",
    "Kestrowave",
    "Pellucidor Prize",
    "Thrandovia",
    "Chief Wexler Officer",
)
_NAMED = {"employer", "client", "skill", "degree", "certificate", "title", "award", "place", "markup"}


class AdversarialModel:
    """Every text it returns holds one planted fact; also its reasons, headline, summary and letter."""

    def __init__(self) -> None:
        self.planted: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self._lies = itertools.cycle(LIES)
        self._serial = itertools.count(1)

    def __call__(self, asked: Asked) -> Reply:
        material = asked.data
        if asked.schema_name == "Alternatives":
            text = material["text"]
            kinds = ("shorter", "outcome_first", "closer")
            proposals = [self._lie(text["id"], text["text"]) for _ in kinds]
            return Reply(
                json.dumps(
                    {
                        "alternatives": [
                            {"kind": kind, "source_ids": proposal["source_ids"], "text": proposal["text"]}
                            for kind, proposal in zip(kinds, proposals, strict=True)
                        ]
                    }
                )
            )
        texts = [text for entry in material["entries"] for text in entry["texts"]]
        ids = [text["id"] for text in texts] or ["/basics/summary"]
        answer = {
            "bullets": [self._lie(text["id"], text["text"]) for text in texts],
            "summary": self._lie(ids[0], material["summary"]["text"] or "I deliver results"),
            "headline": self._lie("/basics/label", material["headline"]["text"] or "Professional"),
            "cover_letter": [self._lie(pointer, "I delivered results") for pointer in ids[:5]],
        }
        return Reply(json.dumps(answer))

    def _lie(self, pointer: str, text: str) -> dict[str, Any]:
        kind, pattern = next(self._lies)
        serial = next(self._serial)
        fact = NAMES[serial % len(NAMES)] + f" {_roman(serial)}" if kind in _NAMED else str(7_100_003 + 17 * serial)
        if kind == "markup":
            fact = re.sub(r"\W", "", fact).lower()
        lie = pattern.format(text=text.rstrip(" ."), fact=fact)
        self.planted.append((kind, fact))
        self.texts.append(lie)
        return {
            "source_ids": [pointer],
            "text": lie,
            "requirement_ids": [f"r{number}" for number in range(1, 40)],
            "reason": f"Because of {fact}.",
        }


def _roman(number: int) -> str:
    """Letters that make each planted name its own."""
    letters = ""
    while number:
        number, rest = divmod(number, 20)
        letters = "BCDFGHJKLMNPQRSTVWXZ"[rest] + letters
    return letters


class SubtleModel:
    """Fabricates by small changes: a number, a direction, the scope of a role, a hedge. Remembers whole texts."""

    CHANGES: tuple[tuple[str, str], ...] = (
        (r"\b(\d+)\b", "<n>"),
        (r"\b[Rr]educed\b", "Increased"),
        (r"\b[Ii]ncreased\b", "Reduced"),
        (r"\b[Hh]elped\b", "Led"),
        (r"\b[Dd]eveloped\b", "Single-handedly developed"),
        (r"\b[Bb]uilt\b", "Led a department that built"),
        (r"\b[Ww]orked\b", "Directed all who worked"),
    )

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        material = asked.data
        bullets = []
        for entry in material["entries"]:
            for text in entry["texts"]:
                lie = self.twist(text["text"])
                if lie != text["text"]:
                    self.texts.append(lie)
                    bullets.append(
                        {"source_ids": [text["id"]], "text": lie, "requirement_ids": [], "reason": "Better."}
                    )
        return Reply(json.dumps({"bullets": bullets, "summary": None, "headline": None, "cover_letter": []}))

    def twist(self, text: str) -> str:
        """The text with one change that makes it false; itself when none fits."""
        for pattern, change in self.CHANGES:
            if re.search(pattern, text):
                if change == "<n>":
                    return re.sub(pattern, lambda found: str(int(found[1]) * 2 + 3), text, count=1)
                return re.sub(pattern, change, text, count=1)
        return text
