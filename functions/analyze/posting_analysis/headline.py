"""What the job is called, who offers it, where, at which level, and in which language the posting is written."""

import re
from dataclasses import dataclass

from cvmaker_core.text import fold

from posting_analysis.places import is_known_place, is_place
from posting_analysis.segmentation import heading_section
from posting_analysis.vocabulary import LANGUAGES, vocabulary

_LINE_NOISE = re.compile(r"https?://|@|cookie|©|\b\d{2}[/.]\d{2}[/.]\d{2,4}\b", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+[–—|·•-]\s+|\s*\|\s*|\s+@\s+")
_PLACE = r"[A-ZÀ-Þ][\w'’.-]+(?:[ -](?:[A-ZÀ-Þ][\w'’.-]+|am|an|der|de|la|le|sur|upon|of))*"
_CAPITALISED = re.compile(rf"{_PLACE}(?: \(\d{{2,5}}\))?(?:, [A-Z][\w .]+)?")
_NO_PLACE = re.compile(
    r"full|part|time|vollzeit|teilzeit|jornada|cdi|cdd|contract|permanent|hybrid|remote|hours|shift|salary|competitive"
    r"|unbefristet|temps|h/f|m/w|freelance|internship|band \d|anstellung|festvertrag|stage\b|presencial|teletrabajo"
    r"|wanted\b|needed\b|hiring\b|urgent|posted\b|applicants?\b|solicitudes|apply\b|save\b|share\b|sign in|cookie|ref\b"
    r"|uur\b|stunden|heures|horas|k€|[€$£]|\d{3,}|closing|deadline|job id|skip to|menu\b|inicio|startseite|accueil",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"\s(?:en omgeving|und umgebung|et (?:ses )?(?:environs|alentours)|y alrededores|and surrounding.*|area)$",
    re.IGNORECASE,
)
# How a line of facts says that the work can be done elsewhere: it stands behind the place.
_WORK_MODE = re.compile(
    r"(?:,|\s)\s*\(?(?:on[- ]?site|hybrid\w*|hybride?|remote|presencial|híbrido|teletrabajo|vor ort|home ?office"
    r"|télétravail|op locatie|thuiswerken)\b[^,|]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Headline:
    """Each is None when the posting does not say it."""

    title: str | None
    seniority: str | None
    employer: str | None
    location: str | None
    language: str | None


def posting_language(text: str) -> str | None:
    """ISO 639-1 code by the commonest words; None for a text too short or in another language."""
    tokens = re.findall(r"[^\W\d_]+", text.casefold())
    if len(tokens) < 8:
        return None
    counts = dict.fromkeys(LANGUAGES, 0)
    for code in LANGUAGES:
        stopwords = set(vocabulary().languages[code]["stopwords"])
        counts[code] = sum(token in stopwords for token in tokens)
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= max(2, len(tokens) * 0.06) else None


def read_headline(text: str) -> Headline:
    """Read the head of a posting. Labels win over sentences, sentences over the first lines."""
    language = posting_language(text)
    raw_lines = [raw for raw in text.split("\n")[:80] if _plain(raw) and not _is_chrome(_plain(raw))]
    lines = [_plain(raw) for raw in raw_lines]
    title = _labelled(vocabulary().title_label, text) or None
    employer = _labelled(vocabulary().employer_label, text)
    location = _labelled(vocabulary().location_label, text)
    head = lines[:8]
    listed = re.compile(r"\s*[-*•·–]\s")  # a list item is no headline
    named = [_names_a_job(line) and not listed.match(raw) for line, raw in zip(head, raw_lines[:8], strict=True)]
    first = next((_title_of(line) for line, names in zip(head[:3], named[:3], strict=True) if names), None)
    later = next((_title_of(line) for line, names in zip(head[3:], named[3:], strict=True) if names), None)
    sought = _sought(text, language)
    if title and first and fold(first).startswith(fold(title) + " "):
        title = first  # a label whose line breaks were lost may hold less than the headline
    title = title or first or sought.get("title") or later
    if not title and head and len(head[0].split()) <= 8 and not head[0].endswith(":"):
        title = head[0] if heading_section(head[0]) is None else None
    shown = _clean_title(title)
    printed = shown if shown and any(shown in line for line in head) else title
    employer = (
        _employer_name(employer)
        or _employer_name(sought.get("employer"))
        or _employer_name(_employer_of_head(head, printed, text))
        or _employer_name(_employer_by_phrase(text))
    )
    location = location or _location_of_head(head, title, employer) or _location_by_phrase(text, language)
    title = _clean_title(title)
    return Headline(
        title=title,
        seniority=_seniority(title or "") or _seniority_by_line(lines[-1] if lines else ""),
        employer=employer,
        location=_tidy(location),
        language=language,
    )


def _plain(line: str) -> str:
    line = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line)
    line = re.sub("[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]+", " ", line)  # emoji
    return re.sub(r"\s+", " ", re.sub(r"[*_#`>]+", " ", line)).strip(" \t-–—•·|")


def _is_chrome(line: str) -> bool:
    """Whether a line belongs to the page around a posting: "Sign in | Join now"."""
    parts = [part.strip() for part in re.split(r"\||·|\s{3,}", line) if part.strip()]
    return all(vocabulary().site_chrome.fullmatch(part) for part in parts)


def _labelled(pattern: re.Pattern[str], text: str) -> str | None:
    for match in pattern.finditer(text[:6000]):
        value = _plain(match["value"])
        value = re.split(r"\s{3,}|(?<=[a-z])(?=[A-Z][a-z]+:)|\s+(?=[A-Z][^\WA-Z]+:)", value)[0]
        if 1 < len(value) <= 90 and len(value.split()) <= 12:
            return value.strip(" .,")
    return None


def _names_a_job(line: str) -> bool:
    if len(line.split()) > 14 or _LINE_NOISE.search(line) or heading_section(line) is not None:
        return False
    if re.search(r"[.!?]\s", line) or (line.endswith((".", "?")) and len(line.split()) > 5):
        return False
    return bool(vocabulary().title_noun.search(line)) or bool(vocabulary().gender_marker.search(line))


def _title_of(line: str) -> str:
    """The part of a line that names the job: "Data Analyst – Brightwater Foods" → "Data Analyst"."""
    wanted = re.match(r"(?P<title>.{3,60}?)\s+(?:wanted|needed|required|sought)\b", line, re.IGNORECASE)
    if wanted:
        return wanted["title"]
    recruits = re.search(
        r"(?:recrute|recherche|sucht|cerca|busca|zoekt|seeks|is hiring|procura)\s*:?\s+"
        r"(?:une?|eine?n?|un/a|una?|an?|een)?\s*",
        line,
    )
    if recruits and recruits.end() < len(line):
        line = line[recruits.end() :]
        line = re.split(r"\s+(?:per|para|pour|für|for|voor)\s+", line)[0]
    parts = [part for part in _SEPARATOR.split(line) if part]
    named = [part for part in parts if vocabulary().title_noun.search(part)] or parts
    return named[0]


def _clean_title(title: str | None) -> str | None:
    if not title:
        return None
    title = vocabulary().gender_marker.sub("", title)
    title = re.split(r"\s+(?:at|@|bei|chez)\s+(?=[A-ZÀ-Þ])", title)[0]
    title = re.split(
        r"\s+(?:in (?:voll|teil)|[-–] (?:cdi|cdd)|\((?:band|grade|remote|part|full))", title, flags=re.IGNORECASE
    )[0]
    title = re.sub(
        r",?\s*\(?(?:(?:in )?(?:teil|voll)zeit|(?:teil|voll)-?\s?(?:oder|und|/|&)\s?(?:teil|voll)zeit)\b.*$",
        "",
        title,
        flags=re.IGNORECASE,
    )
    title = re.sub(r",\s*(?:saas|remote|full[- ]time|part[- ]time|hybrid|m/w/d)\b.*$", "", title, flags=re.IGNORECASE)
    if ":" in title:  # "Vacancy: Nurse": the part that names the job
        parts = [part for part in title.split(":") if part.strip()]
        title = next((part for part in parts if vocabulary().title_noun.search(part)), parts[0] if parts else "")
    title = title.strip(" -–—|,.:;()") + (")" if title.rstrip().endswith(")") and "(" in title else "")
    return _balanced(title[:120]).strip(" -–—|,.;") or None


def _balanced(value: str) -> str:
    """A name up to its first bracket without a partner: "Novembre (agence web" → "Novembre"."""
    for opening, closing in ("()", "[]"):
        depth, opened = 0, -1
        for index, character in enumerate(value):
            if character == opening:
                depth, opened = depth + 1, index if depth == 0 else opened
            elif character == closing:
                depth -= 1
                if depth < 0:
                    return _balanced(value[:index])
        if depth:
            return _balanced(value[:opened])
    return value


# Words in front of a name that are no part of it: "About Kelpline", "Chez Atelier Novembre".
_BEFORE_NAME = re.compile(
    r"(?:(?:karriere|jobs?|arbeiten|stellen) bei|(?:careers?|jobs?|work(?:ing)?) (?:at|with)|werken bij|travailler chez"
    r"|(?:empleo|trabaja|trabajar) en|lavora con"
    r"|about|über|ueber|à propos de|sobre|over|chi è|chez|bei|presso|bij)\s+(?=\S)|à propos d['’](?=\S)",
    re.IGNORECASE,
)


def _employer_name(value: str | None) -> str | None:
    """An employer's name alone, or None for what cannot be one (a label with its value)."""
    value = _tidy(value)
    if value:
        value = _tidy(_balanced(_BEFORE_NAME.sub("", value, count=1) if _BEFORE_NAME.match(value) else value))
    if not value or re.search(r"[:：]", value) or fold(value) in vocabulary().nobody:
        return None
    return value


def _tidy(value: str | None) -> str | None:
    if not value:
        return None
    value = re.split(r"\s*\|\s*", value)[0].strip(" -–—|,.:;*_")
    return value[:120] or None


def _sought(text: str, language: str | None) -> dict[str, str]:
    """`Kelpline is looking for an Account Executive`: employer and title from one sentence."""
    found: dict[str, str] = {}
    for code in dict.fromkeys([language or "en", "en"]):
        for pattern in vocabulary().seeking(code):
            for match in pattern.finditer(text[:8000]):
                groups = match.groupdict()
                title = _plain(groups.get("title") or "")
                if title and "title" not in found and vocabulary().title_noun.search(title):
                    found["title"] = title
                    employer = _plain(groups.get("employer") or "")
                    employer = re.sub(r"^.*?(?:,| of| for)\s+(?=[A-Z])", "", employer) if "," in employer else employer
                    words = employer.split()
                    pronoun = (
                        fold(words[0])
                        in {"we", "wir", "nous", "wij", "our", "the", "unsere", "notre", "he", "she", "who", "company"}
                        if words
                        else True
                    )
                    if words and not pronoun and len(words) <= 8 and employer[:1].isupper():
                        found["employer"] = employer
            if "title" in found:
                return found
    return found


def _employer_of_head(head: list[str], title: str | None, text: str) -> str | None:
    return (
        _employer_by_form(head, title)
        or _employer_that_recurs(head, title, text)
        or _employer_who_acts(text, head)
        or _employer_beside_title(head, title)
    )


_NAME = r"[A-ZÀ-Þ][\w&'’.-]*(?: (?:(?:&|and|und|et|y|en|of|de|der|van) )?[A-ZÀ-Þ][\w&'’.-]*){0,4}"
_ACTS = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"(?m)(?:^|[.!?] )(?P<name>{_NAME}) (?:is|are) (?:currently |now |actively )?"
            r"(?:looking for|seeking|hiring|searching)\b"
        ),
        rf"\b[Aa]t (?P<name>{_NAME}), (?:we|you|our)\b",
        rf"\bWir,? (?:die |der |das )?(?P<name>{_NAME}), (?:sind|suchen|haben)\b",
        rf"\b(?:[Cc]hez|[Bb]ij) (?P<name>{_NAME})(?=,| (?:nous|tu|vous|je|jij|we|ben|kun|zijn|ton|votre)\b)",
        rf"\b[Bb]ei (?P<name>{_NAME}) (?:bist|sind|arbeiten|arbeitest|erwart\w+)\b",
        rf"(?m)(?:^|[.!?] )(?P<name>{_NAME}) (?:sucht|recrute|recherche|zoekt|busca|cerca|contrata)\b",
    )
)


def _employer_who_acts(text: str, head: list[str]) -> str | None:
    """The name that does something as an employer does: "At Kelpline, we …", "chez Agicap, ton rôle …"."""
    for pattern in _ACTS:
        for match in pattern.finditer(text[:6000]):
            name = match["name"]
            if not _is_name(name) or is_place(name) or fold(name) in vocabulary().nobody | vocabulary().function_words:
                continue
            # The head may give the whole name of what the text calls by a part of it.
            parts = (part.strip(" ,") for line in head[:6] for part in re.split(r"\s+[–—|·•-]\s+|,\s+|\s*\|\s*", line))
            return next((part for part in parts if part.startswith(f"{name} ") and _is_name(part)), name)
    return None


def _employer_that_recurs(head: list[str], title: str | None, text: str) -> str | None:
    """The name among the first lines that the posting speaks of again: an employer is, a place hardly ever."""
    best: tuple[int, str] | None = None
    for line in head[:6]:
        if len(line.split()) > 14 or re.search(r"[.!?]\s", line):
            continue
        rest = line.replace(title, "\x00", 1) if title and title in line else line
        for raw in re.split(r"\s+[–—|·•-]\s+|,\s+|\s*\|\s*|\x00", rest):
            part = _WORK_MODE.sub("", vocabulary().gender_marker.sub("", raw)).strip(" ,-–—|()")
            if len(part) < 3 or not _is_name(part) or is_place(part) or (title and fold(part) in fold(title)):
                continue
            times = len(re.findall(rf"(?<!\w){re.escape(part)}(?!\w)", text[:8000]))
            organised = bool(vocabulary().organisation.search(part))
            if (times > 1 or organised) and (best is None or times > best[0]):
                best = (times, part)
    return best[1] if best else None


def _employer_by_form(head: list[str], title: str | None) -> str | None:
    for line in head[:5]:
        if len(line.split()) > 14:
            continue
        rest = line.replace(title, "", 1) if title and title in line else line
        at = (
            re.search(r"\b(?:at|bei|chez|en|@)\s+(?:the )?([A-ZÀ-Þ][\w&'’. -]{1,50}?)(?:,| \(|$)", rest)
            if title and title in line
            else None
        )
        if at:
            return at[1]
        for part in re.split(r"\s+[–—|·•-]\s+|,\s+|\s*\|\s*", rest):
            if part and _has_legal_form(part) and part[:1].isupper() and len(part.split()) <= 8:
                return part
    return None


def _employer_beside_title(head: list[str], title: str | None) -> str | None:
    for index, line in enumerate(head[:4]):
        if title and title in line:
            after = [p for p in _SEPARATOR.split(line.replace(title, "", 1)) if p.strip(" ,-–—|()")]
            for part in (vocabulary().gender_marker.sub("", p).strip(" ,-–—|()") for p in after):
                if part and _is_name(part) and not is_place(part):
                    return part
            following = head[index + 1] if index + 1 < len(head) else ""
            if re.match(r"[^:]{2,40}:\s", following):
                continue
            part = re.split(r"\s+[–—|·•-]\s+|,\s+|\s*\|\s*", following)[0]
            named = (
                part and len(part.split()) <= 6 and _is_name(part) and not is_place(part) and not is_place(following)
            )
            if named and not re.match(r"[A-Z]{2}, [A-Z]{2}", following):
                return part
    return None


def _has_legal_form(words: str) -> bool:
    """Whether a legal form stands in the words; the short ones only in capitals ("SE", not Spanish "se")."""
    return any(len(found[0]) > 2 or found[0].isupper() for found in vocabulary().legal_form.finditer(words))


def _is_name(part: str) -> bool:
    return bool(re.match(r"[A-Z0-9À-Þ]", part) or re.match(r"[a-z]+[A-Z]", part)) and not (
        heading_section(part) is not None
        or _NO_PLACE.search(part)
        or vocabulary().title_noun.search(part)
        or part.endswith((":", "?", "."))
        or (_CAPITALISED.fullmatch(part) is None and len(part.split()) > 5)
    )


def _employer_by_phrase(text: str) -> str | None:
    head = text[:6000]
    for pattern in (
        r"(?m)^[\W_]*About ([A-Z][\w&'’.]+(?: [A-Z][\w&'’.]+){0,3})[\s:*_]*$",
        r"(?m)^[\W_]*(?:À propos de|Über|Sobre|Over|Chi è) ([A-Z][\w&'’.]+(?: [A-Z][\w&'’.]+){0,3})[\s:*_]*$",
        (
            r"\b([A-Z][\w&'’.]*(?: [A-Z][\w&'’.]+){0,3}) is (?:an?|the) [^.]{0,60}?"
            r"(?:company|agency|organi[sz]ation|platform|startup|provider|firm|charity|NGO|leader)\b"
        ),
        r"(?:join|unirte a|rejoi(?:ns|gnez)|bij) ([A-Z][\w&'’]+(?: [A-Z][\w&'’]+){0,2})[?!.,]",
    ):
        match = re.search(pattern, head)
        if match and fold(match[1]) not in {"us", "you", "the role", "we", "it", "this", "who", "uns"}:
            return match[1]
    for line in head.split("\n"):
        plain = _plain(line)
        if 1 < len(plain.split()) <= 7 and _has_legal_form(plain) and plain[:1].isupper() and not plain.endswith("."):
            return plain
    return None


def _location_of_head(head: list[str], title: str | None, employer: str | None) -> str | None:
    for line in head[:6]:
        job_board = re.fullmatch(r"[A-Z]{2},\s*[A-Z0-9]{1,3},\s*(.{2,40})", line)
        if job_board:
            return job_board[1]
    for line in head:
        if len(line.split()) > 16 or re.search(r"[.!?]\s", line):
            continue
        rest = line.replace(employer, "|", 1) if employer else line
        for raw in [line, *re.split(r"\s+[–—|·•-]\s+|\s*\|\s*|\s+@\s+", rest)]:
            part = _AROUND.sub("", _WORK_MODE.sub("", raw).strip(" ,;:()–—·-|"))
            if 2 < len(part) <= 60 and part[:1].isupper() | part[:1].isdigit() and is_place(part):
                return part
    for line in head[:6]:
        if len(line.split()) > 16:
            continue
        rest = line
        for known in (employer, title):
            if known and known in rest:
                rest = rest.replace(known, "\x00", 1)
        listed = re.search(r"[|·–]", rest) or (" - " in rest and len(rest.split()) <= 7)
        if "\x00" not in rest and not listed:
            continue
        for raw in re.split(r"\s+[–—|·•-]\s+|\s*\|\s*|\x00,?\s*", rest):
            if raw.rstrip().endswith(":"):  # "Position: " in front of the title is its label
                continue
            part = _WORK_MODE.sub("", vocabulary().gender_marker.sub("", raw)).strip(" ,;:()–—·-")
            part = _AROUND.sub("", part)
            part = re.sub(r"^(?:à|in|en|te|a|at|em)\s+", "", part)
            if (
                len(part) > 2
                and _CAPITALISED.fullmatch(part)
                and not _NO_PLACE.search(part)
                and not _BEFORE_NAME.match(f"{part} x")
                and not vocabulary().title_noun.search(part)
                and not _has_legal_form(part)
            ):
                return part
    return None


def _location_by_phrase(text: str, language: str | None) -> str | None:
    for code in dict.fromkeys([language or "en", "en"]):
        for pattern in vocabulary().location_patterns(code):
            for match in pattern.finditer(text[:5000]):
                place = match["location"]
                # A bare preposition also stands in front of subjects ("en Derecho"): only a known place counts there.
                bare = re.match(r"(?:in|en|te|à|sur)\s", match[0], re.IGNORECASE)
                if bare and not is_known_place(place):
                    continue
                if not _NO_PLACE.search(place) and not vocabulary().title_noun.search(place):
                    return place
    return None


def _seniority(words: str) -> str | None:
    order = ("intern", "director", "lead", "manager", "senior", "junior", "mid")
    return next((level for level in order if vocabulary().seniority[level].search(words)), None)


def _seniority_by_line(line: str) -> str | None:
    """Job boards end with a line of facts: "Full-time; Mid-Senior level; Bachelor's Degree"."""
    return _seniority(line) if line.count(";") >= 2 else None
