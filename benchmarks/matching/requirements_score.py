"""Requirement extraction against labelled postings: recall, precision, and how often must and kind agree.

A label counts as found when one requirement covers 60 % of its words without being more than three
times as long (plus 40 characters), or when requirements inside it cover 40 % of it (a list that
was split). A requirement counts as right when it does either to some label.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cvmaker_core.text import fold
from posting_analysis.cleaning import prepare_posting
from posting_analysis.headline import read_headline
from posting_analysis.requirements import find_requirements

REPOSITORY = Path(__file__).resolve().parents[2]
POSTINGS = REPOSITORY / "tests" / "data" / "postings"
CORPUS = REPOSITORY.parent / "shared" / "corpus" / "dev"


@dataclass(frozen=True)
class Label:
    start: int
    end: int
    kind: str
    must: bool


@dataclass
class LabelledPosting:
    name: str
    text: str
    head: dict[str, str]
    labels: list[Label]

    @property
    def held_out(self) -> bool:
        return self.head["set"] == "held-out"


@dataclass
class Score:
    labels: int = 0
    found: int = 0
    proposed: int = 0
    right: int = 0
    must_agrees: int = 0
    kind_agrees: int = 0
    paired: int = 0
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.labels if self.labels else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.proposed if self.proposed else 1.0

    def add(self, other: "Score") -> None:
        for name in ("labels", "found", "proposed", "right", "must_agrees", "kind_agrees", "paired"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def load_postings() -> Iterator[LabelledPosting]:
    """Labelled postings; those of the corpus are left out where the corpus is absent."""
    for path in sorted((POSTINGS / "labels").glob("*.tsv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        head = dict(line[2:].split("\t", 1) for line in lines if line.startswith("# "))
        rows = csv.DictReader(
            [line for line in lines if not line.startswith("# ")], delimiter="\t", quoting=csv.QUOTE_NONE
        )
        labels = [Label(int(r["start"]), int(r["end"]), r["kind"], r["must"] == "must") for r in rows]
        source = CORPUS / head["corpus"] if "corpus" in head else POSTINGS / f"{path.stem}.txt"
        if source.exists():
            yield LabelledPosting(path.stem, source.read_text(encoding="utf-8"), head, labels)


def score_posting(posting: LabelledPosting) -> Score:
    text = prepare_posting(posting.text).text
    requirements = find_requirements(text)
    located = list(_locate(posting, text))
    score = Score(labels=len(located), proposed=len(requirements))
    used: set[str] = set()
    for label in located:
        partners = [r for r in requirements if _agrees(r.span, (label.start, label.end))]
        inside = [r for r in requirements if label.start - 2 <= r.span[0] and r.span[1] <= label.end + 2]
        covered = sum(r.span[1] - r.span[0] for r in inside)
        if covered >= 0.4 * _content(text[label.start : label.end]):
            partners += inside
        if partners:
            score.found += 1
            score.paired += 1
            used.update(r.id for r in partners)
            score.must_agrees += any(r.must == label.must for r in partners)
            score.kind_agrees += any(r.kind == label.kind for r in partners)
        else:
            score.missed.append(f"{label.kind}: {text[label.start : label.end]}")
    for requirement in requirements:
        repeated = any(fold(requirement.text) == fold(text[x.start : x.end]) for x in located)
        if requirement.id in used or repeated or _mostly_labelled(requirement.span, located):
            score.right += 1
        else:
            score.extra.append(f"{requirement.kind}: {requirement.text}")
    return score


def _locate(posting: LabelledPosting, text: str) -> Iterator[Label]:
    """Labels in the cleaned text (HTML changes the offsets)."""
    if text == posting.text:
        yield from posting.labels
        return
    position = 0
    for label in posting.labels:
        words = posting.text[label.start : label.end].replace("**", "")
        found = text.find(words, max(0, position - 200))
        found = found if found >= 0 else text.find(words)
        if found >= 0:
            position = found
            yield Label(found, found + len(words), label.kind, label.must)


# "Experience of" and the like carry nothing: whether they belong to a label is a matter of taste.
_LEAD = re.compile(
    r"^(?:(?:an?|the|strong|good|solid|sound|working|experience|knowledge|understanding|of|in|with|using|ability|to|sichere\w*"
    r"|gute?|kenntnisse|umgang|erfahrung|mit|der|bonne|connaissance|maîtrise|notions|de|des|du|en|conocimientos|manejo|la)"
    r"\s+)+",
    re.IGNORECASE,
)


def _content(label: str) -> int:
    return len(_LEAD.sub("", label))


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def _agrees(span: tuple[int, int], label: tuple[int, int]) -> bool:
    length = label[1] - label[0]
    return _overlap(span, label) >= 0.6 * length and span[1] - span[0] <= 3 * length + 40


def _mostly_labelled(span: tuple[int, int], labels: list[Label]) -> bool:
    return any(_overlap(span, (x.start, x.end)) >= 0.6 * (span[1] - span[0]) for x in labels)


def headline_agreement(posting: LabelledPosting) -> dict[str, tuple[str, str | None, bool]]:
    """Title, employer, location: label, found, and whether one contains the other."""
    headline = read_headline(prepare_posting(posting.text).text)
    result: dict[str, tuple[str, str | None, bool]] = {}
    for name in ("title", "employer", "location"):
        if name in posting.head:
            value = getattr(headline, name)
            wanted = fold(posting.head[name])
            got = fold(value or "")
            result[name] = (posting.head[name], value, bool(got) and (got in wanted or wanted in got))
    return result
