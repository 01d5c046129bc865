"""Words: every one that carries meaning must follow from the cited text, or be a name or skill of this CV."""

import re
from collections.abc import Iterator

from cvmaker_core.skill_aliases import skill_classes
from cvmaker_core.text import fold

from claim_verification.alignment import Alignment, find_phrases
from claim_verification.checks.propositions import EACH, is_plural, leads_event, manages_things, per_thing
from claim_verification.evidence import EXACT
from claim_verification.models import VerdictReason
from claim_verification.source import Entry
from claim_verification.tokens import Token


def check_words(a: Alignment) -> Iterator[VerdictReason]:
    """Words that rest on nothing."""
    lexicon = a.lexicon
    covered: set[int] = set()
    said = [mention.canonical for mention in a.text.skills]
    for mention in a.text.skills:
        if mention.canonical not in a.verifier.anywhere.skills:
            continue
        covered |= {token.index for token in a.text.tokens if mention.start <= token.start < mention.end}
        if mention.canonical not in a.evidence.skills and (gone := _replaced(a, mention.canonical, said)):
            yield VerdictReason("skill", f"“{mention.surface}” stands where the source says “{gone}”")
    framed = {
        a.words[place].index
        for start, length in find_phrases(a.words, lexicon.phrases.get("framing_phrases", ()))
        for place in range(start, start + length)
    }
    yield from _runs(a)
    reasons = list(_unsupported(a, covered, framed))
    if len(reasons) == 1 and _unknown_head(a, reasons[0][0]):
        return
    free = _free_rewrite(a)
    if free:
        joints = [token for token, _ in reasons if _joins(a, token) and _harmless(a, token)]
        reasons = [reason for reason in reasons if reason[0] not in joints[:1]]
    if 0 < len(reasons) <= free and all(_harmless(a, token) and not _deed_on_top(a, token) for token, _ in reasons):
        return
    yield from (reason for _, reason in reasons)


def check_employers(a: Alignment) -> Iterator[VerdictReason]:
    """What was done in one job is not told of another employer, school or charity."""
    cited = {_called(entry) for entry in a.cited.entries}
    keys = [token.key for token in a.words]
    for entry in a.source.entries.values():
        name = _called(entry)
        if (
            entry.section not in ("work", "volunteer", "education")
            or entry in a.cited.entries
            or not name
            or name in cited
        ):
            continue
        words = [token.key for token in a.verifier.analysed(entry.pointer, name).words]
        said = any(keys[start : start + len(words)] == words for start in range(len(keys) - len(words) + 1))
        known = any(token.key == words[0] for text in a.evidence.texts for token in text.words)
        if said and words and not known and a.words[keys.index(words[0])].raw[:1].isupper():
            yield VerdictReason("moved", f"“{name}” is not the cited entry's")


def _called(entry: Entry) -> str:
    names = (entry.facts.get(f"{entry.pointer}/{field}", "") for field in ("name", "organization", "institution"))
    return next((name for name in names if name), "")


def _unsupported(a: Alignment, covered: set[int], framed: set[int]) -> Iterator[tuple[Token, VerdictReason]]:
    lexicon = a.lexicon
    for token in a.words:
        if (
            token.index in covered
            or token.numeric is not None
            or (token.quantity is not None and token.quantity.kind != "multiple")
        ):
            continue
        if _praise(a, token) and not (
            a.places.get(token.index) and any((token.key,) in words for words in lexicon.groups.get("degrees", ()))
        ):
            if (
                not any(
                    token.low == other.low or (token.key == other.key and lexicon.language != "en")
                    for text in a.evidence.texts
                    for other in text.tokens
                )
                and token.index not in a.phrase_members
            ):
                yield token, VerdictReason("superlative", f"“{token.raw}” is the source's praise nowhere")
            continue
        if (
            a.places.get(token.index)
            or not a.contentful(token)
            or token.index in framed
            or token.key in lexicon.sets["framing"]
        ):
            continue
        if (
            _of_rate(a, token)
            or leads_event(a, token)
            or manages_things(a, token)
            or _weak_verb(a, token)
            or named_anywhere(a, token)
            or _follows_otherwise(a, token)
            or _compound(a, token)
        ):
            continue
        yield token, VerdictReason(_code(a, token), f"“{token.raw}” does not follow from the cited text")


def _of_rate(a: Alignment, token: Token) -> bool:
    """The unit of a rate that the numbers check has found true: "$168k a *year*"."""
    return (token.low,) in a.lexicon.units and any(
        q.per and (known := a.matched.get(id(q))) is not None and known.per and 0 < token.index - q.last <= 3
        for q in a.text.quantities
    )


def _unknown_head(a: Alignment, token: Token) -> bool:
    """Languages with smaller lexicons: the opening word, which says what was done, in the place of the source's own.

    It must be unknown to the lexicon (which holds what claims much), and all the rest must rest on the source.
    """
    lexicon = a.lexicon
    content = [t for t in a.words if a.contentful(t)]
    if lexicon.language == "en" or len(content) < 4 or token is not content[0] or len(a.statements) != 1:
        return False
    head = next((t for t in a.statements[0].words if a.contentful(t)), None)
    if head is None or head.key in lexicon.sets["assist"] or _said_again(a, 0, head) or (token.key,) in lexicon.classes:
        return False
    known = ("lead", "assist", "strong", "titles", "up", "down", "negation", "languages")
    if any(token.key in lexicon.sets[name] for name in known) or any(token.key in pair for pair in lexicon.contrast):
        return False
    return token.low not in lexicon.sets["superlative"] and token.key not in a.verifier.anywhere.by_key


def _praise(a: Alignment, token: Token) -> bool:
    """A superlative, also one of two words ("award-winning")."""
    after = a.text.tokens[token.index + 1].low if token.hyphen_after else ""
    if token.low.endswith("ing") and not token.hyphen_after and _governs(a, token):
        return False  # "by leading the move": what was done, judged as a claim of leadership
    return token.low in a.lexicon.sets["superlative"] or f"{token.low}-{after}" in a.lexicon.sets["superlative"]


def _governs(a: Alignment, token: Token) -> bool:
    """Whether an -ing form is a verb here: an article or a number stands behind it."""
    after = a.text.tokens[token.index + 1] if token.index + 1 < len(a.text.tokens) else None
    before = a.text.tokens[token.index - 1].low if token.index else ""
    if after is None or before in a.lexicon.sets["articles"]:
        return False
    if before in ("by", "while", "through", "including") and after.low not in a.lexicon.sets["function"]:
        return True  # "by leading development of …"
    return after.low in a.lexicon.sets["articles"] or after.low == "to" or after.quantity is not None


def _free_rewrite(a: Alignment) -> int:
    """A real rewording: few of the source's words stand in their old order, and nearly all rest on the source.

    A text that copies the source but for one word has swapped that word; a free rewrite has synonyms that no
    lexicon is complete in. Only the latter may keep a harmless word that the lexicons do not know (two in a long text).
    Returns how many.
    """
    content = [token for token in a.words if a.contentful(token)]
    if len(content) < 4 or not a.statements:
        return 0
    resting = sum(bool(a.in_statements(token)) for token in content)
    if resting * 10 < len(content) * 6:
        return 0
    said = [token.key for token in content]
    copied = max(_common(said, [t.key for t in text.words if a.contentful(t)]) for text in a.statements)
    if copied * 10 > len(content) * 6:
        return 0
    return 2 if len(content) >= 7 else 1


def _joins(a: Alignment, token: Token) -> bool:
    """A participle that only ties two things of the source together: "samples *collected* in Malawi"."""
    if a.lexicon.language != "en" or not token.low.endswith(("ed", "ing")) or token.low in a.lexicon.sets["ing_nouns"]:
        return False
    if not token.index or token.initial:
        return False
    before = a.text.tokens[token.index - 1]
    behind = [t for t in a.text.tokens[token.index + 1 : token.index + 5] if not t.mark]
    if not behind or not (
        behind[0].low in a.lexicon.sets["prepositions"] | a.lexicon.sets["articles"] or behind[0].quantity is not None
    ):
        return False
    ahead = next((t for t in behind if a.contentful(t) or t.quantity is not None), None)
    return _rests(a, before) and ahead is not None and _rests(a, ahead)


def _rests(a: Alignment, token: Token) -> bool:
    if token.quantity is not None:
        return a.matched.get(id(token.quantity)) is not None
    return a.contentful(token) and bool(a.in_statements(token))


def _common(left: list[str], right: list[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(right) + 1)
    for item in left:
        previous = 0
        for place, other in enumerate(right, 1):
            kept = row[place]
            row[place] = previous + 1 if item == other else max(row[place], row[place - 1])
            previous = kept
    return row[-1]


def _deed_on_top(a: Alignment, token: Token) -> bool:
    """“*Wrote* the protocol and trained three colleagues”: an unknown deed besides the source's own."""
    opens = next((t for t in a.words if t.clause == token.clause and a.contentful(t)), None)
    homes = a.homes(token.clause)
    if opens is not token or not homes:
        return False
    (number, clause), _ = homes.most_common(1)[0]
    head = next((t for t in a.statements[number].words if t.clause == clause and a.contentful(t)), None)
    joined = any(t.low in ("and", "et", "und", "y", "e", "en") for t in a.words if t.index > token.index)
    return head is not None and joined and _said_again(a, number, head)


def _harmless(a: Alignment, token: Token) -> bool:
    """An ordinary word that claims nothing definite: no name, rank, feat, amount, time or person."""
    lexicon = a.lexicon
    key = token.key
    definite = (
        "strong",
        "strict",
        "lead",
        "titles",
        "superlative",
        "up",
        "down",
        "negation",
        "languages",
        "interpersonal",
        "departments",
        "group_words",
        "definite",
    )
    if (
        any(key in lexicon.sets[name] for name in definite)
        or token.low in lexicon.sets["superlative"]
        or name_like(a, token)
    ):
        return False
    if lexicon.language == "de" and token.raw[:1].isupper():
        return False
    if (
        any((key, t.key) in lexicon.contrast for text in a.statements for t in text.words)
        or (token.low,) in lexicon.units
        or (key,) in lexicon.phrases.get("seniority", ())
    ):
        return False
    if any(
        (key,) in phrases
        for phrases in (*lexicon.quantifier.values(), *lexicon.restrict.values(), *lexicon.groups.get("ladder", ()))
    ):
        return False
    if any(mention.start <= token.start < mention.end for mention in a.text.skills):
        return False
    return key not in a.verifier.anywhere.by_key and not _new_means(a, token)


def _new_means(a: Alignment, token: Token) -> bool:
    """Whether the word stands in a means of which nothing rests on the source: "by changing supplier"."""
    tokens = a.text.tokens
    start = token.index
    while start and not tokens[start].mark and tokens[start].low not in a.lexicon.sets["means"]:
        start -= 1
    if tokens[start].low not in a.lexicon.sets["means"] or tokens[start].clause != token.clause:
        return False
    phrase: list[Token] = []
    for other in tokens[start + 1 :]:
        if other.mark or (phrase and other.low in a.lexicon.sets["prepositions"] - {"to", "of"}):
            break
        phrase.append(other)
    return token in phrase and not any(_rests(a, other) for other in phrase)


def check_verbatim(a: Alignment) -> Iterator[VerdictReason]:
    """No lexicon for the CV's language: only its own words."""
    known = set(a.evidence.by_key)
    for token in a.words:
        if token.numeric is None and token.key not in known:
            yield VerdictReason(
                "language", f"no lexicon for this language, so only the source's own words pass: “{token.raw}”"
            )
            return


def _code(a: Alignment, token: Token) -> str:
    lexicon = a.lexicon
    if token.key in lexicon.sets["lead"]:
        return "scope"
    if (token.key,) in lexicon.phrases.get("seniority", ()) or token.key in lexicon.sets["titles"]:
        return "title"
    if any((token.key,) in phrases for phrases in lexicon.quantifier.values()):
        return "quantifier"
    if any(mention.start <= token.start < mention.end for mention in a.text.skills):
        return "skill"
    return "name" if name_like(a, token) else "unsupported"


def name_like(a: Alignment, token: Token) -> bool:
    """Written like a name: capitals, digits or signs inside, or a capital within a sentence."""
    if re.search(r"\d|[+#.]|[^\W\d_][A-Z]", token.raw):
        return True
    return token.raw[:1].isupper() and not token.initial and a.lexicon.language != "de"


def _replaced(a: Alignment, skill: str, said: list[str]) -> str | None:
    """A skill of the same kind that the cited statement names and the proposal no longer does."""
    kinds = set(skill_classes(skill)[:1])
    for other, places in a.evidence.skills.items():
        if other not in said and kinds & set(skill_classes(other)[:1]) and all(place[0] < a.own for place in places):
            return other
    return None


def named_anywhere(a: Alignment, token: Token) -> bool:
    """A name that stands somewhere in the CV, but not one that belongs to an entry which is not cited."""
    if not token.raw[:1].isupper() and not name_like(a, token):
        return False
    everywhere = a.verifier.anywhere
    for number, index in everywhere.by_key.get(token.key, []):
        pointer = everywhere.texts[number].pointer
        other = everywhere.texts[number].tokens[index]
        if not (other.raw[:1].isupper() or re.search(r"\d", other.raw)) or other.low != token.low:
            continue
        if other.initial and token.initial and not name_like(a, token) and pointer.count("/") > 3:
            continue  # both only begin a sentence
        entry = _entry_of(a, pointer)
        if (
            a.lexicon.language == "de"
            and entry is not None
            and pointer in entry.statements
            and entry.section != "skills"
            and not name_like(a, token)
        ):
            continue  # every noun has a capital
        if entry is not None and entry not in a.cited.entries:
            if pointer in entry.facts and entry.section in ("work", "volunteer", "education", "projects"):
                continue
            if (
                pointer in entry.statements
                and entry.section != "skills"
                and (other.initial or a.lexicon.language == "de")
            ):
                continue
        return True
    return False


def _entry_of(a: Alignment, pointer: str) -> Entry | None:
    return a.source.entries.get("/".join(pointer.split("/")[:3]))


def _runs(a: Alignment) -> Iterator[VerdictReason]:
    """Names of several words stand together in the CV too: "University of Bristol" is not two halves of others."""
    joiners = ("of", "de", "du", "von", "&", "für", "for", "and") if a.lexicon.language != "de" else ("of", "von", "&")
    run: list[Token] = []
    runs: list[list[Token]] = []
    for token in a.text.tokens:
        if (
            not token.mark
            and token.raw[:1].isupper()
            and token.quantity is None
            and not (token.initial and not _certain_name(token))
        ):
            run.append(token)
        elif run and token.low in joiners and token.low != "and":
            continue
        else:
            runs.append(run)
            run = []
    runs.append(run)
    if a.lexicon.language == "de":
        return
    everywhere = a.verifier.anywhere
    for names in runs:
        if len(names) < 2:
            continue
        if swapped := _other_house(a, names):
            yield VerdictReason("name", f"“{swapped.raw}” is no part of the name in the CV")
            continue
        groups = [
            {_group(everywhere.texts[number].pointer) for number, _ in everywhere.by_key.get(token.key, [])}
            for token in names
        ]
        groups = [group for group in groups if group]
        if (
            len(groups) == len(names)
            and not set.intersection(*groups)
            and not any(g.startswith(("/skills", "/basics/label", "/basics/summary")) for gs in groups for g in gs)
        ):
            yield VerdictReason("name", f"“{' '.join(token.raw for token in names)}” does not stand together in the CV")
    # one word of a longer name elsewhere is another name: "Amazon" of "Amazon Web Services"
    for names in runs:
        if len(names) == 1 and not a.places.get(names[0].index) and name_like(a, names[0]):
            spots = everywhere.by_key.get(names[0].key, [])
            skills = {mention.start for mention in a.text.skills}
            if (
                spots
                and names[0].start not in skills
                and all(_inside_longer_name(everywhere.texts[n].tokens, i) for n, i in spots)
            ):
                yield VerdictReason("name", f"“{names[0].raw}” is only part of another name in the CV")


def _other_house(a: Alignment, names: list[Token]) -> Token | None:
    """“Ashdown Developments” for “Ashdown Builders”, “University of Leeds” for “Leeds Beckett University”."""
    texts = a.evidence.texts
    houses = {n for n, t in enumerate(texts) if t.pointer.endswith(("/name", "/organization", "/institution"))}
    exact = {t.index: {p.text for p in a.places.get(t.index, ()) if p.strength == EXACT} for t in names}
    own = set().union(*exact.values()) & houses
    if not own:
        return None
    everywhere = a.verifier.anywhere.by_key
    strange = [t for t in names if t.key not in everywhere and t.low not in a.lexicon.sets["legal_forms"]]
    if strange and a.lexicon.language == "en" and all(t.key not in a.lexicon.sets["titles"] for t in strange):
        return strange[0]
    for number in own:
        said = [t for t in names if number in exact[t.index]]
        spots = [next(p.token for p in a.places[t.index] if p.text == number and p.strength == EXACT) for t in said]
        dropped = [w for w in texts[number].words if a.contentful(w) and w.key not in {t.key for t in names}]
        if len(said) > 1 and spots != sorted(spots) and dropped:
            return said[0]
    return None


def _certain_name(token: Token) -> bool:
    return bool(re.search(r"\d|[^\W\d_][A-Z]", token.raw))


def _group(pointer: str) -> str:
    return "/".join(pointer.split("/")[:3]) if not pointer.startswith(("/skills", "/basics")) else pointer


def _inside_longer_name(tokens: list[Token], index: int) -> bool:
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    return after is not None and not after.mark and after.raw[:1].isupper()


def _follows_otherwise(a: Alignment, token: Token) -> bool:
    key, lexicon = token.key, a.lexicon
    before = a.text.tokens[token.index - 1] if token.index else None
    languages = any(
        other.key in lexicon.sets["languages"] and abs(other.index - token.index) <= 4 for other in a.words
    ) or (
        key in lexicon.sets["language_words"] | lexicon.sets["language_noun"]
        and any(e.section == "languages" for e in a.cited.entries)
    )
    listed = any(e.section == "languages" for e in a.source.entries.values())
    if (
        languages
        and not listed
        and not a.places.get(token.index)
        and any((key,) in band for band in lexicon.groups.get("levels", ()))
    ):
        return False  # no level of any language is known
    if languages and (
        key in lexicon.sets["language_words"] or any((key,) in band for band in lexicon.groups.get("levels", ()))
    ):
        return True  # the level itself is checked by `check_languages`
    if before is not None and key in lexicon.sets["group_words"] and before.raw[:1].isupper():
        return not before.initial and (bool(a.places.get(before.index)) or named_anywhere(a, before))
    if (
        before is not None
        and key in lexicon.sets["group_words"]
        and before.key in lexicon.sets["departments"]
        and a.places.get(before.index)
    ):
        return True  # "finance" → "the finance team"
    following = a.text.tokens[token.index + 1 : token.index + 3]
    counted = [t.quantity for t in a.text.tokens[max(0, token.index - 3) : token.index] if t.quantity is not None]
    groups = token.low in ("teams", "crews", "shifts") and before is not None and before.quantity is not None
    if (
        key in lexicon.sets["heads"]
        and not groups
        and any(a.matched.get(id(q)) is not None and q.kind == "count" for q in counted)
    ):
        return True  # "a three-developer team"
    if (
        key in lexicon.sets["heads"]
        and len(following) == 2
        and following[0].low in ("of", "von", "de")
        and following[1].quantity
    ):
        return a.matched.get(id(following[1].quantity)) is not None  # "a team of six": the six are in the source
    if before is not None and before.quantity is not None and token.low == "strong":
        return True
    exceeds = any(
        q.kind == "percent"
        and (
            q.value > 100 or (text.tokens[q.last + 1].low if q.last + 1 < len(text.tokens) else "") in ("above", "over")
        )
        for text in a.statements
        for q in text.quantities
    )
    if exceeds and lexicon.classes.get((key,), frozenset()) & lexicon.classes.get(
        (lexicon.key("exceed"),), frozenset()
    ):
        return True  # "118% of target"
    if key in lexicon.sets["several_words"]:
        following = [t for t in a.text.words if t.index > token.index][:3]
        if any(
            p
            for t in following
            if is_plural(t, lexicon.language)
            for p in a.in_statements(t)
            if is_plural(a.evidence.token(p), lexicon.language)
        ):
            return True  # "across vendors" → "of several vendors"
    reserve = any(find_phrases([token], lexicon.restrict.get(kind, ())) for kind in ("estimate", "some"))
    if reserve and not token.initial:
        return True  # a reservation takes away, it never adds
    if _only_recommended(a, token):
        return True
    if key in lexicon.sets["studying"] and any(e.section == "education" and e.running for e in a.cited.entries):
        return True
    if _month_of_entry(a, token) or _promotion(a, key):
        return True
    if token.low in lexicon.sets["credentials"] and any(
        e.section in ("certificates", "education") for e in a.cited.entries
    ):
        return True  # a certificate or degree is what is cited; its kind and field are checked apart
    if token.low in lexicon.sets["fellows"] and before is not None and before.quantity is not None:
        return True  # their number is checked as a number
    if token.low in lexicon.sets["per_words"] | EACH and per_thing(a, a.words.index(token)):
        return True
    if token.low in ("new", "newly", "neu", "neue", "neuen", "nouveau", "nouvelle", "nuevo", "nueva"):
        return any(
            a.evidence.says(lexicon.key(word))
            for word in (
                "introduce",
                "build",
                "create",
                "einführung",
                "entwicklung",
                "mise",
                "création",
                "implantación",
                "desarrollo",
            )
        )
    changes = lexicon.sets["up"] | lexicon.sets["down"] | lexicon.sets["improving"] | lexicon.sets["change"]
    if a.noun_before(token) and token.low == key + "s":
        return False  # "patient falls"
    return (
        key in changes
        and not name_like(a, token)
        and any(
            q.role in ("by", "to", "from") or q.in_range or q.kind == "multiple"
            for text in a.statements
            for q in text.quantities
        )
    )  # its sign is checked by `check_directions`


def _only_recommended(a: Alignment, token: Token) -> bool:
    """“twelve recommended fixes”: a participle that makes the noun behind it smaller."""
    after = a.text.tokens[token.index + 1] if token.index + 1 < len(a.text.tokens) else None
    before = a.text.tokens[token.index - 1] if token.index else None
    if after is None or before is None or not token.low.endswith("ed") or not a.in_statements(after):
        return False
    noun = before.quantity is not None or before.low in a.lexicon.sets["articles"]
    return noun and bool(find_phrases([token], a.lexicon.restrict.get("propose", ())))


def _weak_verb(a: Alignment, token: Token) -> bool:
    """A verb in the place of the source's own verb, acting on the same things, and not claiming more.

    Only English has the lists: *weak* verbs always may; *strong* ones (which say something definite) never; others may
    when the source's verb is not said otherwise. Most of what the verb acts on must rest on one clause of the source,
    and that clause's verb must be neither a watcher's nor a helper's.
    """
    lexicon = a.lexicon
    weak = token.key in lexicon.sets["weak"]
    if lexicon.language != "en" or not _verb_here(a, token):
        return False
    if token.key in lexicon.sets["making"] and _makes_the_deed(a, token):
        return True
    if not weak and (
        token.key in lexicon.sets["strong"] | lexicon.sets["lead"] | lexicon.sets["strict"]
        or not (token.low.endswith(("ed", "ing")) or token.low in lexicon.irregular)
    ):
        return False
    objects = [
        t
        for t in a.words
        if t.clause == token.clause and t.index > token.index and (a.contentful(t) or t.quantity is not None)
    ][:6]
    homes = a.homes(token.clause)
    if not homes or not objects:
        return False
    (number, clause), _ = homes.most_common(1)[0]
    source = [t for t in a.statements[number].words if t.clause == clause]
    head = next((t for t in source if a.contentful(t)), None)
    if head is None or head.key in lexicon.sets["watching"] or head.key in lexicon.sets["assist"]:
        return False
    added = not weak or (token.key in lexicon.sets["outcomes"] and _coordinated(a, token))
    if (token.key, head.key) in lexicon.contrast or (added and _said_again(a, number, head)):
        return False
    resting = sum(bool(a.in_statements(t)) or t.quantity is not None for t in objects)
    return resting * 3 >= len(objects) * 2


def _coordinated(a: Alignment, token: Token) -> bool:
    """“documented *and resolved* …”: one verb of two."""
    around = a.text.tokens[max(0, token.index - 1) : token.index + 2]
    return any(t.low in ("and", "or", ",") for t in around)


def _makes_the_deed(a: Alignment, token: Token) -> bool:
    """“wrote documentation” for “documented”: the verb only carries the noun of the source's own verb."""
    for other in a.words:
        if not 0 < other.index - token.index <= 6 or other.clause != token.clause:
            continue
        for place in a.in_statements(other):
            tokens = a.statements[place.text].tokens
            source = tokens[place.token]
            opens = source.initial or (
                place.token > 0 and tokens[place.token - 1].low in ("and", ",", "by", "through", "while")
            )
            if place.strength > 1 and opens and source.low.endswith(("ed", "ing")) and not other.low.endswith("ed"):
                return True
    return False


def _verb_here(a: Alignment, token: Token) -> bool:
    """First word of the text or of a clause, behind "and", "to", "by" or "while", or with a verb's ending."""
    before = a.text.tokens[token.index - 1] if token.index else None
    opens = (
        before is None
        or before.mark
        or before.low
        in (
            "and",
            "to",
            "by",
            "while",
            "who",
            "which",
            "that",
            "also",
            "successfully",
            "then",
            "for",
            "in",
            "when",
            "through",
        )
    )
    return opens and (token.low.endswith(("ed", "ing")) or token.low in a.lexicon.irregular or token.low == token.key)


def _said_again(a: Alignment, number: int, head: Token) -> bool:
    return any(place.text == number and place.token == head.index for places in a.places.values() for place in places)


def _compound(a: Alignment, token: Token) -> bool:
    """German and Dutch compounds: "Buchhalterteam" of "Team" and "Buchhaltern"; "Plattform" of "Bestellplattform"."""
    if a.lexicon.language not in ("de", "nl", "sv", "da") or len(token.low) < 6:
        return False
    lows = {t.low for text in a.evidence.texts for t in text.words if len(t.low) >= 4 and t.low.isalpha()}
    stems = {low[: len(low) - cut] for low in lows for cut in range(3) if len(low) - cut >= 4}
    bare = token.low.rstrip("sn")
    root = bare.removesuffix("e") if len(bare) > 5 else bare
    if len(root) >= 5 and any(low.startswith(root) and len(low) - len(root) >= 5 for low in lows):
        return True  # "Ersatzteile" of "Ersatzteilgeschäft"
    if any(low.rstrip("sn").endswith(bare) and len(low) - len(bare) >= 4 for low in lows if len(bare) >= 5):
        return True
    if any(low.endswith((token.low, bare)) and len(low) - len(bare) >= 3 for low in lows if len(bare) >= 5):
        return True
    root = token.key[: max(5, len(token.key) - 2)]
    if len(token.key) >= 5 and any(root in low[4:] for low in lows if len(low) >= len(root) + 5):
        return True  # "betreut" of "Hausaufgabenbetreuung"
    for stem in stems:
        if token.low.startswith(stem):
            rest = token.low[len(stem) :]
            linked = {
                rest,
                rest.removeprefix("s"),
                rest.removeprefix("er"),
                rest.removeprefix("en"),
                rest.removeprefix("n"),
            }
            if any(len(part) >= 4 and (part in stems or part.rstrip("sn") in stems) for part in linked):
                return True
    return False


def _month_of_entry(a: Alignment, token: Token) -> bool:
    """A month's name that is the month of a cited entry's dates."""
    month = a.lexicon.months.get(token.low)
    if not month:
        return False
    years = (int(q.value) for q in a.text.quantities if q.kind == "year" and 0 < q.first - token.index <= 2)
    year = next(years, None)
    return any(day[:7] == f"{year}-{month:02}" for entry in a.cited.entries for day in entry.dates)


def _promotion(a: Alignment, key: str) -> bool:
    """Two jobs with one employer, both cited: a promotion may be told."""
    jobs = [entry for entry in a.cited.entries if entry.section == "work"]
    employers = {fold(job.facts.get(f"{job.pointer}/name", "")) for job in jobs}
    return key == a.lexicon.key("promoted") and len(jobs) > 1 and len(employers) == 1
