"""Finds a CV's values in extracted text, whatever the spacing, case and hyphenation."""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from cvmaker_core.text import fold

# Running heads and page numbers may stand inside a value that crosses a page: at most this many characters.
MAXIMUM_GAP = 160
# Shorter values (Go, R, C#) must stand between word boundaries, or they would be found inside others.
SHORT_VALUE = 5

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+[+#]*")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


def split_words(text: str) -> list[str]:
    """Folded words; each CJK character is a word; a right-to-left word is the same in either direction.

    Engines differ in whether they return right-to-left text as written or as seen.
    """
    return [_undirected(word) for word in _WORD.findall(_without_marks_that_engines_drop(fold(text)))]


def _without_marks_that_engines_drop(text: str) -> str:
    """Directional marks show nothing, and engines disagree on returning them."""
    return re.sub("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]", "", text)


def _undirected(word: str) -> str:
    return min(word, word[::-1]) if _RIGHT_TO_LEFT.search(word) else word


def is_right_to_left(text: str) -> bool:
    return _RIGHT_TO_LEFT.search(text) is not None


class TextIndex:
    """Extracted text as one stream of word characters, which keeps its word boundaries."""

    def __init__(self, text: str) -> None:
        self.words = split_words(text)
        self.starts: list[int] = []
        position = 0
        for word in self.words:
            self.starts.append(position)
            position += len(word)
        self.stream = "".join(self.words)
        self._boundaries = {*self.starts, position}
        self._counts = Counter(self.words)

    def word_number(self, position: int) -> int:
        """The number of the word that holds a stream position."""
        return bisect_left(self.starts, position + 1) - 1

    def find_all(self, value: str, limit: int = 50) -> list[tuple[int, int]]:
        """Stream ranges at which the value stands as written, at most `limit` of them."""
        key = "".join(split_words(value))
        if not key:
            return []
        found: list[tuple[int, int]] = []
        start = self.stream.find(key)
        while start >= 0 and len(found) < limit:
            end = start + len(key)
            if len(key) >= SHORT_VALUE or (start in self._boundaries and end in self._boundaries):
                found.append((start, end))
            start = self.stream.find(key, start + 1)
        return found

    def find(self, value: str) -> tuple[int, int] | None:
        """The first place of the value; a page break with its running head may lie inside it."""
        ranges = self.find_all(value, limit=1)
        if ranges:
            return ranges[0]
        return self._find_across_a_break("".join(split_words(value)))

    def _find_across_a_break(self, key: str) -> tuple[int, int] | None:
        shortest = max(SHORT_VALUE, 8)
        if len(key) < 2 * shortest:
            return None
        start = self.stream.find(key[:shortest])
        while start >= 0:
            length = self._common_length(key, start)
            rest = key[length:]
            place = self.stream.find(rest, start + length, start + length + MAXIMUM_GAP + len(rest)) if rest else -1
            if place >= 0:
                return start, place + len(rest)
            start = self.stream.find(key[:shortest], start + 1)
        return None

    def _common_length(self, key: str, start: int) -> int:
        low, high = 0, min(len(key), len(self.stream) - start)
        while low < high:
            middle = (low + high + 1) // 2
            if self.stream.startswith(key[:middle], start):
                low = middle
            else:
                high = middle - 1
        return low

    def contains(self, value: str) -> bool:
        """Whether the value can be read here. Right-to-left lines are compared word by word."""
        wanted = split_words(value)
        if not wanted:
            return True
        if self.find(value) is not None:
            return True
        if is_right_to_left(value):
            return all(self._counts[word] >= count for word, count in Counter(wanted).items())
        return False

    def joined_letters(self, missing: Counter[str]) -> int:
        """Letters of words that stand here split or joined differently, between word boundaries."""
        letters = 0
        for word, count in missing.items():
            place = self.stream.find(word)
            if place >= 0 and place in self._boundaries and place + len(word) in self._boundaries:
                letters += count * len(word)
        return letters

    @property
    def counts(self) -> Counter[str]:
        return self._counts


def agreement(one: TextIndex, other: TextIndex) -> float:
    """The share of letters that two readings have in common, word by word, however spaced (0 to 1).

    Order does not count here: `reading_order` judges that.
    """
    letters = len(one.stream) + len(other.stream)
    if not letters:
        return 1.0
    common = sum(len(word) * count for word, count in (one.counts & other.counts).items())
    common += other.joined_letters(one.counts - other.counts) + one.joined_letters(other.counts - one.counts)
    return round(min(1.0, 2 * common / letters), 4)


def letter_spaced_share(words: Sequence[str]) -> float:
    """The share of letters in runs of four or more single letters ("P Y T H O N"): spacing read as spaces."""
    letters = sum(map(len, words)) or 1
    spaced, run = 0, 0
    for word in [*words, "  "]:
        single = len(word) == 1 and word.isalpha() and unicodedata.category(word) != "Lo"
        if single:
            run += 1
            continue
        spaced += run if run >= 4 else 0
        run = 0
    return spaced / letters
