"""Statements become requirements: what is asked for, of which kind, how much it matters, and where it says so."""

import re
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from itertools import pairwise

from cvmaker_core.human_languages import find_languages
from cvmaker_core.schema.artefacts import Requirement, RequirementKind
from cvmaker_core.skill_aliases import canonical_skill, find_skills, skill_classes
from cvmaker_core.text import fold

from posting_analysis.headline import posting_language
from posting_analysis.segmentation import Statement, statements
from posting_analysis.vocabulary import vocabulary

# How much a kind decides in screening: formal thresholds most, what every posting says of character least.
KIND_WEIGHT: dict[RequirementKind, float] = {
    "skill": 1.0,
    "experience_years": 1.2,
    "certificate": 1.1,
    "degree": 1.0,
    "language": 1.0,
    "duty": 0.5,
    "soft": 0.4,
}
NICE_FACTOR = 0.4
REPEATED_FACTOR = 1.25
# No posting asks for more things than a person can read; the rest would only dilute the weights.
MAX_REQUIREMENTS = 120
# No sentence of a posting is longer; patterns need an end.
MAX_STATEMENT = 1_500

_ITEM_GAP = re.compile(r"\s*(?:,|;|\s/\s|(?<=[\w)])/(?=[A-Z][\w.+#]*(?:\W|$))|·|\|)\s*")
_EDGE = " \t\n,;:.!•·*_-–—|/\"“”'"
_PARENTHESES = re.compile(r"\(([^()]{2,160})\)")
# Job boards add a line of facts: "Full-time; Mid-Senior level; Bachelor's Degree; Marketing". Its degree is a
# form field of the board's, worth less than what the posting itself says.
_JOB_BOARD_FACTS = re.compile(
    r"^(?:Full-time|Part-time|Contract|Temporary|Other|Internship|Permanent)(?:;[^;\n]{2,60}){1,5}\s*$", re.MULTILINE
)
_AGE = re.compile(r"years? (?:of age|old)|jahre alt|ans révolus|mayor de", re.IGNORECASE)


# The language of the posting that is being read; its conjunctions cut lists.
_language: ContextVar[str] = ContextVar("_language", default="en")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A requirement before weights: half-open range of the posting's text."""

    start: int
    end: int
    kind: RequirementKind
    must: bool


def find_requirements(text: str) -> list[Requirement]:
    """Everything a posting asks for, in its order, with normalised weights.

    Each requirement's text is its own span of the posting, word for word (spaces collapsed).
    """
    return weigh(text, extract_candidates(text))


def extract_candidates(text: str) -> list[Candidate]:
    """Requirement candidates of a posting in their order."""
    _language.set(posting_language(text) or "en")
    found: list[Candidate] = []
    facts = _JOB_BOARD_FACTS.search(text)
    for statement in statements(text):
        if facts and facts.start() <= statement.start < facts.end():
            continue
        found.extend(_cleaned(text, _from_statement(text, statement)))
    if facts and not any(candidate.kind == "degree" for candidate in found):
        degree = next((m for m in re.finditer(r"[^;]+", facts[0]) if vocabulary().degree.search(m[0])), None)
        if degree:
            start, end = _edges(text, facts.start() + degree.start(), facts.start() + degree.end())
            found.append(Candidate(start, end, "degree", False))
    return found


def weigh(text: str, candidates: list[Candidate]) -> list[Requirement]:
    """Merge what is asked for twice, then give each its share of the whole (the weights sum to 1)."""
    kept: dict[str, Candidate] = {}
    repeats: dict[str, int] = {}
    for candidate in candidates:
        words = text[candidate.start : candidate.end]
        key = fold(canonical_skill(words) or words)
        repeats[key] = repeats.get(key, 0) + 1
        earlier = kept.get(key)
        if earlier is None:
            kept[key] = candidate
        elif candidate.must and not earlier.must:
            kept[key] = Candidate(earlier.start, earlier.end, earlier.kind, True)
    chosen = sorted(kept.items(), key=lambda item: item[1].start)[:MAX_REQUIREMENTS]
    raw = [
        KIND_WEIGHT[candidate.kind]
        * (1.0 if candidate.must else NICE_FACTOR)
        * (REPEATED_FACTOR if repeats[key] > 1 else 1.0)
        for key, candidate in chosen
    ]
    total = sum(raw) or 1.0
    return [
        Requirement(
            id=f"r{number}",
            text=re.sub(r"\s+", " ", text[candidate.start : candidate.end]),
            kind=candidate.kind,
            must=candidate.must,
            weight=round(weight / total, 4),
            span=(candidate.start, candidate.end),
        )
        for number, ((_, candidate), weight) in enumerate(zip(chosen, raw, strict=True), start=1)
    ]


# --- the last look at what was cut out -----------------------------------------------------------


def _cleaned(text: str, candidates: Iterator[Candidate]) -> Iterator[Candidate]:
    """Candidates as texts that can be quoted alone; what is left of a cut and asks for nothing goes."""
    lexicon = vocabulary()
    for candidate in candidates:
        start, end = _without_joints(text, *_whole_brackets(text, candidate.start, candidate.end))
        opened = re.search(r"\s+[^\W\d_]+$", text[start:end]) if text[end : end + 1] == ":" else None
        if opened and lexicon.preposition.fullmatch(opened[0].strip()):  # "liaison with:" opened a list
            end = start + opened.start()
        words = text[start:end]
        named = re.findall(r"[^\W\d_]+", words.casefold())
        if not words or not re.search(r"\w", words) or (named and lexicon.heading_words.issuperset(named)):
            continue
        if candidate.kind != "duty" and lexicon.asks_nothing.fullmatch(words):
            continue
        if candidate.kind != "duty" and lexicon.goes_on.match(words) and not find_skills(words):
            continue
        kind = candidate.kind
        if kind in {"skill", "soft"} and len(words.split()) <= 6 and lexicon.any_language.search(words):
            kind = "language"
        if kind == "skill" and lexicon.told_of_a_person.match(words) and not find_skills(words):
            kind = "soft"
        yield replace(candidate, start=start, end=end, kind=kind)


# How far behind a cut the bracket may close that the cut left open: "(degree in English is preferred)".
_CLOSING_REACH = 30


def _whole_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """A range whose brackets all have partners: it is extended to the near end of one, or cut in front of it."""
    for opening, closing in ("()", "[]"):
        while True:
            open_at: list[int] = []
            stray = None
            for index in range(start, end):
                if text[index] == opening:
                    open_at.append(index)
                elif text[index] == closing:
                    if not open_at:
                        stray = index
                        break
                    open_at.pop()
            if stray is not None:  # the longer side says more
                start, end = (start, stray) if stray - start >= end - stray else (stray + 1, end)
            elif open_at:
                close = text.find(closing, end, end + _CLOSING_REACH)
                if len(open_at) == 1 and close >= 0 and not re.search(rf"[\n{re.escape(opening)}]", text[end:close]):
                    end = close + 1
                    break
                before, after = (start, open_at[0]), (open_at[0] + 1, end)
                start, end = before if len(text[slice(*before)].split()) >= 2 else after
            else:
                break
    return (start, end) if text[end - 1 : end] in (")", "]") else _edges(text, start, end)


def _without_joints(text: str, start: int, end: int) -> tuple[int, int]:
    """Without a conjunction at either end: it joined what was cut off."""
    joints = vocabulary().joints(_language.get()) | {"but", "aber", "mais", "pero"}
    while True:
        words = text[start:end]
        last = re.search(r"(?:^|[\s,;]+)(\S+)$", words)
        first = re.match(r"(\S+)(?:\s+|$)", words)
        if last and last[1].casefold() in joints and not _is_capital_name(last[1], words):
            start, end = _edges(text, start, start + last.start())
        elif first and first[1].casefold() in joints - {"or"} and not _is_capital_name(first[1], words):
            start, end = _edges(text, start + first.end(), end)
        else:
            return start, end


def _is_capital_name(word: str, words: str) -> bool:
    """Whether a conjunction's letters are a name: "BUT informatique", "O"; not where everything is in capitals."""
    return word.isupper() and (len(word) == 1 or not words.isupper())


# --- one statement -----------------------------------------------------------------------------


def _from_statement(text: str, statement: Statement) -> Iterator[Candidate]:
    if statement.end - statement.start > MAX_STATEMENT:
        end = text.rfind(" ", statement.start, statement.start + MAX_STATEMENT)
        statement = replace(statement, end=max(end, statement.start))
    words = statement.of(text)
    lexicon = vocabulary()
    if len(words) < 2 or statement.section == "skip" or lexicon.injection.search(words):
        return
    if _INTRODUCES.search(words):
        return
    if statement.section in {"duties", "neutral"} and lexicon.describes.match(words):
        return
    listed = statement.section in {"must", "nice"} or (statement.section == "duties" and statement.bulleted)
    if lexicon.noise.search(words) and not (listed and lexicon.want_opener.search(words)):
        return
    if statement.section in {"must", "nice"}:
        label = _LABEL.match(words)
        if label:  # "License/Certification: current RN license"
            yield from _clauses(text, statement.start + label.end(), statement.end, statement.section == "must")
            return
        told = not statement.bulleted and _is_duty_sentence(words) and not lexicon.soft.search(words)
        if statement.section == "must" and told:
            yield from _duties(text, statement.start, statement.end)
        else:
            yield from _clauses(text, statement.start, statement.end, statement.section == "must")
        return
    want = lexicon.want_opener.search(words)
    cue = lexicon.must_cue.search(words) or lexicon.nice_cue.search(words)
    opener = lexicon.duty_opener.search(words)
    duty = opener is not None and opener.start() <= 90
    if want and (cue or want.start() < 3) and not (duty and opener and opener.start() < want.start()):
        yield from _clauses(text, statement.start + _opener_end(want), statement.end, True)
    elif statement.section == "duties":
        if not duty and not statement.bulleted and _SEEKS.match(words):
            return
        if duty or statement.bulleted or not _DESCRIBES.match(words):
            yield from _duties(text, statement.start, statement.end)
    elif duty or _is_bare_order(words):
        yield from _duties(text, statement.start, statement.end)
    elif (want and want.start() <= 40) or (cue and _names_a_wish(words)):
        yield from _clauses(text, statement.start + (_opener_end(want) if want else 0), statement.end, True)


# A few words in front of a colon name what follows.
_LABEL = re.compile(r"[A-ZÀ-Þ][\w/&’' -]{2,34}:\s+(?=\S)")
# "Some of the skills for this position include, but are not limited to:" says that a list follows.
_INTRODUCES = re.compile(r"(?:not limited to|the following(?: \w+){0,3}|as follows)\W*$", re.IGNORECASE)
# A sentence about the firm, the team or the product: it has a subject of its own where a duty has none.
_DESCRIBES = re.compile(
    r"(?:the|this|these|our|we|it|its|they|a|an|as|most|here|wir|unser\w*|das|die|der|ein\w*|es|nous|notre|nos|le|la|les|il"
    r"|elle|une?|nuestr\w+|el|los|las|somos|onze|wij|het|de|noi|siamo|il|nossa|nosso|o|a)\b",
    re.IGNORECASE,
)


# "We are looking for an engineer for our team": names the job, and nothing to do in it.
_SEEKS = re.compile(
    r"(?:(?:we(?:['’]re| are) (?:looking for|seeking)|wir suchen|nous recherchons|on recherche|buscamos|se busca"
    r"|wij zoeken|cerchiamo|procuramos)\b|[^.,;]{0,60}\bsuchen wir\b)",
    re.IGNORECASE,
)
# Orders to the reader of the page, not to the holder of the job.
_TO_THE_READER = re.compile(
    r"(?:direct|join|apply|e-?mail|visit|see|send|find|follow|read|share|click|check|learn more|log|load|watch|contact"
    r"|come"
    r"|stay|get|give|report this|save|keep all|take a look)\b",
    re.IGNORECASE,
)


def _is_bare_order(words: str) -> bool:
    """`Prioritise requirements with the team`: a duty where the posting's headings are lost."""
    return (
        len(words.split()) >= 4
        and bool(vocabulary().english_verb.match(words))
        and not _TO_THE_READER.match(words)
        and not words.rstrip().endswith(("!", "?"))
        and not (len(words.split()) <= 8 and vocabulary().title_noun.search(words))
    )


def _names_a_wish(words: str) -> bool:
    """Whether a sentence names something that can be asked of a person."""
    lexicon = vocabulary()
    return bool(
        find_languages(words) or find_skills(words) or lexicon.degree.search(words) or lexicon.certificate.search(words)
    )


def _opener_end(want: re.Match[str]) -> int:
    """Where what is wanted begins: behind "You bring", but with "Experience in" itself."""
    lead = re.match(
        r"(?:as|you|the|we|sie|du|vous|tu|je|jij|this|candidates?|applicants?|they)\b", want[0], re.IGNORECASE
    )
    return want.end() if lead and want.start() < 60 else 0


def _is_duty_sentence(words: str) -> bool:
    opener = vocabulary().duty_opener.match(words)
    return bool(opener) and not vocabulary().want_opener.match(words)


def _duties(text: str, start: int, end: int) -> Iterator[Candidate]:
    """A duty, without "You will be responsible for"; several when one sentence lists them."""
    words = text[start:end]
    prose = False
    for opener in vocabulary().duty_opener.finditer(words):
        if opener.start() <= 90:
            prose = True
            start += opener.end()
            words = text[start:end]
            break
    parts = [(start, end)]
    if prose:
        parts = _split_prose(text, start, end)
    for left, right in (_edges(text, *part) for part in parts):
        second = vocabulary().duty_opener.match(text[left:right])
        begin, stop = _edges(text, left + second.end(), right) if second else (left, right)
        duty = text[begin:stop]
        if text[stop : stop + 2].lstrip()[:1] == ":" and len(duty.split()) <= 3:  # "you will be in charge of:"
            continue
        if len(duty.split()) >= 2 and not vocabulary().noise.search(duty) and not _PASSIVE.match(duty):
            yield Candidate(begin, stop, "duty", True)


# "The tools will be used by …": nothing is asked of the reader.
_PASSIVE = re.compile(r"be (?:\w+ly )?\w+(?:ed|en)\b(?! to\b)", re.IGNORECASE)


def _split_prose(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence's coordinated parts, if each is long enough to be a duty or a wish of its own."""
    cuts = [(m.start(), m.end()) for m in re.finditer(r",\s+", text[start:end])]
    cuts += [(m.start(), m.end()) for m in vocabulary().conjunction(_language.get()).finditer(text[start:end])]
    parts: list[tuple[int, int]] = []
    left = 0
    for cut_start, cut_end in sorted(cuts):
        before = text[start : start + cut_start]
        if cut_start < left or before.count("(") > before.count(")"):
            continue
        tail = text[start + cut_end : end]
        if _language.get() == "en" and not vocabulary().english_verb.match(tail):
            continue
        if len(text[start + left : start + cut_start].split()) >= 3 and len(tail.split()) >= 3:
            parts.append((start + left, start + cut_start))
            left = cut_end
    parts.append((start + left, end))
    return parts


# --- clauses of a wish -------------------------------------------------------------------------


def _clauses(text: str, start: int, end: int, must: bool) -> Iterator[Candidate]:
    """Cut a statement where its weight changes: "German required; Dutch an advantage", "(Rails preferred)"."""
    lexicon = vocabulary()
    position = start
    for inner in _PARENTHESES.finditer(text, start, end):
        if lexicon.nice_cue.search(inner[1]) and len(inner[1].split()) <= 12 and not lexicon.degree.search(inner[1]):
            if _BARE_CUE.fullmatch(lexicon.nice_cue.sub(" ", inner[1])):  # "(preferred)" weighs what stands before it
                yield from _one_clause(text, position, inner.start(), False)
                position = inner.end()
                continue
            yield from _one_clause(text, position, inner.start(), must)
            yield from _one_clause(text, inner.start(1), inner.end(1), False)
            position = inner.end()
    rest = text[position:end]
    found = re.finditer(
        r";\s+|,\s+(?:(?:and|und|et|y|e|en)\s+)?(?=ideally|preferably|idealerweise|idéalement|idealmente|bij voorkeur"
        r"|not necessarily|nicht (?:zwingend|unbedingt)|pas (?:nécessairement|forcément)|no necesariamente)"
        r"|,?\s+(?:and|und|et|y|e|en)\s+(?=(?:(?:you|it|have|hebt|je|du|sie|hast|vous|avez|tienes)\s+){0,2}(?:ideally"
        r"|preferably|idealerweise|idéalement|idealmente|preferiblemente|bij voorkeur"
        r"|would (?:help|be (?:great|nice|good|useful))))"
        r"|(?<!preferably)(?<!ideally)\s+(?:but|aber|mais|pero)\s+(?!not (?:required|essential|necessary|needed))",
        rest,
        re.IGNORECASE,
    )
    outside = [match.end() for match in found if rest[: match.start()].count("(") <= rest[: match.start()].count(")")]
    cuts = [0, *outside, len(rest)]
    for left, right in pairwise(cuts):
        yield from _one_clause(text, position + left, position + right, must)


# What may stand beside a cue without naming anything: "(highly preferred, but not required)".
_BARE_CUE = re.compile(
    r"(?:[\W_]|\b(?:very|highly|strongly|is|are|but|not|required|essential|muy|altamente|pero|no|sehr|aber|kein|muss|très"
    r"|mais|pas|zeer|maar|niet|molto|ma|non|muito|mas|não|a|an|un|une|ein)\b)*",
    re.IGNORECASE,
)


def _one_clause(text: str, start: int, end: int, must: bool) -> Iterator[Candidate]:
    lexicon = vocabulary()
    start, end = _edges(text, start, end)
    conceded = lexicon.concession.match(text[start:end])
    if conceded and conceded.end() < end - start:
        start += conceded.end()
    words = text[start:end]
    if len(words) < 2 or fold(words) in lexicon.generic or lexicon.asks_nothing.fullmatch(words):
        return
    if lexicon.nice_cue.search(words):
        must = False
    elif lexicon.must_cue.search(words):
        must = True
    start, end = _without_cues(text, start, end)
    words = text[start:end]
    if len(words) < 2:
        return
    years = _years(words)
    if years:
        yield from _years_clause(text, start, end, years, must)
        return
    if lexicon.degree.search(words) and not _language_wish(words):
        yield from _formal(text, start, end, "degree", must)
        return
    for left, right in _long_list(text, start, end):
        yield from _wish(text, left, right, must)


def _years(words: str) -> re.Match[str] | None:
    lexicon = vocabulary()
    found = lexicon.years.search(words)
    if not found or _AGE.search(words):
        return None
    if lexicon.experience.search(words):
        return found
    # "5+ yrs building distributed systems": what comes behind the years is what they were spent on.
    doing = re.match(r"\+?\s+\w+ing\b", words[found.end() :])
    return found if doing and found.start() < 20 else None


_OPENS_ITEM = re.compile(
    r"(?:and\s+|und\s+|et\s+|y\s+)?(?:an?\s|strong|hands[- ]on|solid|good|excellent|proven|deep|knowledge|experience"
    r"|ability|familiar|proficien|degree|bachelor|master|fluent|eine?\s|gute|sichere|kenntnisse|erfahrung|une?\s|bonne"
    r"|maîtrise|connaissance|conocimiento|dominio|experiencia)",
    re.IGNORECASE,
)


def _years_clause(text: str, start: int, end: int, years: re.Match[str], must: bool) -> Iterator[Candidate]:
    """Years of experience, whole; what else the sentence lists goes on as wishes of its own."""
    words = text[start:end]
    before = words[: years.start()]
    comma = before.rfind(",")
    if vocabulary().degree.search(before[: max(comma, 0)]):  # "de formation Bac+2, vous justifiez de 2 ans …"
        yield from _formal(text, start, start + comma, "degree", must)
        start += comma + 1
        words = text[start:end]
    elif vocabulary().degree.search(before):  # "MSEE with 5 years of experience in …": two requirements
        cut = re.search(r"\s+(?:with|and|plus|und|mit|et|avec|y|con|e|com|en|met)\s+[^,;]*$", before)
        if cut:
            yield from _formal(text, start, start + cut.start(), "degree", must)
            start += cut.end() - len(cut[0].split(None, 1)[-1]) if len(cut[0].split()) > 1 else cut.end()
            words = text[start:end]
    head_end = end
    first_comma = words.find(", ")
    rest: list[tuple[int, int]] = []
    fields = re.search(r"\b(?:in|as|im|als|en|dans|comme|como|sur)\s+[^,]{2,60}$", words[: max(first_comma, 0)])
    parts = _split_commas(text, start + first_comma + 2, end) if first_comma > 0 else []
    # "in design, media or print" names fields of the years; "…, hands-on knowledge of X" is another wish.
    if parts and (not fields or any(_OPENS_ITEM.match(text[a:b].strip()) for a, b in parts)):
        head_end = start + first_comma
        rest = parts
    left, right = _edges(text, start, head_end)
    verb = re.match(r"(?:has|have|with|hat|haben|avec|tiene[ns]?|con)\s+", text[left:right], re.IGNORECASE)
    left += verb.end() if verb else 0
    yield Candidate(left, right, "experience_years", must)
    for item_start, item_end in rest:
        yield from _one_clause(text, item_start, item_end, must)
    if not rest:
        for skill in find_skills(text[left:right]):
            if skill.surface[:1].isupper() or any(c.isdigit() for c in skill.surface):
                yield Candidate(left + skill.start, left + skill.end, "skill", must)


def _formal(text: str, start: int, end: int, kind: RequirementKind, must: bool) -> Iterator[Candidate]:
    start, end = _trim_clause(text, start, end)
    if end > start:
        yield Candidate(start, end, kind, must)


def _split_commas(text: str, start: int, end: int) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    left = start
    depth = 0
    index = start
    while index < end:
        character = text[index]
        depth += character in "(["
        depth -= character in ")]"
        if character == "," and depth <= 0 and text[index + 1 : index + 2].isspace():
            parts.append((left, index))
            left = index + 1
        index += 1
    parts.append((left, end))
    last_start, last_end = parts[-1]
    joint = vocabulary().conjunction(_language.get()).search(" " + text[last_start:last_end])
    if len(parts) > 1 and joint:
        cut = last_start + max(0, joint.start() - 1)
        after = last_start + joint.end() - 1
        parts[-1:] = [(last_start, cut), (after, last_end)] if cut > last_start + 1 else [(after, last_end)]
    return parts


def _long_list(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Top-level items of an enumeration of wishes in prose, or the clause itself."""
    parts = _split_commas(text, start, end)
    if any(vocabulary().list_intro.match(text[a:b].strip()) for a, b in parts[1:]):
        return [(start, end)]
    if _is_choice(text[start:end]) and all(canonical_skill(text[slice(*_trim_item(text, a, b))]) for a, b in parts):
        return [(start, end)]  # "AWS, Azure or GCP"
    # "You know how to make solid, user-friendly, secure applications": a sentence's adjectives are no items.
    if vocabulary().told_of_a_person.match(text[slice(*_edges(text, *parts[0]))]) and any(
        len(text[a:b].split()) == 1 and not canonical_skill(text[a:b].strip()) for a, b in parts[1:]
    ):
        return [(start, end)]
    # "UI trends, techniques and technologies": later single common words belong to the first item.
    lone = sum(len(text[a:b].split()) == 1 and not _is_known(text[a:b].strip()) for a, b in parts[1:])
    if len(parts) >= 3 and all(len(text[a:b].split()) <= 9 for a, b in parts) and not lone:
        return parts
    return [(start, end)]


def _language_wish(words: str) -> bool:
    return bool(find_languages(words)) and bool(vocabulary().language_word.search(words))


def _wish(text: str, start: int, end: int, must: bool) -> Iterator[Candidate]:
    """One wish: split into single skills where it is a list of them, else kept whole."""
    start, end = _edges(text, start, end)
    start, end = _without_cues(text, start, end)
    words = text[start:end]
    if not words or fold(words) in vocabulary().generic:
        return
    lexicon = vocabulary()
    languages = find_languages(words)
    if languages and (_language_wish(words) or _only_languages(words)):
        items = _items(text, start, end)
        others = [item for item in items if not find_languages(text[item[0] : item[1]])]
        if others and all(canonical_skill(text[slice(*_trim_item(text, *item))]) for item in others):
            for item in items:  # "good Office skills and English": a skill and a language
                yield from _item(text, *item, must) if item in others else _language_items(text, *item, must)
            return
        yield from _language_items(text, start, end, must)
        return
    certificate = lexicon.certificate.search(words)
    if certificate and len(words.split()) <= 14:
        items = _items(text, start, end)
        if (
            len(items) > 1
            and all(len(text[a:b].split()) <= 5 for a, b in items)
            and sum(bool(lexicon.certificate.search(text[a:b])) for a, b in items) == len(items)
        ):
            for left, right in items:
                yield from _item(text, left, right, must, "certificate")
        else:
            yield from _formal(text, start, end, "certificate", must)
        return
    yield from _skills(text, start, end, must)


def _only_languages(words: str) -> bool:
    rest = words
    for mention in reversed(find_languages(words)):
        rest = rest[: mention.start] + rest[mention.end :]
    rest = vocabulary().conjunction(_language.get()).sub(" ", f" {rest} x")
    return len(re.findall(r"\w{3,}", rest)) <= 1


# Where a sentence goes on after the languages it asks for.
_NEXT_CLAUSE = re.compile(
    r",?\s(?:and|und|et|y|en|e)\s(?:you|we|sie|du|wir|vous|tu|nous|je|jij)\s|,\s(?:both|zowel|sowohl|tanto"
    r"|à la fois|so that)\s",
    re.IGNORECASE,
)


def _language_items(text: str, start: int, end: int, must: bool) -> Iterator[Candidate]:
    """`Fluent English and German` is two; `another UN language (Arabic, Chinese …)` is one choice."""
    mentions = find_languages(text[start:end])
    last = start + mentions[-1].end if mentions else start
    goes_on = _NEXT_CLAUSE.search(text, last, end)
    if goes_on:  # "… French and English, and you want to work abroad"
        start, end = _edges(text, start, goes_on.start())
        mentions = find_languages(text[start:end])
    words = text[start:end]
    if (
        len(mentions) > 1
        and len({mention.code for mention in mentions}) == len(mentions)
        and not _PARENTHESES.search(words)
        and not re.search(r"[/]|\b(?:or|oder|ou|o|of)\b", words, re.IGNORECASE)
    ):
        items = _items(text, start, end)
        if len(items) == len(mentions):
            yield from (Candidate(*_edges(text, *item), "language", must) for item in items)
            return
        left = start
        for mention, following in pairwise(mentions):  # "both Dutch and English": what stands between joins them
            joint = re.search(
                r"^[^\w]*(?:\w+\s+){0,2}?(?=\S+$)", text[start + mention.end : start + following.start + 1]
            )
            yield Candidate(*_edges(text, left, start + mention.end), "language", must)
            left = start + mention.end + (joint.end() if joint else 0)
        yield Candidate(*_edges(text, left, end), "language", must)
        return
    yield Candidate(start, end, "language", must)


def _skills(text: str, start: int, end: int, must: bool) -> Iterator[Candidate]:
    lexicon = vocabulary()
    words = text[start:end]
    intro = lexicon.list_intro.search(words)
    brackets = _PARENTHESES.search(words)
    listed: list[tuple[int, int]] = []
    head_end = end
    if intro and intro.start() > 2 and len(words) - intro.end() > 1:
        listed = _items(text, start + intro.end(), end)
        head_end = start + intro.start()
    elif brackets and _is_tool_list(text, start + brackets.start(1), start + brackets.end(1)):
        listed = _items(text, start + brackets.start(1), start + brackets.end(1))
        head_end = start + brackets.start()
    if listed and all(len(text[a:b].split()) <= 5 for a, b in listed):
        head = _trim_item(text, start, head_end)
        named = [item for item in listed if _names_something(text[item[0] : item[1]])]
        if len(named) * 2 >= len(listed) and not _PEOPLE.search(text[start:head_end]):
            if (brackets and len(text[head[0] : head[1]].split()) <= 5) or canonical_skill(text[head[0] : head[1]]):
                yield from _items_or_whole(text, start, head_end, must)
            for left, right in listed:
                yield from _item(text, left, right, must)
            after = brackets.end() if brackets and not intro else None
            if after is not None and len(words[after:].split()) >= 2:
                yield from _items_or_whole(text, start + after, end, must)
            return
    yield from _items_or_whole(text, start, end, must)


def _is_tool_list(text: str, start: int, end: int) -> bool:
    items = _items(text, start, end)
    return all(
        _names_something(text[a:b]) or fold(text[a:b].strip()) in vocabulary().generic for a, b in items
    ) and any(canonical_skill(text[a:b].strip()) or len(items) > 1 for a, b in items)


def _names_something(words: str) -> bool:
    plain = words.strip(_EDGE)
    return bool(canonical_skill(plain)) or bool(re.match(r"[A-Z0-9]", plain))


# Words after which a list names people to work with, not things to know.
_PEOPLE = re.compile(
    r"(?:teams?|colleagues|departments?|stakeholders|partners|clients|functions|relationships?|audiences?|kollegen"
    r"|abteilungen|partnern|équipes?|clients|equipos|clientes)\W*$",
    re.IGNORECASE,
)
MAX_CHOICES = 4


def _items_or_whole(text: str, start: int, end: int, must: bool) -> Iterator[Candidate]:
    """A list of short items becomes one requirement each; a choice ("Go or Rust") and prose stay whole."""
    lexicon = vocabulary()
    items = [_trim_item(text, a, b) for a, b in _items(text, start, end)]
    items = [(a, b) for a, b in items if b > a and fold(text[a:b]) not in lexicon.generic]
    if not items:
        return
    texts = [text[a:b] for a, b in items]
    known = [_is_known(t) for t in texts]
    if len(items) == 1 and canonical_skill(texts[0]):
        yield from _item(text, *items[0], must)
        return
    if len(items) > 1:
        short = all(
            len(t.split()) <= (4 if k else 3) and not lexicon.preposition.search(t)
            for t, k in zip(texts, known, strict=True)
        )
        mostly_known = sum(known) * 3 >= len(items) * 2 and all(len(t.split()) <= 6 for t in texts)
        examples = lexicon.list_intro.search(text[start:end])  # "relationships, such as clients or users" is one wish
        if mostly_known or (len(items) >= 3 and "," in text[start:end] and short and not examples):
            if (
                2 <= len(items) <= MAX_CHOICES
                and _is_choice(text[items[0][1] : items[-1][0]])
                and all(canonical_skill(t) for t in texts)
            ):
                yield Candidate(items[0][0], items[-1][1], "skill", must)
                return
            for left, right in items:
                yield from _item(text, left, right, must)
            return
    skills = find_skills(text[start:end])
    covered = sum(len(skill.surface.split()) for skill in skills)
    left, right = _trim_clause(text, start, end)
    content = [w for w in re.findall(r"\w+", text[_trim_item(text, start, end)[0] : right]) if len(w) > 2]
    if skills and covered * 20 >= len(content) * 9 and any(is_name(skill.surface) for skill in skills):
        for skill in skills:
            yield Candidate(start + skill.start, start + skill.end, "skill", must)
    elif right - left > 1:
        yield Candidate(left, right, "soft" if _is_soft(text[left:right]) else "skill", must)


def _is_choice(words: str) -> bool:
    return bool(vocabulary().alternative(_language.get()).search(f" {words} x"))


def is_name(words: str) -> bool:
    """Whether a skill is written as a name (Kafka, S7), not as a common noun."""
    return any(character.isupper() or character.isdigit() for character in words)


def _is_known(words: str) -> bool:
    """Whether an item is a skill of the lexicon or a trait; "Excel (pivot tables)" is one as well."""
    plain = _PARENTHESES.sub("", words).strip()
    return bool(canonical_skill(plain)) or _is_soft(plain) or _only_skill(plain)


def _only_skill(words: str) -> bool:
    skills = find_skills(words)
    return bool(skills) and sum(len(s.surface) for s in skills) >= 0.7 * len(words)


def _is_soft(words: str) -> bool:
    """A trait or manner: by the lexicon of skills where it knows the words, else by the traits it names."""
    name = canonical_skill(words)
    if name:
        return "soft skill" in skill_classes(name)
    found = vocabulary().soft.search(words)
    return bool(found) and not any(s.surface[:1].isupper() for s in find_skills(words))


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A list's items: at commas, slashes between names, and conjunctions; brackets stay with their item."""
    words = text[start:end]
    cuts = [(m.start(), m.end()) for m in _ITEM_GAP.finditer(words)]
    cuts += [(m.start(), m.end()) for m in vocabulary().conjunction(_language.get()).finditer(words)]
    fixed = [match.span() for match in vocabulary().fixed_pair.finditer(words)]
    cuts = [
        cut
        for cut in cuts
        if not canonical_skill(_around(words, *cut)) and not any(a < cut[0] and cut[1] < b for a, b in fixed)
    ]
    parts: list[tuple[int, int]] = []
    left = 0
    for cut_start, cut_end in sorted(cuts):
        if cut_start < left or words[:cut_start].count("(") > words[:cut_start].count(")"):
            continue
        parts.append((start + left, start + cut_start))
        left = cut_end
    parts.append((start + left, end))
    return [(a, b) for a, b in (_edges(text, a, b) for a, b in parts) if b > a]


def _around(words: str, start: int, end: int) -> str:
    """The words on both sides of a gap, to keep "CI/CD", "Research and Development", "A/B testing" whole."""
    left = re.search(r"[\w+#.&-]+$", words[:start])
    right = re.match(r"[\w+#.&-]+(?:\s+(?:testing|tests))?", words[end:])
    return f"{left[0] if left else ''}{words[start:end]}{right[0] if right else ''}"


def _item(text: str, start: int, end: int, must: bool, kind: RequirementKind | None = None) -> Iterator[Candidate]:
    start, end = _trim_item(text, start, end)
    words = text[start:end]
    lexicon = vocabulary()
    if len(words) < 2 and not canonical_skill(words):
        return
    if fold(words) in lexicon.generic or words.isdigit():
        return
    if kind is None:
        if find_languages(words) and (_only_languages(words) or _language_wish(words)):
            kind = "language"
        elif lexicon.certificate.search(words) and not canonical_skill(words):
            kind = "certificate"
        elif _is_soft(words):
            kind = "soft"
        else:
            kind = "skill"
    yield Candidate(start, end, kind, must)


# --- trimming ----------------------------------------------------------------------------------


def _edges(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start] in _EDGE or text[start] in ")]"):
        start += 1
    while end > start and (text[end - 1] in _EDGE or (text[end - 1] in "([")):
        end -= 1
    if text[end - 1 : end] == ")" and text[start:end].count("(") < text[start:end].count(")"):
        end -= 1
    if text[start : start + 1] == "(" and text[start:end].count("(") > text[start:end].count(")"):
        start += 1
    return start, end


_REASONED_CUE = re.compile(
    r"\s(?:is|are)\s(?:essential|required|crucial|important|necessary|key)\b(?:\s(?:as|because|since|to|for|in)\b.*)?$",
    re.IGNORECASE | re.DOTALL,
)


def _without_cues(text: str, start: int, end: int) -> tuple[int, int]:
    """Take "is a plus", "is essential as …" off the end of a clause."""
    reasoned = _REASONED_CUE.search(text[start:end])
    if reasoned and reasoned.start() > 1:
        return _edges(text, start, start + reasoned.start())
    tail = vocabulary().tail.search(text[start:end])
    if tail and tail.start() > 1:
        return _edges(text, start, start + tail.start())
    return start, end


def _trim_item(text: str, start: int, end: int) -> tuple[int, int]:
    """An item without its lead-in ("strong knowledge of") and tail ("or similar")."""
    start, end = _edges(text, start, end)
    while True:
        if canonical_skill(text[start:end]):
            return start, end
        lead = vocabulary().lead_in.match(text[start:end])
        if not lead or lead.end() >= end - start or lead.end() == 0:
            break
        start += lead.end()
    start, end = _without_cues(text, start, end)
    trailing = re.search(r"\s+(?:experience|skills?|knowledge|kenntnisse|erfahrung)$", text[start:end], re.IGNORECASE)
    if trailing and trailing.start() > 1:
        end = start + trailing.start()
    return _edges(text, start, end)


def _trim_clause(text: str, start: int, end: int) -> tuple[int, int]:
    """A whole clause without "you have" and without its closing cue."""
    start, end = _edges(text, start, end)
    opener = re.match(
        r"(?:(?:(?:and|und|et|y|en)\s+)?(?:you(?:'ll|'re|'ve| are| have| will)?|must|should|will|sie|du|vous|tu)\s+"
        r"(?:(?:also|certainly|surely|really|do|already)\s+)?"
        r"(?:(?:have|be|are|possess|bring|need|haben|hast|sind|bist|verfügst über|verfügen über|besitzt|besitzen"
        r"|avez|êtes|as|es|hebt|bent)\s+)?)"
        r"(?=\w{3})",
        text[start:end],
        re.IGNORECASE,
    )
    if opener:
        start += opener.end()
    start, end = _edges(text, start, end)
    joint = vocabulary().list_intro.match(text[start:end]) or re.match(r"(?:and|und|et|y|e|en)\s", text[start:end])
    if joint:
        start += joint.end()
    return _without_cues(text, *_edges(text, start, end))
