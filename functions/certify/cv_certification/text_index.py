"""Finds a CV's values in extracted text, whatever the spacing, case and hyphenation."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from cvmaker_core.text import fold

# Running heads and page numbers may stand inside a value that crosses a page: at most this many characters.
MAXIMUM_GAP = 160
# A long name in large type may be broken over this many lines.
LINES_OF_A_VALUE = 3
# ", MBA" or "(she/her)", but no address and no number.
_AFTER_A_NAME = re.compile(r"\s*[,(（،][^@\d]{1,40}$")
# Shorter values (Go, R, C#) must stand between word boundaries, or they would be found inside others.
SHORT_VALUE = 5

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_RTL = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff"
# Right-to-left and Latin letters may touch ("\u0648Python", "and Python"): engines part them differently.
_WORD = re.compile(rf"[{_CJK}]|[{_RTL}]+|[^\W_{_CJK}{_RTL}]+[+#]*")
_UNSPACED = re.compile(f"[{_CJK}{_RTL}]")
_RIGHT_TO_LEFT = re.compile(f"[{_RTL}]")
# Directional marks show nothing; vowel points are placed before or after their letter. Engines differ in both.
_DROPPED = re.compile(
    "[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670]"
)
# From this share of right-to-left letters on, engines turn Latin words and numbers around as well.
_MOSTLY_RIGHT_TO_LEFT = 0.3


def split_words(text: str) -> list[str]:
    """Folded words; each CJK character is a word; a right-to-left word is the same in either direction.

    Engines differ in whether they return right-to-left text as written or as seen.
    """
    return [_undirected(word) for word in _WORD.findall(_DROPPED.sub("", fold(text)))]


def _undirected(word: str) -> str:
    return min(word, word[::-1]) if _RIGHT_TO_LEFT.search(word) else word


def is_right_to_left(text: str) -> bool:
    """Whether any letter is Arabic, Hebrew or a relative of theirs."""
    return _RIGHT_TO_LEFT.search(text) is not None


class TextIndex:
    """Extracted text as one stream of word characters, which keeps its word boundaries."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.words = split_words(text)
        self.turned = len(_RIGHT_TO_LEFT.findall(text)) > _MOSTLY_RIGHT_TO_LEFT * max(1, sum(map(len, self.words)))
        if self.turned:
            self.words = [min(word, word[::-1]) for word in self.words]
        starts: list[int] = []
        position = 0
        for word in self.words:
            starts.append(position)
            position += len(word)
        self.stream = "".join(self.words)
        self._boundaries = {*starts, position}
        self._counts = Counter(self.words)

    def _keys(self, value: str) -> list[str]:
        """A value's words in the form in which this index holds them."""
        words = split_words(value)
        return [min(word, word[::-1]) for word in words] if self.turned else words

    def find_all(self, value: str, limit: int = 50) -> list[tuple[int, int]]:
        """Stream ranges at which the value stands as written, at most `limit` of them."""
        key = "".join(self._keys(value))
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

    def times_apart(self, value: str) -> int | None:
        """How often the value stands parted from the words before and after it.

        None for CJK and right-to-left text: the one has no spaces, the other is turned around by engines.
        """
        if _UNSPACED.search(value):
            return None
        return sum(start in self._boundaries and end in self._boundaries for start, end in self.find_all(value))

    def fills_lines(self, value: str) -> bool:
        """Whether the value stands somewhere with nothing else on its line (or on the few lines it is broken over).

        What follows a comma or stands in brackets may share the line, as titles after a name do. Words are compared
        without their order, since engines turn right-to-left lines around.
        """
        wanted = Counter(self._keys(value))
        lines = [line for line in self._text.splitlines() if line.strip()]
        for number, line in enumerate(lines):
            found: Counter[str] = Counter()
            for part in [line, *lines[number + 1 : number + LINES_OF_A_VALUE]]:
                if found + Counter(self._keys(_AFTER_A_NAME.sub("", part))) == wanted:
                    return True
                found += Counter(self._keys(part))
                if found == wanted:
                    return True
                if found - wanted:
                    break
        return not wanted

    def find_words(self, value: str) -> list[tuple[int, int]]:
        """As `find_all`, but where the value stands as words of its own, only those places."""
        places = self.find_all(value)
        apart = [place for place in places if place[0] in self._boundaries and place[1] in self._boundaries]
        return apart or places

    def find(self, value: str) -> tuple[int, int] | None:
        """The first place of the value; a page break with its running head may lie inside it."""
        ranges = self.find_all(value, limit=1)
        if ranges:
            return ranges[0]
        return self._find_across_a_break("".join(self._keys(value)))

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
        wanted = self._keys(value)
        if not wanted:
            return True
        if self.find(value) is not None:
            return True
        if self.turned:
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
