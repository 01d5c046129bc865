"""Collects the values of a CV with where they stand, how sure we are, and what stays unused."""

import re
from dataclasses import dataclass, field
from typing import Any

from cvmaker_core.pointers import join_pointer
from cvmaker_core.schema.artefacts import ParsedDate, Span, TextRange

from cv_parsing.dates import DateMention, DateRange
from cv_parsing.lexicon import has_cjk
from cv_parsing.model import Document

Range = tuple[int, int]
"""Half-open offsets into `Document.text`."""

_EDGE = " \t\n,;:|•·–—-/\\"
_KEEP_HYPHEN = frozenset(
    [
        "full",
        "part",
        "multi",
        "co",
        "self",
        "well",
        "long",
        "high",
        "low",
        "real",
        "end",
        "cross",
        "non",
        "pre",
        "post",
        "open",
        "data",
        "user",
        "state",
        "hands",
        "large",
        "small",
        "cloud",
        "event",
        "test",
        "time",
        "self-driven",
        "micro",
        "server",
        "client",
        "third",
        "first",
        "second",
        "object",
        "peer",
        "front",
        "back",
        "decision",
        "problem",
        "fast",
        "customer",
        "team",
        "award",
        "industry",
        "world",
        "result",
        "cost",
        "feature",
        "mission",
        "business",
        "role",
        "model",
        "role-based",
    ]
)


@dataclass(slots=True)
class Value:
    """A value about to be stored: the ranges it is made of, in order."""

    ranges: list[Range]
    confidence: float = 0.9
    text: str | None = None
    transform: str | None = None


@dataclass
class Builder:
    """The resume under construction."""

    document: Document
    resume: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, list[Span]] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    dates: dict[str, ParsedDate] = field(default_factory=dict)
    used: list[Range] = field(default_factory=list)

    def read(self, ranges: list[Range]) -> str:
        """The text of ranges as one value: lines joined, hyphenated words closed, spaces single."""
        return join_text([self.document.text[start:end] for start, end in ranges], self.document.text)

    def put(self, target: dict[str, Any], key: str, pointer: str, value: Value | None) -> bool:
        """Store one string with its source; False when nothing is left of it after trimming."""
        if value is None or not value.ranges:
            return False
        text = value.text if value.text is not None else self.read(value.ranges)
        if not text:
            return False
        target[key] = text
        self.note(pointer + join_pointer(key), value)
        return True

    def append(self, target: dict[str, Any], key: str, pointer: str, value: Value) -> None:
        text = value.text if value.text is not None else self.read(value.ranges)
        if not text:
            return
        items = target.setdefault(key, [])
        self.note(pointer + join_pointer(key, len(items)), value)
        items.append(text)

    def note(self, pointer: str, value: Value) -> None:
        spans: list[Span] = []
        for start, end in value.ranges:
            spans.extend(self.document.spans(start, end, value.transform))
            self.used.append((start, end))
        self.provenance[pointer] = spans
        self.confidence[pointer] = round(max(0.05, min(value.confidence, 0.99)), 2)

    def put_dates(
        self,
        target: dict[str, Any],
        pointer: str,
        period: DateRange,
        offset: int,
        *,
        single_is: str = "endDate",
        confidence: float = 0.97,
    ) -> None:
        """StartDate and endDate of an entry; `offset` moves the period's offsets into the document's text."""
        since, until = period.since, period.until
        text = self.document.text
        self.used.append((period.start + offset, period.end + offset))
        if period.single and until is not None:
            key = single_is
            self._put_date(target, key, pointer, until, offset, confidence - 0.05)
            if key == "startDate" and until.precision == "year":
                # One year stands for the whole of a job that began and ended in it.
                self._put_date(target, "endDate", pointer, until, offset, 0.75)
            elif key == "startDate":
                self.dates[pointer + "/endDate"] = ParsedDate(text="", precision=None, state="unknown")
                # JSON Resume takes a missing end for "still running"; the page does not say so.
                target["endDateUnknown"] = True
            return
        if since is not None and since.value:
            self._put_date(target, "startDate", pointer, since, offset, confidence)
        if until is not None:
            if until.running:
                start, end = until.start + offset, until.end + offset
                self.dates[pointer + "/endDate"] = ParsedDate(text=text[start:end], precision=None, state="running")
                if end > start:
                    self.provenance[pointer + "/endDate"] = self.document.spans(start, end, "date")
            else:
                self._put_date(target, "endDate", pointer, until, offset, confidence)

    def _put_date(
        self, target: dict[str, Any], key: str, pointer: str, mention: DateMention, offset: int, confidence: float
    ) -> None:
        if mention.value is None:
            return
        target[key] = mention.value
        start, end = mention.start + offset, mention.end + offset
        where = pointer + join_pointer(key)
        self.note(where, Value([(start, end)], confidence, transform="date"))
        self.dates[where] = ParsedDate(
            text=self.document.text[start:end],
            precision=mention.precision,
            state="expected" if mention.expected else "closed",
        )

    def unparsed(self) -> list[TextRange]:
        """Every run of words that no value holds."""
        text = self.document.text
        covered = bytearray(len(text))
        for start, end in self.used:
            covered[start:end] = b"\x01" * (end - start)
        left: list[TextRange] = []
        for match in re.finditer(r"\S+", text):
            start, end = match.span()
            if not any(c.isalnum() for c in match.group()):
                continue
            inside = [i for i in range(start, end) if text[i].isalnum()]
            missing = [i for i in inside if not covered[i]]
            if not missing or len(missing) * 2 < len(inside):
                continue
            start, end = min(missing), max(missing) + 1
            if left and not text[left[-1].end : start].strip() and "\n" not in text[left[-1].end : start]:
                left[-1].end = end
            else:
                left.append(TextRange(start=start, end=end))
        return left


def trim(text: str, start: int, end: int, edge: str = _EDGE) -> Range:
    """A range without separators at its ends; unbalanced brackets go too."""
    while start < end and (text[start] in edge or (text[start] in ")]}")):
        start += 1
    while end > start and (text[end - 1] in edge or text[end - 1] in "([{"):
        end -= 1
    inner = text[start:end]
    if inner[:1] == "(" and inner[-1:] == ")" and inner.count("(") == 1:
        return trim(text, start + 1, end - 1, edge)
    if inner[-1:] == ")" and inner.count("(") < inner.count(")"):
        return trim(text, start, end - 1, edge)
    if inner[:1] == "(" and inner.count("(") > inner.count(")"):
        return trim(text, start + 1, end, edge)
    return start, end


def join_text(parts: list[str], whole: str = "") -> str:
    result = ""
    for part in parts:
        for piece in part.split("\n"):
            piece = " ".join(piece.split())  # noqa: PLW2901
            if not piece:
                continue
            if not result:
                result = piece
            elif (
                re.search(r"[^\W\d_][-\u2010\u00ad]$", result) and re.match(r"[^\W\d_]", piece) and piece[:1].islower()
            ):
                before = re.split(r"[\s(]", result)[-1].rstrip("-\u2010\u00ad")
                after = re.match(r"[^\W\d_]+", piece)
                whole_word = before + (after.group() if after else "")
                hyphenated = f"{before}-{after.group() if after else ''}"
                keep = before.casefold() in _KEEP_HYPHEN or hyphenated.casefold() in whole.casefold()
                if whole_word.casefold() in whole.casefold():
                    keep = False
                result = (result if keep else result[:-1]) + piece
            elif (has_cjk(result[-1]) and has_cjk(piece[0])) or (result.endswith("/") and not result.endswith(" /")):
                result += piece
            else:
                result += " " + piece
    return result.strip()
