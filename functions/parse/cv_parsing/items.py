"""Sections that are lists: skills, languages, certificates, awards, publications, interests, references, custom."""

import functools
import itertools
import re
from typing import Any

from cv_parsing.building import Builder, Range, Value, trim
from cv_parsing.dates import DateRange, ranges
from cv_parsing.entries import ends_sentence, institution_score, organisation_score, read_body, rest_around, style_of
from cv_parsing.layout import usual_leading
from cv_parsing.lexicon import has_cjk, lexicon, plain
from cv_parsing.model import Document, Line, Word, runs_on
from cv_parsing.patterns import URL
from cv_parsing.sections import sub_line

_ITEM_SEPARATOR = re.compile(
    r"\s*[|¦│•·●∙;；◦▪■]\s*|,\s+|，|、|،\s*|,(?=[^\s\d])|\t+|\s{3,}|\s+/\s+|\s+[–—-]\s+(?=[A-Z])"
)
COURSE_SEPARATOR = re.compile(r"\s*[|¦│•·●∙;；◦▪■]\s*|,\s+|，|、|،\s*|\t+")
"""Between courses: a dash or a slash stands inside a course ("CS2011 - Java"), never between two."""
_LABEL = re.compile(r"^([^:：,;|]{2,48}?)\s*[:：](?!//)\s*(?=\S)|^([^:：,;|]{2,48}?)\s*[:：]\s*$")


def by_columns(document: Document, lines: list[Line]) -> list[Line]:
    """A grid whose first row is set as labels is read column by column."""
    result: list[Line] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        end = at + 1
        if len(line.cells) >= 2:
            edges = list(line.cells)
            while (
                end < len(lines)
                and lines[end].page == line.page
                and all(
                    any(_under(cell, edge, listed=lines[end].bullet) for edge in edges) for cell in lines[end].cells
                )
                and not (len(lines[end].cells) == len(edges) and _label_row(lines[end]) and end > at + 1)
            ):
                end += 1
        below = lines[at + 1 : end]
        if (
            below
            and any(len(o.cells) > 1 for o in below)
            and (
                (_label_row(line) and not all(_label_row(other) for other in below))
                or (style_of(line) != style_of(below[-1]) and "," not in line.text)
                or _level_row(below[0])
            )
        ):
            for column in range(len(edges)):
                result.append(sub_line(document, line, column, column + 1))
                for other in below:
                    for number, cell in enumerate(other.cells):
                        above = (i for i, label in enumerate(edges) if _under(cell, label, listed=other.bullet))
                        if next(above, -1) == column:
                            part = sub_line(document, other, number, number + 1)
                            part.wraps = False
                            result.append(part)
            at = end
        else:
            result.append(line)
            at += 1
    return result


def _under(cell: list[Word], label: list[Word], *, listed: bool) -> bool:
    """Whether a cell stands under a label: left edges or centres meet; items of a list are set in."""
    if listed and 0 < cell[0].x0 - label[0].x0 < 40:
        return True
    centre = (cell[0].x0 + cell[-1].x1) / 2 - (label[0].x0 + label[-1].x1) / 2
    return abs(cell[0].x0 - label[0].x0) < 4 or abs(centre) < 5


@functools.cache
def _level_words() -> frozenset[str]:
    return frozenset(
        lexicon().fluency | {"expert", "master", "beginner", "advanced", "intermediate", "novice", "experte"}
    )


def _level_row(line: Line) -> bool:
    """Whether every cell says how well the one above it is known."""
    return all(_cell_key(line, number) in _level_words() for number in range(len(line.cells)))


def _cell_key(line: Line, number: int) -> str:
    return plain(" ".join(word.text for word in line.cells[number]))


def _label_row(line: Line) -> bool:
    return all(
        (cell[0].bold or "".join(w.text for w in cell).isupper()) and sum(len(w.text) for w in cell) < 40
        for cell in line.cells
    )


_OPEN_END = re.compile(r"\s(?:and|und|et|e|y|en|och|oraz|и|i|of|for|with|in)\s*$")


def _logical_lines(lines: list[Line]) -> list[list[Line]]:
    """Lines that run on are joined: an open comma, a wrapped item, an unclosed bracket."""
    groups: list[list[Line]] = []
    for line in lines:
        previous = groups[-1][-1] if groups else None
        if previous is not None and not line.bullet and previous.column == line.column:
            open_end = previous.text.rstrip()[-1:] in ",、，;&(-/" or bool(_OPEN_END.search(previous.text))
            label = _LABEL.match(line.text)
            hanging = groups[-1][0].bullet and line.x0 >= groups[-1][0].x0 - 1.5 and line.gap_above < 1.9
            same = style_of(previous)[:3] == style_of(line)[:3]
            unclosed = previous.text.count("(") > previous.text.count(")")
            lower = line.text[:1].islower() and runs_on(previous, line)
            commas = "," in previous.text and runs_on(previous, line) and same
            if (
                not label
                and len(line.cells) == 1
                and line.gap_above < 2.2
                and (open_end or unclosed or (hanging and runs_on(previous, line)) or lower or commas)
            ):
                groups[-1].append(line)
                continue
        groups.append([line])
    return groups


def split_items(text: str, start: int, end: int, separator: re.Pattern[str] = _ITEM_SEPARATOR) -> list[Range]:
    """A comma list cut outside brackets."""
    found: list[Range] = []
    inner = text[start:end]
    depth = [0] * (len(inner) + 1)
    level = 0
    for i, c in enumerate(inner):
        level += c in "(（["
        depth[i] = level
        level -= c in ")）]" and level > 0
    at = 0
    for match in separator.finditer(inner):
        if depth[match.start()]:
            continue
        found.append((start + at, start + match.start()))
        at = match.end()
    found.append((start + at, end))
    result = []
    for a, b in found:
        low, high = trim(text, a, b, " \t\n,;|•·–—")
        if high > low and text[high - 1] == "." and text[low:high].count(".") == 1 and len(text[low:high]) > 3:
            high -= 1
        if any(c.isalnum() for c in text[low:high]):
            result.append((low, high))
    return result


def read_skills(builder: Builder, lines: list[Line], name: Line | None = None) -> None:
    """Skill groups: "Label: a, b", a label line above its items, or plain lists."""
    text = builder.document.text
    skills: list[dict[str, Any]] = builder.resume.setdefault("skills", [])
    grouped = name is not None
    group: dict[str, Any] | None = None
    pointer = ""
    level_words = _level_words()

    routed = ""

    def open_group(name: Range | None, confidence: float = 0.88) -> None:
        nonlocal group, pointer, routed
        routed = ""
        if not skills or skills[-1]:  # a group that came to hold nothing gives its place to the next
            skills.append({})
        group = skills[-1]
        pointer = f"/skills/{len(skills) - 1}"
        if name:
            builder.put(group, "name", pointer, Value([name], confidence))

    if name is not None:
        open_group(trim(text, name.start, name.end))
    lines = by_columns(builder.document, lines)
    groups = _logical_lines(lines)
    counts: dict[Any, int] = {}
    for item in groups:
        counts[style_of(item[0])] = counts.get(style_of(item[0]), 0) + 1
    bold_labels = any(style_of(item[0])[1] for item in groups) and not all(style_of(item[0])[1] for item in groups)
    is_level = [plain(text[item[0].start : item[-1].end]) in level_words for item in groups]
    for number, item in enumerate(groups):
        first, last = item[0], item[-1]
        start, end = first.start, last.end
        value = text[start:end]
        following = groups[number + 1][0] if number + 1 < len(groups) else None
        label = _LABEL.match(value)
        if is_level[number] and not is_level[0] and group is not None and "level" not in group:
            # How well a group is known stands below its name.
            builder.put(group, "level", pointer, Value([trim(text, start, end)], 0.85))
            continue
        if (
            number + 1 < len(groups)
            and is_level[number + 1]
            and not is_level[0]
            and not label
            and not re.search(r"[,;|•·、\t]", value)
            and len(value) <= 48
        ):
            open_group(trim(text, start, end))
            continue
        if _is_personal(value):
            _put_personal(builder, trim(text, start, end))
            continue
        if label and (label[1] or label[2]):
            open_group(trim(text, start, start + label.end(1 if label[1] else 2)))
            start += label.end()
            if start >= end or not text[start:end].strip():
                continue
        elif len(first.cells) == 2 and len(item) == 1 and _cell_key(first, 1) in level_words and not is_level[0]:
            open_group(trim(text, first.cells[0][0].start, first.cells[0][-1].end))
            assert group is not None
            builder.put(group, "level", pointer, Value([trim(text, first.cells[1][0].start, end)], 0.85))
            continue
        elif len(first.cells) >= 2 and len(item) <= 3 and _is_label_cell(first):
            open_group(trim(text, first.cells[0][0].start, first.cells[0][-1].end))
            start = first.cells[1][0].start
        else:
            boundary = _style_boundary(first)
            short = len(value) <= 48 and not re.search(r"[,;|•·、]", value)
            if "\t" in value and number and style_of(groups[number - 1][0]) == style_of(first):
                short = False  # a further row of the same items
            if (boundary and not first.bullet) or (boundary and bold_labels):
                open_group(trim(text, start, boundary[0]))
                start = boundary[1]
            elif (
                short
                and not grouped
                and following is not None
                and not first.bullet
                and (
                    (style_of(first)[1] and not style_of(following)[1])
                    or style_of(first)[0] > style_of(following)[0] + 0.4
                    or (following.bullet and (first.x0 == 0 or first.x0 < following.x0 - 3))
                    or (bold_labels and style_of(first)[1])
                )
            ):
                open_group((start, end))
                continue
        if (
            group is not None
            and not group.get("keywords")
            and group.get("name")
            and _other_kind(builder, group, pointer, skills, start, end)
        ):
            routed = lexicon().section_of(group["name"]) or ""
            group = None
            continue
        if group is None and routed == "languages" and _names_languages(text, start, end):
            read_language_ranges(builder, [(start, end)])
            continue
        if group is None:
            open_group(None)
        assert group is not None
        words = len(text[start:end].split())
        # Running text is kept whole: its commas part no skills.
        sentence = (
            words > 14 and re.search(r"[.!?。]\s*$", text[start:end]) and text[start:end].count(",") < 4
        ) or words > 6 * (1 + len(re.findall(r"[,;|•·、\t/]", text[start:end])))
        pieces = [trim(text, start, end)] if sentence else split_items(text, start, end)
        for low, high in pieces:
            key = plain(text[low:high])
            if re.fullmatch(r"[\W\d]*%?", text[low:high]) or re.fullmatch(r"\d+\s*/\s*\d+|\d{1,3}\s*%", text[low:high]):
                continue
            if (
                key in level_words
                and (group.get("keywords") or group.get("name"))
                and "level" not in group
                and (len(pieces) <= 2 or low == pieces[0][0])
            ):
                builder.put(group, "level", pointer, Value([(low, high)], 0.8))
                continue
            if key in ("and", "und", "et", "y", "e"):
                continue
            label = _LABEL.match(text[low:high])
            if label and label[1] and lexicon().labels.get(plain(label[1])) == "technologies":
                builder.used.append((low, low + label.end()))
                low += label.end()  # noqa: PLW2901
            lead = re.match(r"(?:and|und|et|y|&)\s+", text[low:high])
            if lead:
                low += lead.end()  # noqa: PLW2901
            if _speaks(builder, low, high):
                continue
            opening = _lead_in(text[low:high])
            if opening:
                builder.used.append((low, low + opening))
                low += opening  # noqa: PLW2901
                both = re.fullmatch(r"(\S+(?: \S+)?) (?:and|und|et|y|e|en) (\S+(?: \S+)?)", text[low:high])
                if both:
                    builder.append(group, "keywords", pointer, Value([(low, low + both.end(1))], 0.85))
                    low += both.start(2)  # noqa: PLW2901
            short = high - low < 42 and len(text[low:high].split()) <= 4
            builder.append(group, "keywords", pointer, Value([(low, high)], 0.9 if short and not sentence else 0.7))
    _tidy_skills(builder, skills)


def _other_kind(
    builder: Builder, group: dict[str, Any], pointer: str, skills: list[dict[str, Any]], start: int, end: int
) -> bool:
    """Languages and interests listed under skills go where they belong."""
    kind = lexicon().section_of(group["name"])
    if kind not in ("languages", "interests"):
        return False
    if kind == "languages" and not _names_languages(builder.document.text, start, end):
        return False
    skills.pop()
    spans = builder.provenance.pop(pointer + "/name", [])
    builder.confidence.pop(pointer + "/name", None)
    del spans
    if kind == "languages":
        read_language_ranges(builder, [(start, end)])
    else:
        interests = builder.resume.setdefault("interests", [])
        for low, high in split_items(builder.document.text, start, end):
            entry: dict[str, Any] = {}
            builder.put(entry, "name", f"/interests/{len(interests)}", Value([(low, high)], 0.85))
            interests.append(entry)
    return True


def _names_languages(text: str, start: int, end: int) -> bool:
    """Whether at least half of the pieces of a line name languages that people speak."""
    known = lexicon().languages
    pieces = _language_pieces(text, start, end)
    named = sum(
        _language_at_start(plain(text[a:b]), known) is not None or _spoken(plain(text[a:b])) is not None
        for a, b in pieces
    )
    return bool(named) and named * 2 >= len(pieces)


def _spoken(key: str) -> Range | None:
    """Where the language stands in "fluent in Spanish": words of fluency, a little word, a language, no more."""
    match = re.match(r"((?:[^\s]+\s+){1,3}?)(?:in|en|em|auf|knowledge of|of|de)\s+", key)
    if not match or not _is_fluency(match[1].strip()):
        return None
    size = _language_at_start(key[match.end() :], lexicon().languages)
    return (match.end(), match.end() + size) if size and match.end() + size >= len(key.rstrip(" .")) else None


def _speaks(builder: Builder, low: int, high: int) -> bool:
    """A language among the skills ("Fluent in Spanish") goes where languages are."""
    value = builder.document.text[low:high]
    key = plain(value)
    where = _spoken(key) if len(key) == len(value) else None
    if where is None:
        return False
    languages: list[dict[str, Any]] = builder.resume.setdefault("languages", [])
    pointer = f"/languages/{len(languages)}"
    entry: dict[str, Any] = {}
    builder.put(entry, "language", pointer, Value([(low + where[0], low + where[1])], 0.9))
    builder.put(entry, "fluency", pointer, Value([trim(builder.document.text, low, low + where[0])], 0.75))
    languages.append(entry)
    return True


def _lead_in(value: str) -> int:
    """Length of words that only open a list of skills ("Proficient in", "Basic knowledge of")."""
    key = plain(value)
    if len(key) != len(value):
        return 0
    return max((len(lead) + 1 for lead in lexicon().skill_leads if key.startswith(lead + " ")), default=0)


def _is_personal(value: str) -> bool:
    """Whether a line holds a personal detail ("Driving licence: B"), which is no skill."""
    tokens = plain(value).split()
    for size in (3, 2, 1):
        if len(tokens) >= size and lexicon().labels.get(" ".join(tokens[:size]).strip(" :")) == "nationality":
            return len(tokens) <= size + 4
    return False


def _put_personal(builder: Builder, where: Range) -> None:
    target = builder.resume.setdefault("meta", {}).setdefault("cvmaker", {}).setdefault("personal", [])
    target.append(builder.read([where]))
    builder.note(f"/meta/cvmaker/personal/{len(target) - 1}", Value([where], 0.85))


def _tidy_skills(builder: Builder, skills: list[dict[str, Any]]) -> None:
    if skills and not skills[-1]:
        skills.pop()
    if not skills:
        builder.resume.pop("skills", None)


def _is_label_cell(line: Line) -> bool:
    """Whether the first cell names the list in the second: set apart by style, or the second is a list."""
    first = " ".join(w.text for w in line.cells[0])
    rest = " ".join(w.text for cell in line.cells[1:] for w in cell)
    if len(first) > 40 or "," in first:
        return False
    bold = sum(w.bold for w in line.cells[0]) * 2 > len(line.cells[0])
    rest_bold = sum(w.bold for w in line.cells[1]) * 2 > len(line.cells[1])
    return (bold and not rest_bold) or (len(line.cells) == 2 and rest.count(",") >= 2)


def _style_boundary(line: Line) -> Range | None:
    """Where a bold label ends and its plain items begin, within one line."""
    words = list(line.words())
    if not words[0].bold or words[-1].bold:
        return None
    for before, here in itertools.pairwise(words):
        if before.bold and not here.bold:
            if not here.text[:1].isalnum():
                return None  # bold items parted by plain bars
            if before.end - words[0].start > 48:
                return None
            return before.end, here.start
    return None


def take_language_table(builder: Builder, lines: list[Line]) -> list[Line]:
    """Rows such as "Mother tongue: Greek" and "French C1 C2 B2" inside another section become languages.

    The rows between them (column titles of the Europass grid) hold nothing of the person's.
    """
    words = lexicon()
    hits: list[int] = []
    for number, line in enumerate(lines):
        tokens = re.findall(r"[^\s:：|,;()/]+", plain(line.text))
        levels = [t for t in tokens if re.fullmatch(r"[abc][12]", t)]
        size = _language_at_start(plain(line.text), words.languages)
        if size and len(levels) >= 2:
            hits.append(number)
            continue
        for cut in range(min(4, len(tokens) - 1), 0, -1):
            head = " ".join(tokens[:cut]).replace("(s)", "")
            if (
                (
                    head in words.fluency
                    or head.removesuffix(" in") in words.fluency
                    or head in ("mother tongue", "mother tongue s")
                )
                and tokens[cut] in words.languages
                and len(tokens) <= cut + 4
            ):
                hits.append(number)
                break
    if not hits:
        return lines
    languages: list[dict[str, Any]] = builder.resume.setdefault("languages", [])
    text = builder.document.text
    for number in hits:
        line = lines[number]
        pointer = f"/languages/{len(languages)}"
        entry: dict[str, Any] = {}
        size = _language_at_start(plain(line.text), words.languages)
        if size:
            builder.put(entry, "language", pointer, Value([trim(text, line.start, line.start + size)], 0.93))
            builder.put(entry, "fluency", pointer, Value([trim(text, line.start + size, line.end)], 0.85))
        else:
            match = max(
                (m for m in re.finditer(r"[^\s:：|,;()/]+", line.text) if plain(m.group()) in words.languages),
                key=lambda m: m.start(),
            )
            builder.put(
                entry, "language", pointer, Value([(line.start + match.start(), line.start + match.end())], 0.9)
            )
            builder.put(entry, "fluency", pointer, Value([trim(text, line.start, line.start + match.start())], 0.85))
        languages.append(entry)
    first, last = hits[0], hits[-1]
    kept = []
    for number, line in enumerate(lines):
        if first <= number <= last or (number > last and re.search(r"\bA1\b.*\bB1\b|\bB2\b.*\bC2\b", line.text)):
            continue
        key = plain(line.text)
        if number > last and "europ" in key and words.sections.get(key.split()[-1]) == "languages":
            continue  # the scale's own name, below it
        kept.append(line)
    return kept


def part_languages(document: Document, lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """(lines about natural languages, lines that are skills): "Languages" may head programming languages too."""
    words = lexicon()
    spoken: list[Line] = []
    others: list[Line] = []
    for line in lines:
        pieces = [plain(document.text[a:b]) for a, b in _language_pieces(document.text, line.start, line.end)]
        tokens = set(re.findall(r"[^\W_]+", plain(line.text)))
        if tokens & words.languages or any(_language_at_start(piece, words.languages) for piece in pieces):
            spoken.append(line)
        elif any(_is_fluency(piece) or re.search(r"\b[abc][12]\b", piece) for piece in pieces):
            (others if _LABEL.match(line.text) and len(pieces) > 2 else spoken).append(line)
        elif _LABEL.match(line.text) or len(pieces) >= 2:
            others.append(line)
    named = any(_language_at_start(plain(line.text), words.languages) for line in spoken) or len(spoken) > len(others)
    if spoken and named:
        # Among spoken languages a bare word may be one the lexicon lacks.
        spoken = [line for line in lines if line not in others]
        # What stands beside them is skills only where it is set as a list.
        others = [
            line
            for line in others
            if (_LABEL.match(line.text) or line.text.count(",") >= 2 or len(line.cells) == 2)
            and not (ends_sentence(line.text) and len(line.text.split()) > 8 and line.text.count(",") < 3)
        ]
    else:
        others = [line for line in lines if line not in spoken]
    return spoken, others


def read_languages(builder: Builder, lines: list[Line]) -> None:
    """Languages with how well they are known, in whatever order and punctuation."""
    read_language_ranges(builder, [(line.start, line.end) for line in lines])


def read_language_ranges(builder: Builder, where: list[Range]) -> None:
    text = builder.document.text
    words = lexicon()
    languages: list[dict[str, Any]] = builder.resume.setdefault("languages", [])
    known = words.languages
    for begin, finish in where:
        for low, high in _language_pieces(text, begin, finish):
            value = text[low:high]
            key = plain(value)
            found = _language_at_start(key, known)
            if found is None and _speaks(builder, low, high):
                continue
            if found is None and languages and (key in words.fluency or _is_fluency(key)):
                last = languages[-1]
                if "fluency" not in last:
                    builder.put(last, "fluency", f"/languages/{len(languages) - 1}", Value([(low, high)], 0.9))
                continue
            label = re.match(r"^[^:：]{2,40}[:：]\s*", value)
            if found is None and label:
                after = plain(value[label.end() :])
                if _language_at_start(after, known):
                    # "Mother tongue: Greek": the label is the fluency.
                    begins = low + label.end()
                    size = _language_at_start(after, known) or 0
                    entry: dict[str, Any] = {}
                    pointer = f"/languages/{len(languages)}"
                    builder.put(entry, "language", pointer, Value([trim(text, begins, begins + size)], 0.9))
                    builder.put(entry, "fluency", pointer, Value([trim(text, low, low + label.end())], 0.75))
                    languages.append(entry)
                    continue
            if found is None:
                if not (1 <= len(value.split()) <= 5) or _is_fluency(key) or not value[:1].isalpha():
                    continue
                match = re.match(r"^([^\W\d_][\w\s.'-]{2,24}?)\s*(?:[(（:：–—-]|\t)\s*(.{2,60}?)[)）]?$", value)
                if match is not None and not _is_fluency(plain(match[2])) and not re.search(r"\b[A-C][12]\b", match[2]):
                    continue
                if match is None and not (
                    value[:1].isupper() and len(value.split()) <= 2 and not words.section_of(value)
                ):
                    continue
                size = match.end(1) if match else len(value)
                confidence = 0.6
            else:
                size, confidence = found, 0.95
            entry = {}
            pointer = f"/languages/{len(languages)}"
            builder.put(entry, "language", pointer, Value([trim(text, low, low + size)], confidence))
            rest = trim(text, low + size, high, " \t\n,;:|•·–—-/：")
            if rest[1] > rest[0]:
                builder.put(entry, "fluency", pointer, Value([rest], 0.85))
            languages.append(entry)
    if not languages:
        builder.resume.pop("languages", None)


def _is_fluency(key: str) -> bool:
    words = lexicon().fluency
    if key in words or key.strip("()") in words:
        return True
    tokens = re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", key)
    return bool(tokens) and sum(t in words for t in tokens) * 2 >= len(tokens)


def _language_at_start(key: str, known: set[str]) -> int | None:
    """Length of a language's name at the start of a text."""
    for size in range(min(len(key), 26), 1, -1):
        if key[:size] in known and (size == len(key) or not key[size].isalnum() or has_cjk(key[:size])):
            return size
    return None


def _language_pieces(text: str, start: int, end: int) -> list[Range]:
    found: list[Range] = []
    inner = text[start:end]
    depth = 0
    at = 0
    for i, c in enumerate(inner):
        depth += c in "(（["
        depth -= c in ")）]" and depth > 0
        if depth == 0 and (
            c in ",，、،;；|•·●\t\n" or inner[i : i + 3] == " / " or inner[i : i + 5] in (" and ", " und ")
        ):
            found.append((start + at, start + i))
            at = i + (5 if inner[i : i + 5] in (" and ", " und ") else 1)
    found.append((start + at, end))
    result = []
    for a, b in found:
        low, high = trim(text, a, b, " \t\n,;|•·–—-/")
        if any(c.isalpha() for c in text[low:high]) or re.search(r"[A-C][12]", text[low:high]):
            result.append((low, high))
    return result


def _single_period(line: Line) -> DateRange | None:
    found = ranges(line.text) if any(c.isdigit() for c in line.text) else []
    return found[-1] if found else None


def _is_bare_date(line: Line) -> bool:
    period = _single_period(line)
    return period is not None and not line.bullet and not any(rest_around(line.text, period))


_FIELD_SEPARATOR = re.compile(r"\s+[|•·–—―@/-]\s+|\s*[|¦│•·●]\s*|\t+|\s{3,}|,\s+(?=by\s|from\s|issued)")


def read_listed(builder: Builder, key: str, lines: list[Line]) -> None:
    """Certificates, awards and publications: one item is a title, often with an issuer, a date and a link."""
    text = builder.document.text
    names = {
        "certificates": ("name", "date", "issuer"),
        "awards": ("title", "date", "awarder"),
        "publications": ("name", "releaseDate", "publisher"),
    }
    title_key, date_key, issuer_key = names[key]
    items: list[dict[str, Any]] = builder.resume.setdefault(key, [])
    for group in _item_groups(lines):
        entry: dict[str, Any] = {}
        pointer = f"/{key}/{len(items)}"
        fragments: list[Range] = []
        dated: Range | None = None
        more: list[Range] = []  # the rest of a title broken beside its date
        rest: list[Line] = []
        prose_started = False
        bare_dates = [line for line in group[:3] if _is_bare_date(line)]
        for number, line in enumerate(group):
            above = group[number - 1] if number else None
            if (
                above is not None
                and fragments
                and not prose_started
                and not line.bullet
                and fragments[-1][1] == above.end
                and len(line.cells) == 1
                and style_of(above)[:3] == style_of(line)[:3]
                and runs_on(above, line)
                and _single_period(line) is None
            ):
                fragments[-1] = (fragments[-1][0], line.end)
                continue
            if (
                number == 1
                and above is not None
                and len(fragments) == 1
                and len(above.cells) == 2
                and len(line.cells) == 1
                and style_of(line)[1]
                and style_of(above) == style_of(line)
                and not all(style_of(other)[1] for other in lines)
                and _single_period(line) is None
            ):
                more.append((line.start, line.end))
                continue
            long_text = len(line.text.split()) > 14 and number > 0
            if number > 0 and (prose_started or long_text or line.bullet):
                rest.append(line)
                prose_started = True
                continue
            cuts: list[Range] = []
            period = _single_period(line)
            if bare_dates and line not in bare_dates:
                period = None  # where the date has a line of its own, a year in the title is the title's
            if period is not None and date_key not in entry:
                until = period.until if period.until and period.until.value else period.since
                if key == "certificates":
                    # A certificate's second date is when it expires; its date is when it was given.
                    period = ranges(line.text)[0]
                    until = period.since if period.since and period.since.value else period.until
                if until is not None and until.value:
                    entry[date_key] = until.value
                    where = (line.start + until.start, line.start + until.end)
                    builder.note(f"{pointer}/{date_key}", Value([where], 0.9, transform="date"))
                    builder.used.append((line.start + period.start, line.start + period.end))
                    cuts.append((line.start + period.start, line.start + period.end))
                    if len(line.cells) > 1 and cuts[-1][0] >= line.cells[-1][0].start:
                        dated = cuts[-1]
            if key == "certificates":
                cuts.extend(_validity(builder, line))
            for match in URL.finditer(line.text):
                where = (line.start + match.start(), line.start + match.end())
                cuts.append(where)
                if "url" not in entry and key != "awards":
                    builder.put(entry, "url", pointer, Value([where], 0.9))
            fragments.extend(_cut(text, line, cuts, whole=key == "certificates", first=not fragments))
        # A bare number is no name: it stays unparsed rather than stand for one.
        fragments = [part for part in fragments if any(c.isalpha() for c in text[slice(*part)])]
        if not fragments:
            if rest:
                fragments = [(rest[0].start, rest[-1].end)]
                rest = []
            else:
                continue
        if (
            key == "publications"
            and len(fragments) > 1
            and len(group) > 1
            and style_of(group[0])[:3] == style_of(group[-1])[:3]
            and not any(_is_date_alone(line) for line in group)
        ):
            joined = [(fragments[0][0], fragments[-1][1])]
            fragments = joined if len(text[joined[0][0] : joined[0][1]]) > 60 else fragments
        if key == "certificates" and len(fragments) == 1:
            fragments = _name_and_issuer(text, fragments[0])
        title = [fragments[0], *more]
        if dated is not None and title[0][0] < dated[0] and dated[1] < title[0][1]:
            # The date at the right edge of a broken title is none of its words.
            title = [trim(text, title[0][0], dated[0]), trim(text, dated[1], title[0][1]), *more]
        builder.put(entry, title_key, pointer, Value(title, 0.88))
        if len(fragments) > 1:
            builder.put(entry, issuer_key, pointer, Value([fragments[1]], 0.75))
        extra = fragments[2:]
        body = [(line.start, line.end) for line in rest]
        if (extra or body) and key != "certificates":
            builder.put(entry, "summary", pointer, Value([*extra, *body], 0.75))
        elif extra or body:
            builder.put(entry, "summary", pointer, Value([*extra, *body], 0.7))
        if entry.get(title_key):
            items.append(entry)
    if not items:
        builder.resume.pop(key, None)


_CERTIFICATE_LEVEL = re.compile(
    r"(?i)(?:associate|professional|practitioner|foundations?|fundamentals|expert|specialty|advanced|intermediate)\b"
)
"""Levels of certificates ("Data Engineer – Associate"): part of the name."""


def _cut(text: str, line: Line, cuts: list[Range], *, whole: bool, first: bool) -> list[Range]:
    """Pieces of an item's line. `whole`: a dash parts a name from its issuer only where an issuer follows.

    Below the name (`first` is false) a slash stands between two issuers ("Google / Coursera"), which are one value.
    """
    found: list[Range] = []
    boundaries = sorted(cuts)
    for match in _FIELD_SEPARATOR.finditer(line.text):
        if whole and not first and match.group().strip() == "/":
            continue
        if (
            whole
            and re.fullmatch(r"\s+[–—-]\s+", match.group())
            and (
                _CERTIFICATE_LEVEL.match(line.text, match.end())
                or not (
                    organisation_score(line.text[match.end() :]) >= 0.7
                    or institution_score(line.text[match.end() :]) >= 1.2
                )
            )
        ):
            continue
        boundaries.append((line.start + match.start(), line.start + match.end()))
    for cell in line.cells:
        for before, here in itertools.pairwise(cell):
            if (before.bold != here.bold or before.italic != here.italic) and not here.glue:
                boundaries.append((before.end, here.start))
    boundaries.sort()
    at = line.start
    for low, high in [*boundaries, (line.end, line.end)]:
        if low > at:
            a, b = trim(text, at, low)
            while a < b and text[a] == "(":
                a += 1
            if any(c.isalnum() for c in text[a:b]):
                found.append((a, b))
        at = max(at, high)
    return found


def _name_and_issuer(text: str, where: Range) -> list[Range]:
    """In "Certified Architect, Amazon" what follows the last comma is the issuer, if it is short and a name."""
    start, end = where
    comma = text.rfind(", ", start, end)
    if comma < 0:
        return [where]
    head, tail = text[start:comma], text[comma + 2 : end]
    short = len(tail.split()) <= 3 and tail[:1].isupper() and head.count("(") == head.count(")")
    if len(head.split()) >= 2 and (short or organisation_score(tail) >= 0.7) and not any(c.isdigit() for c in tail):
        return [trim(text, start, comma), trim(text, comma + 2, end)]
    return [where]


def _item_groups(lines: list[Line]) -> list[list[Line]]:
    """Lines → items: by bullets, by the opening style, by gaps, else one line one item."""
    if not lines:
        return []
    bullets = sum(line.bullet for line in lines)
    groups: list[list[Line]] = []
    if lines[0].bullet and bullets:
        for line in lines:
            if line.bullet or not groups:
                groups.append([line])
            else:
                groups[-1].append(line)
        return groups
    opening = style_of(lines[0])
    styled = any(style_of(line) != opening for line in lines)
    dated = [bool(_single_period(line)) for line in lines]
    near = 1.2 * usual_leading(lines)
    if not styled and lines[0].block is not None and (cut := _cut_at_dates(lines, dated)):
        return cut
    for i, line in enumerate(lines):
        previous = lines[i - 1] if i else None
        starts = previous is None
        if previous is not None and _validity_words().match(line.text):
            starts = False  # when it was issued
        elif previous is not None:
            if styled:
                starts = (
                    style_of(line) == opening
                    and not line.bullet
                    and not (style_of(previous) == opening and runs_on(previous, line) and line.gap_above <= near)
                )
            else:
                run_on = previous.wraps and (line.text[:1].islower() or line.x0 > previous.x0 + 3)
                starts = not run_on and not (previous.wraps and not dated[i] and len(previous.text.split()) > 8)
                if sum(dated) >= 2 and not dated[i] and line.gap_above < 1.8 and line.block is None:
                    starts = starts and dated[i - 1] and any(dated[i:])
        if starts:
            groups.append([line])
        else:
            groups[-1].append(line)
    return groups


@functools.cache
def _validity_words() -> re.Pattern[str]:
    words = sorted(lexicon().validity, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in words)})(?!\w)\s*[:：.]?", re.IGNORECASE)


def _validity(builder: Builder, line: Line) -> list[Range]:
    """The words "issued" and "expires" and the dates after them: said of the certificate, no part of its names."""
    found: list[Range] = []
    periods = ranges(line.text)
    for match in _validity_words().finditer(line.text):
        end = match.end()
        for period in periods:
            if not line.text[end : period.start].strip() and period.start >= end:
                end = period.end
        found.append((line.start + match.start(), line.start + end))
    builder.used.extend(found)
    return found


def _cut_at_dates(lines: list[Line], dated: list[bool]) -> list[list[Line]]:
    """Items of plain text whose date stands alone below the title: cut at blank lines, or at those dates."""
    bare = [i for i, line in enumerate(lines) if dated[i] and _is_date_alone(line)]
    if not bare or not bare[0]:
        return []
    starts = [i for i, line in enumerate(lines) if not i or line.gap_above > 2]
    if len(starts) == 1:
        starts = [i - bare[0] for i in bare]
    if starts[0] or starts != sorted(set(starts)):
        return []
    return [lines[a:b] for a, b in itertools.pairwise([*starts, len(lines)])]


def _is_date_alone(line: Line) -> bool:
    found = _single_period(line)
    return found is not None and not (line.text[: found.start] + line.text[found.end :]).strip(" \t.,;:|()[]–—-")


def read_interests(builder: Builder, lines: list[Line]) -> None:
    text = builder.document.text
    interests: list[dict[str, Any]] = builder.resume.setdefault("interests", [])
    for item in _logical_lines(lines):
        start, end = item[0].start, item[-1].end
        label = _LABEL.match(text[start:end])
        if label and label[1]:
            entry: dict[str, Any] = {}
            pointer = f"/interests/{len(interests)}"
            builder.put(entry, "name", pointer, Value([trim(text, start, start + label.end(1))], 0.85))
            for low, high in split_items(text, start + label.end(), end):
                builder.append(entry, "keywords", pointer, Value([(low, high)], 0.85))
            interests.append(entry)
            continue
        sentence = len(text[start:end].split()) > 12 and text[start:end].count(",") < 3
        pieces = [trim(text, start, end)] if sentence else split_items(text, start, end)
        for low, high in pieces:
            entry = {}
            if builder.put(entry, "name", f"/interests/{len(interests)}", Value([(low, high)], 0.85)):
                interests.append(entry)
    if not interests:
        builder.resume.pop("interests", None)


def read_references(builder: Builder, lines: list[Line]) -> None:
    """Quotes and names; a line such as "available on request" is kept as it stands."""
    text = builder.document.text
    references: list[dict[str, Any]] = builder.resume.setdefault("references", [])
    entry: dict[str, Any] | None = None
    quote: list[Range] = []

    def close() -> None:
        nonlocal entry, quote
        if entry is None and quote:
            entry = {}
        if entry is not None:
            pointer = f"/references/{len(references)}"
            if quote:
                builder.put(entry, "reference", pointer, Value(quote, 0.8))
            references.append(entry)
        entry, quote = None, []

    set_off = {style_of(line) for line in lines if style_of(line)[1]}
    if len(set_off) == 1 and len(set_off) == len({style_of(line) for line in lines}):
        set_off = set()
    for line in lines:
        value = line.text.strip()
        # Names set bold above plain words are names whatever they hold ("Ann Lee, Owner, Lee & Sons").
        bold_name = style_of(line) in set_off and len(value.split()) <= 14
        name_like = bold_name or (
            1 < len(value.split()) <= 5
            and not re.search(r"[.\d@,“”\"]", value)
            and all(w[0].isupper() for w in value.split() if w[0].isalpha())
        )
        if name_like or (value[:1] in "—–-" and len(value.split()) <= 7):
            low, high = trim(text, line.start, line.end)
            if quote and entry is None:
                entry = {}
                builder.put(entry, "name", f"/references/{len(references)}", Value([(low, high)], 0.8))
                close()
                continue
            close()
            entry = {}
            builder.put(entry, "name", f"/references/{len(references)}", Value([(low, high)], 0.8))
        else:
            quote.append((line.start, line.end))
    close()
    if not references:
        builder.resume.pop("references", None)


def read_custom(builder: Builder, heading: Line | None, lines: list[Line]) -> None:
    """A section of the person's own, kept item by item under its own name."""
    text = builder.document.text
    meta = builder.resume.setdefault("meta", {}).setdefault("cvmaker", {})
    sections: list[dict[str, Any]] = meta.setdefault("sections", [])
    pointer = f"/meta/cvmaker/sections/{len(sections)}"
    section: dict[str, Any] = {}
    if heading is not None:
        builder.put(section, "name", pointer, Value([trim(text, heading.start, heading.end)], 0.9))
    if "name" not in section:
        section["name"] = "Other"
    body = read_body(lines)
    for start, end in sorted([*body.highlights, *body.paragraphs]):
        builder.append(section, "items", pointer, Value([(start, end)], 0.85))
    if section.get("items"):
        sections.append(section)
