"""A posting's text as statements, each with the section it stands in.

Sections come from headings in any of the lexicons' languages. Where the line breaks of a posting
were lost ("…requirements gatheredManage the team"), statements are cut apart again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from cvmaker_core.skill_aliases import canonical_skill

from posting_analysis.vocabulary import Section, vocabulary

_MARKDOWN_LEVEL = re.compile(r"\s*(#{1,6})\s*")
_EMPHASIS = re.compile(r"^[\s*_]{0,6}|[\s*_]{0,6}$")
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿ"
_LOWER = "a-zß-öø-ÿ"
_UPPER = "A-ZÀ-ÖØ-Þ"
# A lost line break: lower case, a closing bracket, a full stop or a colon running into a capitalised word …
_RUN_TOGETHER = re.compile(
    "|".join(
        (
            rf"(?<=[{_LOWER}]{{3}})(?=[{_UPPER}][{_LOWER}])",
            rf"(?<=[{_LOWER}]{{3}})(?=A [{_LOWER}])",
            rf"(?<=\w\w[)\]!])(?=[{_UPPER}](?:[{_LOWER}]|\s))",
            rf"(?<=[{_LOWER}]{{3}}[.:])(?=[{_UPPER}][{_LETTER}\s])",
            rf"(?<=[{_UPPER}]{{3}}\.)(?=[{_UPPER}][{_LOWER}]{{4}})",
            rf"(?<=-[{_UPPER}][{_LOWER}])(?=[{_UPPER}][{_LOWER}]{{3}})",
            rf"(?<=[{_LOWER}]{{4}})(?=[{_UPPER}]{{2,}}\b)",
            rf"(?<=[{_LOWER}]{{4}})(?=\d+(?:\.\d+|[-–]\d+)?[\s+])",
        )
    )
)
# … or, where the break became a space, a word that opens a wish: "CSS A firm grasp", "degree Experience with".
_OPENS_A_WISH = re.compile(
    r"(?<=[\w)]) (?=A (?:firm|good|solid|strong|relevant|deep|demonstrable|proven|passion)\b"
    r"|(?:Strong|Excellent|Good|Solid|Proven|Experience|Knowledge|Ability|Proficien\w+"
    r"|Familiarity|Understanding|Minimum|Must) [a-z])"
)
_NUMBERED = re.compile(rf"(?:(?<=[{_LOWER}.:)#])\s*|(?<=[A-Z]{{4}}))(?<!\d)\d{{1,2}}\.\s+(?=[{_UPPER}])")
_INLINE_BULLET = re.compile(r"(?:^|(?<=[.\s;:a-z]))\s*(?:[•●▪·]\s*|(?:(?<=\s)|^)[-–*]\s+(?=[A-ZÀ-Þ\d]))")
_SENTENCE_END = re.compile(rf"[.!?…]+[\"'”’)\]]*\s+(?=[\"“'(\[¿¡*_]*[{_UPPER}\d])|[!?][\"'”’)]*\s+|;\s+")
_INLINE_LABEL = re.compile(rf"(?:^|(?<=[.!?)\s]))\s*[*_]*([{_UPPER}][\w’'&/,. -]{{1,60}}?)[*_]*\s*[:：?](?!//)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a posting: half-open range of its text, its section, and whether it was a list item."""

    start: int
    end: int
    section: Section
    bulleted: bool

    def of(self, text: str) -> str:
        return text[self.start : self.end]


def heading_section(words: str) -> Section | None:
    """The section that a heading opens, or None when no lexicon knows it."""
    plain = re.sub(r"^[\W_]+|[\W_]+$", "", re.sub(r"\s+", " ", words.replace("’", "'")))
    if not plain or len(plain) > 90:
        return None
    for section, pattern in vocabulary().headings.items():
        if pattern.fullmatch(plain):
            return section
    return None


def _loose_section(words: str) -> Section | None:
    for section, pattern in vocabulary().loose_headings.items():
        if pattern.search(words):
            return section
    return None


def statements(text: str) -> list[Statement]:
    """The statements of a posting in their order."""
    bullet = re.compile(rf"\s*(?:{vocabulary().common['bullet']})\s+")
    run_together = _lost_line_breaks(text)
    found: list[Statement] = []
    section: Section = "neutral"
    heading_level = 0
    offset = 0
    for line in text.split("\n"):
        start, offset = offset, offset + len(line) + 1
        if not line.strip():
            continue
        marker = bullet.match(line)
        bulleted = marker is not None
        body_start = marker.end() if marker else 0
        level_mark = _MARKDOWN_LEVEL.match(line)
        body = line[level_mark.end() if level_mark else body_start :]
        level = len(level_mark[1]) if level_mark else 0
        known = heading_section(body) if len(body.split()) <= 12 else None
        if known is not None and not (bulleted and not body.rstrip().endswith((":", "*"))):
            section, heading_level = known, level or heading_level
            continue
        if not bulleted and _looks_like_heading(body, level):
            loose = _loose_section(body)
            if loose is not None:
                section, heading_level = loose, level
            elif (level and level <= heading_level) or (not level and section == "skip"):
                section, heading_level = "neutral", level
            if loose is None and section == "duties" and len(body.split()) > 4:
                # "Objective #1: You will own …" is a heading and a duty at once.
                found.append(_trimmed(text, start + line.index(body), start + len(line), section, bulleted))
            continue
        whole = _Line(start + len(line) - len(body), start + len(line), section, bulleted)
        introduced = _introduces(body) if not bulleted and section in {"neutral", "skip"} else None
        for piece in _pieces(text, whole, run_together):
            found.append(piece.statement)
            if piece.persistent and not bulleted:
                section = piece.statement.section
        section = introduced or section
    return [statement for statement in found if statement.end > statement.start]


def _introduces(body: str) -> Section | None:
    """The section of the list that a sentence opens: "With the product team you will be in charge of:"."""
    if not body.rstrip().endswith(":"):
        return None
    last = re.split(r"[.!?]\s", body)[-1]
    if vocabulary().duty_opener.search(last):
        return "duties"
    return "must" if vocabulary().want_opener.search(last) else None


def _looks_like_heading(body: str, level: int) -> bool:
    words = body.split()
    if level:
        return len(words) <= 14
    plain = body.strip()
    emphasised = bool(re.fullmatch(r"(\*\*|__).{2,110}(\*\*|__):?", plain))
    if emphasised:
        return len(words) <= 20
    if plain.endswith(":") and len(words) <= 8:
        return True
    if plain.endswith(("?",)) and len(words) <= 7:
        return _loose_section(plain) is not None
    return len(words) <= 6 and plain.isupper() and len(plain) > 3 and _loose_section(plain) is not None


@dataclass(frozen=True, slots=True)
class _Piece:
    statement: Statement
    persistent: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """A line's body (half-open range) as it stands in its section."""

    start: int
    end: int
    section: Section
    bulleted: bool


def _pieces(text: str, line: _Line, run_together: frozenset[str] | None) -> Iterator[_Piece]:
    """Cut a line at inline headings and sentence ends; a heading inside a line changes the section behind it."""
    cuts = sorted({line.start, *_boundaries(text, line.start, line.end, run_together), line.end})
    section, persistent = line.section, False
    carried: int | None = None
    for left, right in pairwise(cuts):
        position = left
        # "+ Bonus: send it encrypted" under "How to apply" opens no section.
        closed = line.section == "skip" and line.bulleted
        label = None if closed else _INLINE_LABEL.match(text, position, right)
        while label:
            known = heading_section(label[1])
            if known is None:
                break
            section, persistent, position = known, True, label.end()
            label = _INLINE_LABEL.match(text, position, right)
        if run_together is not None or position == line.start:
            prefix = _heading_prefix(text[position:right])
            if prefix:
                section, persistent, position = prefix[0], True, position + prefix[1]
        words = text[position:right].strip()
        alone = heading_section(words) if run_together is not None and len(words.split()) <= 4 else None
        if alone is not None:
            section, persistent = alone, True
            continue
        # "Project execution. Manage the suppliers …": a label in front of its sentence.
        if words.endswith((".", ":")) and len(words.split()) <= 3 and right < line.end and section == "duties":
            carried = position
            continue
        carried = None
        yield _Piece(_trimmed(text, position, right, section, line.bulleted), persistent)
    if carried is not None:
        yield _Piece(_trimmed(text, carried, line.end, section, line.bulleted), persistent)


# Words that are headings alone but open many a sentence as well.
_NO_PREFIX = frozenset({"experience", "you", "education", "skills", "job", "position", "role", "bonus", "ideally"})


def _heading_prefix(words: str) -> tuple[Section, int] | None:
    """A heading whose line break was lost: `Requirements BA degree in …`."""
    tokens = list(re.finditer(r"[^\W\d_][\w'’&-]*", words))
    for count in (4, 3, 2, 1):
        if len(tokens) < count + 2:
            continue
        end, following = tokens[count - 1].end(), tokens[count].start()
        head = words[:end].strip()
        if not head[:1].isupper() or not words[following : following + 1].isupper() or words[end:following].strip():
            continue
        known = heading_section(head)
        if known not in {None, "skip"} and head.casefold() not in _NO_PREFIX:
            return (known, following) if known else None
    return None


def _boundaries(text: str, start: int, end: int, run_together: frozenset[str] | None) -> Iterator[int]:
    for match in _SENTENCE_END.finditer(text, start, end):
        before = text[max(start, match.start() - 40) : match.start() + 1]
        word = re.search(rf"([{_LETTER}.]+)\.$", before)
        if match[0].startswith(".") and word:
            stem = word[1].casefold().strip(".")
            if stem in vocabulary().abbreviations or (len(stem) == 1 and stem.isalpha()):
                continue
        if (
            match[0].startswith(".")
            and text[match.start() - 1].isdigit()
            and vocabulary().month.match(text, match.end())
        ):
            continue
        # "approx. 3", "Nr. 4" are no sentence ends; "… experience. 3 years …" is.
        number_follows = match[0].startswith(".") and text[match.end() : match.end() + 1].isdigit()
        if number_follows and word and len(word[1]) <= 4:
            continue
        yield match.end()
    for match in _INLINE_LABEL.finditer(text, start, end):
        if heading_section(match[1]) is not None:
            yield match.start(1)
        elif run_together is not None:
            # A label may be preceded by words that are no part of it: "… field Responsibilities:".
            words = match[1].split()
            for count in (6, 5, 4, 3, 2, 1):
                if len(words) > count and heading_section(" ".join(words[-count:])) and words[-count][:1].isupper():
                    yield match.start(1) + match[1].rindex(" ".join(words[-count:]))
                    break
    inline = list(_INLINE_BULLET.finditer(text, start, end))
    if len(inline) >= 2:
        yield from (match.end() for match in inline)
    numbered = list(_NUMBERED.finditer(text, start, end))
    if len(numbered) >= 3:
        yield from (match.end() for match in numbered)
    if run_together is not None:
        for match in _RUN_TOGETHER.finditer(text, start, end):
            if _is_lost_break(text, match.start(), run_together):
                yield match.start()
        yield from (match.end() for match in _OPENS_A_WISH.finditer(text, start, end))


def _lost_line_breaks(text: str) -> frozenset[str] | None:
    """Names with inner capitals that this text repeats, if its line breaks were lost; else None.

    Three words that start in lower case and run into a capitalised word are no names.
    """
    certain = re.findall(rf"(?<![{_LETTER}\d./@])[{_LOWER}]{{4,}}\)?\.?(?=[{_UPPER}][{_LOWER}]{{2,}})", text)
    if len(certain) < 3:
        return None
    mixed = re.findall(rf"(?<![{_LETTER}])[{_UPPER}][{_LOWER}]+[{_UPPER}][{_LETTER}]+", text)
    return frozenset(word for word in mixed if mixed.count(word) > 1)


def _is_lost_break(text: str, position: int, names: frozenset[str]) -> bool:
    left = re.search(r"[\w.)\]:]+$", text[max(0, position - 60) : position])
    right = re.match(r"[\w]+", text[position : position + 60])
    if not left or not right:
        return False
    word = left[0] + right[0]
    if word in names or word.casefold() in vocabulary().camel_case or canonical_skill(word):
        return False
    if (
        text[max(0, position - 90) : position]
        .rsplit(None, 1)[-1]
        .startswith(("http", "www", "#URL", "#EMAIL", "#PHONE"))
    ):
        return False
    if right[0][:1].isdigit():  # "HTML5", "python3": a version; "required802.11", "finance3-5": a new statement
        return bool(re.match(r"\d+(?:[.-]\d+|\+?\s+[Yy])", text[position : position + 12]))
    if left[0][:1].isupper() and left[0].isalpha() and not re.search(r"[a-z]", left[0][:1]):
        # Capitalised on both sides: "ContractorsConsultants" is a lost break, "BrightEdge" a name.
        return len(left[0]) >= 4 and len(right[0]) >= 4
    return True


def _trimmed(text: str, start: int, end: int, section: Section, bulleted: bool) -> Statement:
    piece = text[start:end]
    lead = re.match(r"[\s*_•●▪·\-–—|#:)]*(?:\d{1,2}\.\s+)?", piece)
    left = start + (lead.end() if lead else 0)
    tail = re.search(r"[\s*_|•●\-–]*(?:(?:(?<=[a-z]{3})|(?<=\s))\d{1,2}\.\s*)?$", text[left:end])
    right = left + (tail.start() if tail else end - left)
    return Statement(left, max(left, right), section, bulleted)
