"""Words, clauses and quantities of one text."""

import re
from dataclasses import dataclass, field

from cvmaker_core.skill_aliases import SkillMention, find_skills
from cvmaker_core.text import normalise

from claim_verification.lexicon import Lexicon, expand_elisions, split_word

_TOKEN = re.compile(
    r"""
    (?P<number>(?<![^\W\d_])\d+(?:(?:[.,'’]|\s(?=\d{3}(?!\d)))\d+)*)(?P<glued>(?:[^\W\d_]|[%€£$²])*)
  | (?P<word>\.?[^\W\d_](?:[^\W_]|['’.&](?=[^\W_])|(?<=[^\W\d_])\+\+|(?<=[A-Za-z])\#)*\+*\.?(?=[^\W]|\b|\W|$))
  | (?P<money>R\$|[€£$¥₹%~])
  | (?P<mark>[^\w\s])
    """,
    re.VERBOSE,
)
_HYPHENS = re.compile(r"(?<=[^\W_])-(?=[^\W_])")
_OWNED_NUMBER = re.compile(r"(?<=\d)['’]s\b")  # "line 4's sensor"
SEPARABLE = frozenset(
    ("ab", "an", "auf", "aus", "bei", "ein", "durch", "fort", "her", "hin", "mit", "nach", "um", "vor", "weiter", "zu")
)  # fmt: skip
_BREAKS = frozenset(";:.!?()•|")


@dataclass(slots=True)
class Quantity:
    """A number with what makes it a claim.

    `value` is in the base unit of `kind`: count, percent, points, time (seconds), months, money:EUR, length (m), …,
    year, ordinal, multiple. `comparator`: "" or gt, lt, max, min, about, near, within. `role` in a change:
    "" or by, to, from. `per`: key of the time unit of a rate.
    """

    value: float
    kind: str
    first: int
    last: int
    text: str
    comparator: str = ""
    role: str = ""
    per: str = ""
    derived: bool = False
    in_range: bool = False
    origin: "Text | None" = None
    number: float = -1.0


@dataclass(slots=True)
class Token:
    """One word. `raw` as written, `low` folded, `key` as compared (see `Lexicon.key`)."""

    raw: str
    low: str
    key: str
    index: int
    start: int
    mark: bool = False
    numeric: float | None = None
    glued: bool = False
    initial: bool = False
    clause: int = 0
    sentence: int = 0
    hyphen_after: bool = False
    quantity: Quantity | None = None


@dataclass(slots=True)
class Text:
    """A text, analysed: where it comes from, itself (normalised), its tokens and its quantities."""

    pointer: str
    raw: str
    tokens: list[Token]
    quantities: list[Quantity] = field(default_factory=list)
    words: list[Token] = field(default_factory=list)
    skills: list[SkillMention] = field(default_factory=list)


def _number(text: str, language: str) -> float:
    text = text.replace("'", "").replace("’", "").replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    comma_decimal = language != "en"
    separators = [char for char in text if char in ".,"]
    if not separators:
        return float(text)
    last = separators[-1]
    head, _, tail = text.rpartition(last)
    grouped = len(tail) == 3 and (
        separators.count(last) > 1 or (last == ",") != comma_decimal or len(set(separators)) > 1
    )
    if grouped and len(set(separators)) == 1 and head.replace(last, "") != "0":
        return float(text.replace(last, ""))
    if separators.count(last) > 1:
        return float(re.sub(r"[.,]", "", text))
    return float(re.sub(r"[.,]", "", head) + "." + tail) if head else float("0." + tail)


def analyse(text: str, lexicon: Lexicon, pointer: str = "") -> Text:
    """Tokens, clauses and quantities of a text."""
    clean = _OWNED_NUMBER.sub("", expand_elisions(normalise(text), lexicon.language))
    tokens: list[Token] = []

    def add(raw: str, start: int, *, mark: bool = False, numeric: float | None = None, glued: bool = False) -> None:
        low = raw.casefold()
        tokens.append(
            Token(
                raw,
                low,
                low if mark or numeric is not None else lexicon.key(raw),
                len(tokens),
                start,
                mark,
                numeric,
                glued,
            )
        )

    for match in _TOKEN.finditer(clean):
        start = match.start()
        if match["number"] is not None:
            glued = match["glued"] or ""
            low = glued.casefold()
            joins = (
                not low
                or low in lexicon.scales
                or (low,) in lexicon.units
                or low in lexicon.money
                or low in ("st", "nd", "rd", "th", "e", "er", "º", "ª", "x", "fold")
            )
            scale_money = re.fullmatch(r"([^\W\d_]+)([€£$])|([€£$%])", low)
            if joins or scale_money or low[:-1] in lexicon.scales:
                add(match["number"], start, numeric=_number(match["number"], lexicon.language))
                if scale_money and scale_money[1]:
                    add(glued[:-1], match.end() - len(glued), glued=True)
                    add(glued[-1], match.end() - 1, glued=True)
                elif low:
                    add(glued, match.end() - len(glued), glued=True)
            else:
                add(match[0], start)
        elif match["word"] is not None:
            word = match["word"]
            if word.endswith(".") and (
                word.count(".") == 1
                and word.casefold() not in ("approx.", "ca.", "c.", "bzw.", "inkl.", "mio.", "mrd.", "tsd.")
            ):
                add(word[:-1], start)
                add(".", match.end() - 1, mark=True)
            elif head := _language_knowledge(word, lexicon):
                add(word[:head], start)
                add(word[head:], start + head)
            else:
                add(word, start)
        elif match["money"] is not None:
            add(
                match["money"],
                start,
                mark=match["money"] not in lexicon.money and match["money"] != "%" and match["money"] != "~",
            )
        else:
            add(match["mark"], start, mark=True)
    tokens = _join_prefixes(tokens, lexicon)
    _clauses(clean, tokens, lexicon)
    if lexicon.language == "de":
        _join_separable(tokens, lexicon)
    if lexicon.language == "en":
        _verbs_in_ing(tokens, lexicon)
    result = Text(
        pointer, clean, tokens, words=[token for token in tokens if not token.mark], skills=_skills(clean, lexicon)
    )
    from claim_verification.quantities import find_quantities

    find_quantities(result, lexicon)
    return result


def _verbs_in_ing(tokens: list[Token], lexicon: Lexicon) -> None:
    """“by building a framework”, “by building and running …” is the verb, not the house."""
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        governs = after.low in lexicon.sets["articles"] or (after.low == "and" and not token.hyphen_after)
        if token.low in lexicon.sets["ing_nouns"] and before.low in ("by", "through", "while") and governs:
            token.key = lexicon.key(token.low.removesuffix("ing") + "ed")


def _join_separable(tokens: list[Token], lexicon: Lexicon) -> None:
    """“leitete zwei Auszubildende an” is “anleiten”, not “leiten”: the verb takes the particle at its clause's end."""
    for token in tokens:
        if token.mark or not token.low.isalpha() or not (token.raw.islower() or token.initial):
            continue
        for particle in tokens[token.index + 1 : token.index + 7]:
            if particle.clause != token.clause:
                break
            after = tokens[particle.index + 1] if particle.index + 1 < len(tokens) else None
            ends = after is None or after.mark or after.clause != particle.clause or after.low in ("und", "sowie")
            joined = lexicon.key(particle.low + token.low)
            opens = token.initial and token.low.endswith(("te", "t", "ten", "e", "en"))
            if particle.low in SEPARABLE and ends and (opens or (joined,) in lexicon.classes):
                token.key = joined
                break


def _language_knowledge(word: str, lexicon: Lexicon) -> int:
    """“Englischkenntnisse”: length of the language's name, or 0."""
    head, found, _ = word.casefold().partition("kenntnisse")
    return len(head) if found and lexicon.key(head) in lexicon.sets.get("languages", ()) else 0


def _skills(clean: str, lexicon: Lexicon) -> list[SkillMention]:
    """Skills named in a text; a little word of the language is none ("j'ai" is not AI)."""
    function = lexicon.sets["function"]
    return [
        mention for mention in find_skills(clean) if not (mention.surface.islower() and mention.surface in function)
    ]


def _join_prefixes(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """Hyphens inside words vanish as marks; "co-" and its like stay on their word."""
    joined: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        inside = (
            after is not None
            and after.raw == "-"
            and after.start == token.start + len(token.raw)
            and index + 2 < len(tokens)
            and tokens[index + 2].start == after.start + 1
            and not tokens[index + 2].mark
            and not token.mark
        )
        if inside:
            following = tokens[index + 2]
            whole = f"{token.raw}-{following.raw}"
            if token.numeric is None and len(split_word(whole.casefold())) == 1:
                joined.append(Token(whole, whole.casefold(), lexicon.key(whole), len(joined), token.start))
                index += 3
                continue
            token.hyphen_after = True
            token.index = len(joined)
            joined.append(token)
            index += 2
            continue
        token.index = len(joined)
        joined.append(token)
        index += 1
    return joined


def _clauses(clean: str, tokens: list[Token], lexicon: Lexicon) -> None:
    clause = sentence = 0
    start_of_sentence = True
    for index, token in enumerate(tokens):
        if token.mark:
            if token.raw in ";.!?•|" or (token.raw == "-" and clean[max(0, token.start - 1)] == " "):
                clause += 1
                sentence += token.raw in ".!?•"
                start_of_sentence = True
            elif token.raw in "(),":
                clause += 1
        else:
            if token.low in ("and", "which", "while", "but", "und", "et", "y", "e", "wobei", "qui", "que") and _verbal(
                tokens, index + 1, lexicon
            ):
                clause += 1
            token.initial = start_of_sentence
            start_of_sentence = False
        token.clause = clause
        token.sentence = sentence


def _verbal(tokens: list[Token], index: int, lexicon: Lexicon) -> bool:
    """Whether a verb form stands here (a guess from its shape)."""
    if index >= len(tokens):
        return False
    low = tokens[index].low
    if lexicon.language == "en":
        return (
            low.endswith(("ed", "ing")) or low in lexicon.irregular or tokens[index].key in lexicon.sets.get("lead", ())
        )
    return tokens[index].low in lexicon.sets.get("verbs", ())
