"""The words of one language, from `data/<language>.txt`. What each section means: docs/verifier.md."""

import mmap
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cvmaker_core.text import fold

DATA = Path(__file__).parent / "data"
_PART = re.compile(r"[^\W_]+(?:['.&][^\W_]+)*[+#]*")
_KEPT_PREFIXES = ("co-", "re-", "e-", "pre-", "non-", "un-", "sub-", "vor-", "mit-")


def split_word(word: str) -> list[str]:
    """Parts of a hyphenated word; prefixes that change the meaning stay on ("co-wrote")."""
    if word.startswith(_KEPT_PREFIXES):
        head, _, tail = word.partition("-")
        rest = _PART.findall(tail)
        return [f"{head}-{rest[0]}", *rest[1:]] if rest else [head]
    return _PART.findall(word)


_ELISIONS = {
    "fr": {
        "d": "de", "l": "le", "qu": "que", "n": "ne", "s": "se", "j": "je", "c": "ce", "m": "me", "t": "te",
        "jusqu": "jusque", "lorsqu": "lorsque",
    },
    "it": {
        "d": "di", "l": "la", "un": "una", "dell": "della", "all": "alla", "nell": "nella", "dall": "dalla",
        "sull": "sulla",
    },
}  # fmt: skip
_ELIDED = re.compile(r"\b([A-Za-zÀ-ÿ]{1,6})['’](?=\w)")


def expand_elisions(text: str, language: str) -> str:
    """“l'équipe” → “le équipe”: the small word stands alone, so that the noun is found."""
    full = _ELISIONS.get(language)
    if not full:
        return text
    return _ELIDED.sub(lambda match: full[match[1].lower()] + " " if match[1].lower() in full else match[0], text)


class Thesaurus:
    """Senses and broader senses of English lemmas, read from a sorted file without loading it."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._cache: dict[str, tuple[frozenset[str], frozenset[str]] | None] = {}

    def senses(self, lemma: str) -> tuple[frozenset[str], frozenset[str]] | None:
        """(senses the lemma may have, senses broader than those), or None for an unknown lemma."""
        if lemma not in self._cache:
            self._cache[lemma] = self._find(lemma)
        return self._cache[lemma]

    def _find(self, lemma: str) -> tuple[frozenset[str], frozenset[str]] | None:
        wanted = lemma.encode()
        low, high = 0, len(self._data)
        while low < high:
            middle = (low + high) // 2
            start = self._data.rfind(b"\n", 0, middle) + 1
            end = self._data.find(b"\n", start)
            end = len(self._data) if end < 0 else end
            head, _, rest = self._data[start:end].partition(b"\t")
            if head == wanted:
                own, _, broader = rest.decode().partition("\t")
                return frozenset(own.split()), frozenset(broader.split())
            if head < wanted:
                low = end + 1
            else:
                high = start
        return None


@dataclass
class Lexicon:
    """One language. Word sets hold *keys* (see `key`); phrases are tuples of keys."""

    language: str
    sets: dict[str, frozenset[str]] = field(default_factory=lambda: defaultdict(frozenset))
    phrases: dict[str, frozenset[tuple[str, ...]]] = field(default_factory=dict)
    classes: dict[tuple[str, ...], frozenset[int]] = field(default_factory=dict)
    entails: dict[tuple[str, ...], frozenset[tuple[str, ...]]] = field(default_factory=dict)
    contrast: frozenset[tuple[str, str]] = frozenset()
    opposed: tuple[tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]], ...] = ()
    groups: dict[str, tuple[frozenset[tuple[str, ...]], ...]] = field(default_factory=dict)
    restrict: dict[str, frozenset[tuple[str, ...]]] = field(default_factory=dict)
    quantifier: dict[str, frozenset[tuple[str, ...]]] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    scales: dict[str, float] = field(default_factory=dict)
    fractions: dict[str, float] = field(default_factory=dict)
    multiples: dict[str, float] = field(default_factory=dict)
    units: dict[tuple[str, ...], tuple[str, float]] = field(default_factory=dict)
    money: dict[str, str] = field(default_factory=dict)
    comparators: dict[tuple[str, ...], str] = field(default_factory=dict)
    irregular: dict[str, str] = field(default_factory=dict)
    months: dict[str, int] = field(default_factory=dict)
    spelling_words: dict[str, str] = field(default_factory=dict)
    spelling_endings: list[tuple[str, str]] = field(default_factory=list)
    suffixes: tuple[str, ...] = ()
    thesaurus: Thesaurus | None = None
    longest_phrase: int = 1
    strict: bool = False
    _keys: dict[str, str] = field(default_factory=dict)
    _kin: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def key(self, word: str) -> str:
        """The form under which a word is compared: folded, one spelling, without inflection."""
        found = self._keys.get(word)
        if found is None:
            found = self._keys[word] = self._make_key(fold(word))
        return found

    def kin(self, key: str) -> tuple[str, ...]:
        """English: the verbs that a noun of doing is made of ("introduction" → "introduce"), by the thesaurus."""
        found = self._kin.get(key)
        if found is None:
            found = self._kin[key] = tuple(self._find_kin(key))
        return found

    def _find_kin(self, key: str) -> Iterator[str]:
        senses = self.thesaurus.senses(key) if self.thesaurus else None
        if senses is None or key in self.sets["titles"]:
            return
        for ending, bases in _DEVERBAL:
            if key.endswith(ending) and len(key) - len(ending) >= 3:
                for base in bases:
                    verb = key.removesuffix(ending) + base
                    other = self.thesaurus.senses(verb) if self.thesaurus and verb != key else None
                    if other is not None and senses[0] & other[0]:
                        yield verb

    def has(self, section: str, key: str) -> bool:
        return key in self.sets.get(section, frozenset())

    def _make_key(self, word: str) -> str:
        if word.startswith(("co-", "re-")) and len(word) > 5 and self.language == "en":
            return word[:3] + self.key(word[3:])
        word = word.removesuffix("'s").removesuffix("'").strip(".")
        if word in self.irregular:
            found = self._one_spelling(self.irregular[word])
            return found if self.language == "en" else self._strip(found)
        word = self._one_spelling(word)
        if self.language == "en":
            return self._one_spelling(self.irregular.get(lemma := self._english_lemma(word), lemma))
        return self._strip(word)

    def _one_spelling(self, word: str) -> str:
        if word in self.spelling_words:
            return self.spelling_words[word]
        if len(word) > 5:
            for british, american in self.spelling_endings:
                if word.endswith(british):
                    other = word.removesuffix(british) + american
                    if self._known(other):
                        return other
        return word

    def _known(self, word: str) -> bool:
        """Whether the thesaurus holds the word or the base of this inflection of it."""
        if self.thesaurus is None:
            return False
        bases = [
            word,
            word.removesuffix("s"),
            word.removesuffix("d"),
            word.removesuffix("r"),
            word.removesuffix("ing") + "e",
        ]
        return any(self.thesaurus.senses(base) for base in (*bases, word.removesuffix("ed"), word.removesuffix("ing")))

    def _strip(self, word: str) -> str:
        """Cut the longest listed ending that leaves at least four letters (three for short words)."""
        if not word.isalpha() or len(word) < 5:
            return word
        for _ in range(4):
            ending = next(
                (suffix for suffix in self.suffixes if word.endswith(suffix) and len(word) - len(suffix) >= 4), None
            )
            if ending is None:
                break
            word = word.removesuffix(ending)
        return word

    def _english_lemma(self, word: str) -> str:
        if len(word) <= 3 or not word.replace("-", "").isalpha():
            return word
        known = self.thesaurus.senses if self.thesaurus else (lambda _: None)
        candidates: list[str] = []
        if word.endswith("ies"):
            candidates = [word[:-3] + "y", word[:-1]]
        elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
            candidates = [word[:-2], word[:-1]]
        elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
            candidates = [word[:-1], word[:-2]] if word.endswith("es") else [word[:-1]]
        elif word.endswith("ied"):
            candidates = [word[:-3] + "y"]
        elif word.endswith("ed") and len(word) > 4:
            candidates = _verb_stems(word[:-2])
        elif word.endswith("ing") and len(word) > 5:
            candidates = _verb_stems(word[:-3])
        for candidate in candidates:
            if word.endswith("s") and candidate.endswith("ing") and len(candidate) > 5:
                return self.irregular.get(candidate, self._english_lemma(candidate))
            if self.spelling_words.get(candidate, candidate) in self.bases or known(candidate):
                return candidate
        if candidates and word.endswith("s"):
            return candidates[0] if word.endswith("ies") else word[:-1]
        return word

    bases: frozenset[str] = frozenset()


# Endings of nouns made from verbs, and what the verb ends in instead.
_DEVERBAL = (
    ("ation", ("e", "ate", "", "y")), ("ication", ("y",)), ("ction", ("ct", "ce")), ("ption", ("be", "ve", "pt")),
    ("ition", ("e", "it", "")), ("ution", ("ute", "ve")), ("etion", ("ete",)), ("tion", ("t", "te")),
    ("sion", ("d", "de", "s", "se", "t")), ("ment", ("", "e")), ("ance", ("", "e")), ("ence", ("", "e")),
    ("ure", ("", "e")), ("er", ("", "e")), ("or", ("e", "")), ("age", ("", "e")), ("oval", ("ove",)),
    ("ewal", ("ew",)), ("osal", ("ose",)), ("ival", ("ive",)), ("aisal", ("aise",)), ("ieval", ("ieve",)),
    ("erral", ("er",)), ("awal", ("aw",)), ("earsal", ("earse",)),
)  # fmt: skip

# Ends of verb stems that rarely lost an "e" before -ed or -ing: "lift|ed", not "creat|ed".
_BARE_STEMS = (
    "ct", "st", "ld", "rt", "nd", "rn", "ll", "pt", "ort", "rd", "lp", "ck", "sh", "ch", "w", "x", "y", "nt", "ft",
    "er", "en", "or", "ew", "ow", "in", "it", "et", "al", "el", "ol", "il", "on", "ss", "ead", "eat", "ait", "oin",
    "aim", "ear", "our", "ail", "oad", "eed", "eld", "ook", "oup", "rk", "rm", "lk", "nk", "sk", "sp", "mp", "ght",
)  # fmt: skip


def _verb_stems(stem: str) -> list[str]:
    stems = [stem + "e", stem] if not stem.endswith(("e", "i")) else [stem, stem + "e"]
    if len(stem) > 3 and stem[-1] == stem[-2]:
        stems = [stem[:-1], *stems] if stem[-1] not in "lsz" else [stem, stem[:-1], *stems]
    elif stem.endswith(_BARE_STEMS):
        stems = [stem, stem + "e"]
    return stems


# Sections that are plain sets of words: compared by key, or (the second list) as written.
_WORD_SETS = (
    "function", "framing", "lead", "assist", "negation", "up", "down", "improving", "change", "superlative", "titles",
    "languages", "interpersonal", "language_words", "group_words", "tenure", "language_noun", "weak", "watching",
    "departments", "strict", "strong", "handling", "leadlike", "definite", "count_nouns", "time_nouns", "light",
    "mass_nouns", "event_nouns", "heads", "studying", "making", "averting", "several_words", "bodies", "gained",
    "outcomes", "led_events", "giving", "tending", "unwanted", "before_deeds", "grades",
)  # fmt: skip
_WRITTEN_SETS = (
    "role by", "role to", "role from", "per", "articles", "opening", "closing", "year_before", "range", "singular",
    "prepositions", "by_agent", "auxiliary", "verbs", "ing_nouns", "verb_titles", "limits", "plural_articles",
    "fellows", "about_numbers", "ordinals", "nobody", "means", "formerly", "legal_forms", "comparatives", "credentials",
    "present_ends", "measures",
)  # fmt: skip


@lru_cache(maxsize=16)
def load_lexicon(language: str) -> Lexicon:
    """The lexicon of a language; one without data is empty and `strict` (near-verbatim only)."""
    lexicon = Lexicon(language)
    path = DATA / f"{language}.txt"
    if not path.exists():
        lexicon.strict = True
        return lexicon
    sections = [*_sections(DATA / "common.txt"), *_sections(path)]
    if language == "en":
        lexicon.thesaurus = Thesaurus(DATA / "thesaurus_en.tsv")
    _fill(lexicon, sections)
    return lexicon


def _sections(path: Path) -> list[tuple[str, list[str]]]:
    sections: list[tuple[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            sections.append((line[1:-1], []))
        elif line.strip() and not line.startswith("# ") and sections:
            sections[-1][1].append(line.strip())
    return sections


def _pairs(lines: list[str]) -> dict[str, str]:
    return dict(item.split("=", 1) for line in lines for item in line.split())


def _fill(lexicon: Lexicon, sections: list[tuple[str, list[str]]]) -> None:
    by_name: dict[str, list[str]] = defaultdict(list)
    for name, lines in sections:
        by_name[name] += lines
    # What makes keys comes first.
    lexicon.irregular = _pairs(by_name["irregular"])
    lexicon.spelling_words = _pairs(by_name["spelling_words"])
    lexicon.spelling_endings = [tuple(line.split("=", 1)) for line in by_name["spelling"]]  # type: ignore[misc]
    lexicon.suffixes = tuple(sorted(" ".join(by_name["suffixes"]).split(), key=len, reverse=True))
    words = re.findall(
        r"[^\W\d_]+", " ".join(line for name in ("synonyms", "entails", "contrast") for line in by_name[name])
    )
    lexicon.bases = frozenset(word for word in map(fold, words) if not word.endswith(("ing", "ed", "s")))

    def phrase(text: str) -> tuple[str, ...]:
        parts: list[str] = []
        for word in fold(expand_elisions(text, lexicon.language)).split():
            parts += [word] if word.startswith("=") else map(lexicon.key, split_word(word) or [word])
        return tuple(parts)

    def listed(lines: list[str]) -> frozenset[tuple[str, ...]]:
        return frozenset(phrase(item) for line in lines for item in line.split(",") if item.strip())

    classes: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, line in enumerate(by_name["synonyms"]):
        for item in line.split(","):
            classes[phrase(item)].add(number)
    lexicon.classes = {key: frozenset(value) for key, value in classes.items()}
    entails: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for line in by_name["entails"]:
        left, _, right = line.partition(">")
        entails[phrase(left)] |= {phrase(item) for item in right.split(",")}
    lexicon.entails = {key: frozenset(value) for key, value in entails.items()}
    for line in by_name["opposed"]:
        left, _, right = line.partition("|")
        lexicon.opposed += ((listed([left]), listed([right])),)
    contrast: set[tuple[str, str]] = set()
    for line in by_name["contrast"]:
        members = [lexicon.key(part.strip()) for part in line.split("|")]
        contrast |= {(a, b) for a in members for b in members if a != b}
    lexicon.contrast = frozenset(contrast)
    for name, lines in by_name.items():
        group, _, kind = name.partition(" ")
        if group == "restrict":
            lexicon.restrict[kind] = listed(lines)
        elif group == "quantifier":
            lexicon.quantifier[kind] = listed(lines)
        elif name in ("levels", "degrees", "ladder"):
            lexicon.groups[name] = tuple(listed([line]) for line in lines)
        elif name in ("causal", "now", "assist_phrases", "seniority", "framing_phrases"):
            lexicon.phrases[name] = listed(lines)
    for name in _WORD_SETS:
        words_of = [fold(word) for line in by_name[name] for word in line.split()]
        if name == "superlative":  # as written: "leading" is one, "led" is not
            lexicon.sets[name] = frozenset(words_of)
        else:
            lexicon.sets[name] = frozenset(
                lexicon.key(part) for word in words_of for part in split_word(word) or [word]
            )
            if name == "function":
                lexicon.sets[name] |= frozenset(words_of)
    for name in _WRITTEN_SETS:
        words = " ".join(by_name[name]).split()
        lexicon.sets["per_words" if name == "per" else name.replace(" ", "_")] = frozenset(words)
    for name in ("numbers", "scales", "multiples"):
        setattr(lexicon, name, {word: float(value) for word, value in _pairs(by_name[name]).items()})
    for word, value in _pairs(by_name["fractions"]).items():
        top, _, bottom = value.partition("/")
        lexicon.fractions[word] = float(top) / float(bottom)
    for line in by_name["units"]:
        name, _, value = line.partition(" = ")
        kind, factor = value.split()
        lexicon.units[tuple(name.split())] = (kind, float(factor))
    lexicon.months = {name: int(number) for name, number in _pairs(by_name["months"]).items()}
    lexicon.money = _pairs(by_name["money"])
    for line in by_name["comparators"]:
        name, _, value = line.partition(" = ")
        lexicon.comparators[tuple(name.split())] = value
    every = [*lexicon.classes, *lexicon.entails, *(p for s in lexicon.restrict.values() for p in s)]
    lexicon.longest_phrase = max(map(len, every), default=1)
