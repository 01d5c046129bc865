"""What is said of the person: titles, degrees, languages, and what is still so."""

import re
from collections.abc import Iterator

from cvmaker_core.text import fold

from claim_verification.alignment import Alignment, find_phrases
from claim_verification.models import VerdictReason
from claim_verification.tokens import Token

_AS = ("as", "als", "comme", "como", "come")


def check_titles(a: Alignment) -> Iterator[VerdictReason]:
    """A title, with its rank and field, must be one the person held."""
    lexicon = a.lexicon
    titles = [a.verifier.analysed("title", title).words for title in a.source.titles()]
    texts = [text.words for text in a.evidence.texts]
    ranks = lexicon.phrases.get("seniority", frozenset())
    for position, token in enumerate(a.words):
        if token.key not in lexicon.sets["titles"] or token.quantity is not None:
            continue
        if lexicon.language == "de" and token.low.endswith("ung"):
            continue  # "Buchhaltung" is no person
        if lexicon.language == "en" and token.low.endswith(("ed", "ing")) and token.low != token.key:
            continue  # "piloted", "engineered": a deed, judged as a word
        first = position
        while (
            first
            and a.words[first - 1].clause == token.clause
            and _ranks(a.words[first - 1], ranks)
            and a.words[first - 1].index == a.words[first].index - 1
        ):
            first -= 1
        modified = first
        while modified > 0 and first - modified < 3 and _modifies(a, modified - 1):
            modified -= 1
        if modified and a.words[modified - 1].low in _AS and modified < first:
            first = modified  # "as lab manager": the noun before the title is part of it
        before = first
        while before and first - before < 4 and _counts_among(a, a.words[before - 1]):
            before -= 1
        chain = [t.key for t in a.words[first : position + 1]]
        if before < first and before and a.words[before - 1].low in _AS and not any(_holds(t, chain) for t in titles):
            yield VerdictReason("title", f"“{token.raw}” is not what the person was")
            continue
        opener = a.words[first - 1].low if first else ""
        opener = a.words[first - 2].low if opener in a.lexicon.sets["articles"] and first > 1 else opener
        if (
            opener in _AS
            and not any(
                _holds(words, chain)
                for words in (
                    *titles,
                    *(t for t in texts if t and t[0].low in ("acted", "act", "served", "serve", "worked", "acting")),
                )
            )
            and not any(o.low == opener for text in texts for o in text)
            and not any([t.key for t in text.words[: len(chain)]] == chain for text in a.statements)
        ):
            yield VerdictReason(
                "title",
                f"“{opener} {' '.join(t.raw for t in a.words[first : position + 1])}” is not what the person was",
            )
        elif opener in ("as", "als", "comme", "como") and _anothers(a, token):
            yield VerdictReason("title", f"“{opener} {token.raw}” is another person in the source")
        elif len(chain) > 1 and not any(_holds(words, chain) for words in (*titles, *texts)):
            yield VerdictReason(
                "title", f"“{' '.join(t.raw for t in a.words[first : position + 1])}” is no title of the source"
            )
        elif (
            (first == 0 or (modified == 0 and _before_deed(a, token)))
            and _is_head(a, position)
            and not _own_title(a, token, titles)
        ):
            yield VerdictReason("title", f"“{token.raw}” is not what the person is in the source")
        elif _borrowed(a, token, first):
            yield VerdictReason("title", f"“{token.raw}” is the person's own title, not of whom the source speaks")


def _counts_among(a: Alignment, token: Token) -> bool:
    """“as *one of the three* directors”, “as *part of a group of* …”: the person is counted among them."""
    return token.quantity is not None or token.low in a.lexicon.sets["articles"] | {"of", "von", "de", "des", "the"}


def _modifies(a: Alignment, place: int) -> bool:
    """Whether a word stands right before the next one and only describes it."""
    token, after = a.words[place], a.words[place + 1]
    return (
        token.clause == after.clause
        and token.index == after.index - 1
        and a.contentful(token)
        and token.low not in a.lexicon.sets["prepositions"]
        and token.low not in _AS
    )


def _anothers(a: Alignment, token: Token) -> bool:
    """Whether the source speaks of the title as of somebody else: "reported to the nurse in charge"."""
    for place in a.in_statements(token):
        tokens = a.statements[place.text].tokens
        before = [t.low for t in tokens[max(0, place.token - 3) : place.token]]
        if any(word in ("to", "with", "by", "under", "for") for word in before) and "as" not in before:
            return True
    return False


def _ranks(token: Token, ranks: frozenset[tuple[str, ...]]) -> bool:
    return (token.key,) in ranks or ("=" + token.low,) in ranks


def _holds(words: list[Token], chain: list[str]) -> bool:
    """The title's words side by side, or the same words the other way round ("Teacher of Physics")."""
    keys = [token.key for token in words]
    if any(keys[start : start + len(chain)] == chain for start in range(len(keys))):
        return True
    *ranks, head = chain
    return any(
        key == head and all(rank in keys[place + 1 : place + 5] for rank in ranks) for place, key in enumerate(keys)
    )


def _is_head(a: Alignment, position: int) -> bool:
    """The title stands alone at the beginning, as what the person is: not as the object of a verb."""
    token = a.words[position]
    after = a.text.tokens[token.index + 1] if token.index + 1 < len(a.text.tokens) else None
    plural = a.lexicon.language == "en" and token.low.endswith("s") and token.key != token.low
    verb_like = token.low.endswith("ed") or (
        len(a.words) > 1 and position == 0 and a.words[0].low in a.lexicon.sets["verb_titles"]
    )
    deed = after is not None and after.low.endswith("ing") and after.low not in a.lexicon.sets["ing_nouns"]
    noun_follows = not deed and (
        after is not None and not after.mark and a.contentful(after) and after.low not in a.lexicon.sets["verbs"]
    )
    return not plural and not verb_like and not noun_follows


def _before_deed(a: Alignment, token: Token) -> bool:
    """“Press director handling enquiries”: who the person is, before what the person does."""
    after = a.text.tokens[token.index + 1] if token.index + 1 < len(a.text.tokens) else None
    return after is not None and after.low.endswith("ing") and after.low not in a.lexicon.sets["ing_nouns"]


def _own_title(a: Alignment, token: Token, titles: list[list[Token]]) -> bool:
    if any(token.key == word.key for words in titles for word in words):
        return True
    places = a.places.get(token.index, [])
    for place in places:
        if place.text >= a.own:
            return True
        source = a.evidence.texts[place.text].words
        at = next((n for n, word in enumerate(source) if word.index == place.token), 99)
        if at <= 3 and not any(
            word.low in a.lexicon.sets["prepositions"] or word.low in a.lexicon.sets["articles"] for word in source[:at]
        ):
            return True
        if any(word.low in _AS for word in source[max(0, at - 5) : at]):
            return True  # "sit on the committee as pharmacy's deputy representative"
    return any(a.evidence.texts[p.text].pointer.startswith("/education") for p in places) or _titles_relate(
        a, token, titles
    )


def _titles_relate(a: Alignment, token: Token, titles: list[list[Token]]) -> bool:
    """“lawyer” for a solicitor, “developer” for a software engineer: one class of the lexicon."""
    own = a.lexicon.classes.get((token.key,), frozenset())
    keys = {word.key for words in titles for word in words}
    return any(own & a.lexicon.classes.get((key,), frozenset()) for key in keys)


def _borrowed(a: Alignment, token: Token, first: int) -> bool:
    """A title that only the entry's own position gives, said of others: "supervised one management accountant"."""
    places = a.places.get(token.index, [])
    if (
        not places
        or any(place.text < a.own for place in places)
        or a.cited.whole_entries
        or a.source.basics.get("/basics/summary") in a.cited.statements.values()
    ):
        return False
    if _stands_as_role(a, token):
        return False
    before = [t.low for t in a.words[max(0, first - 2) : first]]
    return first > 1 and not any(
        word in ("as", "als", "comme", "como", "a", "an", "role", "position") for word in before[-2:]
    )


def _stands_as_role(a: Alignment, token: Token) -> bool:
    """A cited position word for word, on its own: “Senior Engineer | SQL”, “Current role: Engineer at X”.

    On its own means that it opens the text or a part of it, or stands behind a word for now; whatever stands before it
    in its part ("supervised one management accountant") would make it somebody else's.
    """
    for pointer, value in a.cited.statements.items():
        if not pointer.endswith("/position"):
            continue
        title = [t.low for t in a.verifier.analysed("title", value).tokens]
        for start in range(max(0, token.index - len(title) + 1), token.index + 1):
            if [t.low for t in a.text.tokens[start : start + len(title)]] != title:
                continue
            ahead = [t for t in a.text.tokens[:start] if t.clause == a.text.tokens[start].clause and not t.mark]
            if not ahead or (len(ahead) <= 3 and sum(n for _, n in _now(a, ahead)) == len(ahead)):
                return True
            opener = a.text.tokens[start - 1]
            if opener.mark and opener.raw in ":|-":
                return True
    return False


def _now(a: Alignment, words: list[Token]) -> list[tuple[int, int]]:
    return find_phrases(words, a.lexicon.phrases.get("now", frozenset()))


def check_degrees(a: Alignment) -> Iterator[VerdictReason]:
    """A degree in progress is not a degree held, and a degree word needs a degree."""
    open_degrees = [entry for entry in a.cited.entries if entry.section == "education" and entry.running]
    restrict = a.lexicon.restrict
    reserved = find_phrases(a.words, restrict.get("attempt", ())) or find_phrases(a.words, restrict.get("plan", ()))
    for entry in open_degrees:
        facts = [v for p, v in entry.facts.items() if p.endswith(("/studyType", "/area"))]
        keys = {t.key for value in facts for t in a.verifier.analysed("degree", value).words if a.contentful(t)}
        if not reserved and any(token.key in keys for token in a.words if not a.in_statements(token)):
            yield VerdictReason("degree", "the degree is still in progress")
    levels = a.lexicon.groups.get("degrees", ())
    said = {level for level, words in enumerate(levels) for _ in find_phrases(a.words, words)}
    if said:
        true = {
            level
            for level, words in enumerate(levels)
            for text in a.verifier.anywhere.texts
            if find_phrases(text.words, words)
        }
        for level in said - true:
            words = [a.words[start].raw for start, _ in find_phrases(a.words, levels[level])]
            yield VerdictReason("degree", f"“{words[0]}” is no degree of the source")
    yield from _fields_of_study(a, levels[:3])


def _fields_of_study(a: Alignment, levels: tuple[frozenset[tuple[str, ...]], ...]) -> Iterator[VerdictReason]:
    """“PhD *in machine learning*”: the field is one of the education entries', not a skill."""
    known = {
        t.key
        for e in a.source.entries.values()
        if e.section == "education"
        for v in (*e.facts.values(), *e.statements.values())
        for t in a.verifier.analysed(e.pointer, v).words
    }
    stated = {t.key for text in a.statements for t in text.words}
    for level in levels:
        for start, length in find_phrases(a.words, level):
            ahead = a.words[start + length : start + length + 7]
            link = next((n for n, t in enumerate(ahead[:4]) if t.low in ("in", "en")), None)
            if link is None or not known or not a.cited.whole_entries:
                continue
            for token in ahead[link + 1 :]:
                if (
                    token.low in a.lexicon.sets["articles"]
                    or token.clause != a.words[start].clause
                    or token.low
                    in a.lexicon.sets["prepositions"]
                    - {
                        "and",
                        "und",
                        "et",
                        "y",
                    }
                ):
                    break
                if a.contentful(token) and token.key not in known | stated and not _kindred(a, token, known):
                    yield VerdictReason("degree", f"“{token.raw}” is no field of a degree in the CV")
                    return


def _kindred(a: Alignment, token: Token, known: set[str]) -> bool:
    """Whether the word is another form of one of the entries' own, or adds nothing."""
    own = a.lexicon.classes.get((token.key,), frozenset())
    return token.key in a.lexicon.sets["framing"] or any(
        own & a.lexicon.classes.get((key,), frozenset()) or key[:5] == token.key[:5] for key in known
    )


def check_languages(a: Alignment) -> Iterator[VerdictReason]:
    """A language keeps its level."""
    lexicon = a.lexicon
    levels = lexicon.groups.get("levels", ())
    entries = [entry for entry in a.source.entries.values() if entry.section == "languages"]
    listed = {
        t.key
        for e in entries
        for p, v in e.facts.items()
        if p.endswith("/language")
        for t in a.verifier.analysed(p, v).words
    }
    named = [
        n
        for n, token in enumerate(a.words)
        if token.key in lexicon.sets["languages"] | listed
        and (token.raw[:1].isupper() or lexicon.language not in ("en", "de"))
    ]
    for position in named:
        token = a.words[position]
        entry = next(
            (
                e
                for e in entries
                if any(lexicon.key(w) == token.key for v in e.facts.values() for w in re.findall(r"[^\W\d_]+", fold(v)))
            ),
            None,
        )
        window = [
            n
            for n in range(max(0, position - 4), min(len(a.words), position + 6))
            if all(abs(n - position) <= abs(n - other) for other in named) and a.words[n].sentence == token.sentence
        ]
        nearby = [a.words[n] for n in (window if len(named) == 1 else _shared_level(a, named, position, window))]
        said = [band for band, phrases in enumerate(levels) if find_phrases(nearby, phrases)]
        if entry is None or not said:
            continue
        fluency = [t for v in entry.facts.values() for t in a.verifier.analysed("fluency", v).words]
        true = [band for band, phrases in enumerate(levels) if find_phrases(fluency, phrases)]
        supported = all(
            any(t.key == o.key for o in fluency)
            for start, length in find_phrases(nearby, levels[max(said)])
            for t in nearby[start : start + length]
        )
        if not supported and (not true or max(said) > max(true)):
            yield VerdictReason("language_level", f"the level of “{token.raw}” is higher than the source's")
    for token in a.words:
        if token.low in ("bilingual", "trilingual", "zweisprachig", "bilingue", "bilingüe", "tweetalig"):
            held = any(o.key == token.key for text in a.verifier.anywhere.texts for o in text.words)
            natives = (
                sum(
                    bool(find_phrases(a.verifier.analysed("fluency", v).words, levels[-1]))
                    for e in entries
                    for v in e.facts.values()
                )
                if levels
                else 0
            )
            if not held and natives < 2:
                yield VerdictReason("language_level", f"“{token.raw}” is not in the source")


def _shared_level(a: Alignment, named: list[int], position: int, window: list[int]) -> list[int]:
    """“fluent in English and Polish”: a level before a chain of languages is said of each of them."""
    first = position
    while first - 1 in named or (first - 2 in named and a.words[first - 1].low in ("and", "und", "et", "y", "e", "en")):
        first = first - 1 if first - 1 in named else first - 2
    levels = a.lexicon.groups.get("levels", ())
    if first == position or any(find_phrases([a.words[n] for n in window], phrases) for phrases in levels):
        return window
    return [*range(max(0, first - 4), first), *window]


def check_certificates(a: Alignment) -> Iterator[VerdictReason]:
    """A certificate keeps its grade: associate is not professional."""
    entries = [entry for entry in a.cited.entries if entry.section == "certificates"]
    if not entries or len(entries) != len(a.cited.entries):
        return
    known = {t.key for e in entries for v in e.facts.values() for t in a.verifier.analysed("certificate", v).words}
    for token in a.words:
        if token.key in a.lexicon.sets["grades"] and token.key not in known:
            yield VerdictReason("certificate", f"“{token.raw}” is not the certificate's grade")


def check_skill_levels(a: Alignment) -> Iterator[VerdictReason]:
    """“basic Python; advanced SQL” is not “advanced Python and SQL”."""
    levels = a.lexicon.groups.get("levels", ())
    for mention in a.text.skills:
        token = next((t for t in a.words if t.start == mention.start), None)
        spots = [spot for spot in a.evidence.skills.get(mention.canonical, ()) if spot[0] < a.own]
        if token is None or not spots or token.key in a.lexicon.sets["languages"]:
            continue
        said = _level_before(a.text.words, token, levels)
        true = [_level_before(a.statements[n].words, a.statements[n].tokens[i], levels) for n, i in spots]
        true = [
            level if level >= 0 else _level_of_entry(a, a.statements[n].pointer, levels)
            for level, (n, _) in zip(true, spots, strict=True)
        ]
        if said >= 0 and true and all(0 <= level < said for level in true):
            yield VerdictReason("skill", f"the level of “{token.raw}” is higher than the source's")


def _level_of_entry(a: Alignment, pointer: str, levels: tuple[frozenset[tuple[str, ...]], ...]) -> int:
    """The level that the group of skills says of all its keywords; -1 where it says none."""
    entry = a.source.entries.get("/".join(pointer.split("/")[:3]))
    stated = entry.facts.get(f"{entry.pointer}/level", "") if entry is not None and entry.section == "skills" else ""
    words = a.verifier.analysed("level", stated).words
    return max((band for band, phrases in enumerate(levels) if find_phrases(words, phrases)), default=-1)


def _level_before(words: list[Token], token: Token, levels: tuple[frozenset[tuple[str, ...]], ...]) -> int:
    """The nearest level said before a word in its part of the sentence; -1 where none is."""
    part = [t for t in words if t.sentence == token.sentence and t.index < token.index and token.index - t.index <= 8]
    ends = [n for n, t in enumerate(part) if n and t.clause > part[n - 1].clause + 1]
    part = part[ends[-1] :] if ends else part
    found = [(start, band) for band, phrases in enumerate(levels) for start, _ in find_phrases(part, phrases)]
    return max(found)[1] if found else -1


def check_present(a: Alignment) -> Iterator[VerdictReason]:
    """“Currently” only of what still runs."""
    found = find_phrases(a.words, a.lexicon.phrases.get("now", ()))
    periods = [entry for entry in a.cited.entries if entry.section in ("work", "volunteer", "projects", "education")]
    if found and periods and not any(entry.running for entry in periods):
        word = a.words[found[0][0]]
        if not any(token.key == word.key for text in a.statements for token in text.words):
            yield VerdictReason("tense", f"“{word.raw}”: the cited entry has ended")
