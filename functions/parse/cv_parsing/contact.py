"""The header of a CV: name, headline, e-mail, phone, links, place and summary."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from cv_parsing.building import Builder, Range, Value, trim
from cv_parsing.dates import mentions
from cv_parsing.entries import degree_score, organisation_score, place_score, title_score
from cv_parsing.layout import is_icon
from cv_parsing.lexicon import has_cjk, lexicon, plain
from cv_parsing.model import Document, Line, Word, runs_on
from cv_parsing.patterns import EMAIL, MASKED_PHONE, PHONE, URL, is_phone
from cv_parsing.sections import Section

_CREDENTIALS = re.compile(
    r"(?:,\s*|\s+)(?:(?:Ph\.?\s?D|M\.?D|MBA|M\.?Sc|B\.?Sc|M\.?Eng|B\.?Eng|M\.?A|M\.?S|CPA|PMP|PE|P\.E|CFA|RN|BSN|MSN|J\.?D|Esq|DDS|CISSP|SHRM-CP|PHR|FNP|NP|LCSW|CSM|DVM|PharmD|Ed\.?D|MPH|MPA|LL\.?M|ACCA|CISA|SPHR|DPhil|FRCS|MRCP|EIT|AIA|LEED AP)\b\.?(?:,?\s*)?)+$"  # noqa: E501
)
_TITLE_BEFORE = re.compile(
    r"^(?:(?:Prof|Dr|Mr|Mrs|Ms|Mme|M|Herr|Frau|Sr|Sra|Ing|Dipl|Mag)\.?(?:-\w+\.?)?\s+)+(?=\S)", re.IGNORECASE
)
_LABEL = re.compile(r"^\s*([^\W\d_][^:：\n]{0,28}?)\s*[:：]\s*")
_SPLIT = re.compile(
    r"\s*[|¦│•·●∙◦‣⋄◆■▪♦⬧⚬]\s*|\s+[–—~/]\s+|\t+|\s{3,}|\s+-\s+|\s*;\s+|\s+\*\s+|\s⸱\s|\s*[\ue000-\uf8ff]+\s*"
)


@dataclass(slots=True)
class Contact:
    """What was found, for the caller's use while it reads the rest."""

    name_lines: set[int] = field(default_factory=set)
    leftovers: list[Line] = field(default_factory=list)


def read_contact(builder: Builder, sections: list[Section]) -> None:
    """Fill `basics` from the header, the contact sections and, where those lack it, the whole first page."""
    document = builder.document
    basics: dict[str, Any] = builder.resume.setdefault("basics", {})
    header = sections[0].lines
    contact = [line for section in sections if section.kind == "contact" for line in section.lines]
    taken: list[Range] = []
    name_range = _read_name(builder, basics, document, header, sections, taken)
    # A footer ("© …, jane@school.edu") may end in the header's section: it is asked last.
    first_heading = min((s.heading.start for s in sections if s.heading is not None), default=len(document.text))
    lines = [
        *(line for line in header if line.start < first_heading),
        *contact,
        *(line for line in header if line.start >= first_heading),
    ]
    referees = [
        (line.start, line.end) for section in sections if section.kind == "references" for line in section.lines
    ]
    _read_emails(builder, basics, lines, document, taken, referees)
    _read_links(builder, basics, lines, document, taken)
    _read_phones(builder, basics, lines, document, taken, sections)
    _read_rest(builder, basics, lines, contact, taken, name_range)
    if not basics:
        builder.resume.pop("basics", None)


# --- name -------------------------------------------------------------------------------------------


def _name_words(line: Line) -> list[Word]:
    """The words of the line's biggest style: a contact detail may stand beside the name."""
    words = [w for w in line.words() if not is_icon(w.text)]
    if not words:
        return []
    top = max(w.size for w in words)
    return [w for w in words if w.size >= 0.85 * top]


def plausible_name(text: str) -> bool:
    """Whether a text can be a person's name: a few words of letters, no known section, no sentence."""
    value = text.strip(" ,.|•·-–—")
    if not value or len(value) > 60 or any(c.isdigit() for c in value) or "@" in value or "/" in value:
        return False
    if re.search(r"[:;!?%&+=<>{}\[\]|•]", value):
        return False
    words = lexicon()
    if plain(value) in words.document_titles or words.section_of(value):
        return False
    if has_cjk(value):
        return 2 <= len(value.replace(" ", "")) <= 14 and not any(t in value for t in words.titles_cjk)
    tokens = value.split()
    if not 1 <= len(tokens) <= 6:
        return False
    letters = [t for t in tokens if t[0].isalpha()]
    if len(letters) < max(1, len(tokens) - 1):
        return False
    cased = [t for t in tokens if t[0].lower() != t[0].upper()]
    small = [t for t in cased if t[0].islower()]
    particles = {
        "de",
        "da",
        "do",
        "dos",
        "das",
        "del",
        "la",
        "van",
        "von",
        "der",
        "den",
        "di",
        "bin",
        "ibn",
        "al",
        "el",
        "y",
        "e",
        "zu",
        "af",
        "av",
        "le",
        "du",
        "ter",
        "ten",
        "della",
        "mc",
        "san",
        "st",
        "zur",
        "und",
        "i",
        "vom",
        "op",
        "bint",
        "abu",
        "ben",
    }
    return not [t for t in small if t.casefold().strip(".'’") not in particles] or all(t.islower() for t in cased)


def _read_name(
    builder: Builder,
    basics: dict[str, Any],
    document: Document,
    header: list[Line],
    sections: list[Section],
    taken: list[Range],
) -> Range | None:
    first_page = [line for line in document.lines if line.page == 1 and line.cells and not line.artefact]
    if not first_page:
        return None
    body: Counter[float] = Counter()
    for line in document.lines:
        body[round(line.size * 2) / 2] += max(len(line.text), 1)
    usual = body.most_common(1)[0][0]
    email = EMAIL.search(document.text[:40_000])
    local = plain(email.group().split("@")[0]) if email else ""
    in_header = {id(line) for line in header}
    heading_ids = {id(section.heading) for section in sections if section.heading is not None}
    best: tuple[float, Range] | None = None
    if (named := _labelled_name(builder, basics, first_page, taken)) is not None:
        return named
    for order, line in enumerate(first_page):
        if id(line) in heading_ids or line.bullet:
            continue
        for start, end, size, bold in _name_candidates(document, line, first_page, order):
            text = " ".join(document.text[start:end].split())
            bare = _strip_credentials(text)
            if not plausible_name(bare):
                continue
            score = 8.0 * (size / max(usual, 1) - 1)
            score += 2.5 if id(line) in in_header else -4.0
            score += 1.0 if bold else 0.0
            score -= 0.12 * order
            tokens = [plain(t).strip(".") for t in bare.split()]
            if len(tokens) == 1 and not has_cjk(bare):
                score -= 2.0
            score += 3.0 * min(sum(len(t) > 2 and t in local for t in tokens), 2) if local else 0
            if title_score(bare) >= 1 and not any(len(t) > 2 and t in local for t in tokens):
                if "(" in bare or len(tokens) >= 3:
                    continue  # a headline, however large: a name may be a trade, but has not so many words
                score -= 6.0
            if bare.endswith(".") and len(tokens[-1]) > 4:
                score -= 4.0  # a sentence
            if degree_score(bare) or place_score(bare) >= 1.6 or organisation_score(bare) >= 1:
                score -= 4.0
            if mentions(bare):
                score -= 5
            if best is None or score > best[0]:
                best = (score, (start, end))
    if best is None or best[0] < -1.0:
        return None
    return _store_name(builder, basics, best[1], 0.97 if best[0] > 5 else 0.92 if best[0] > 2.5 else 0.7, taken)


def _labelled_name(builder: Builder, basics: dict[str, Any], lines: list[Line], taken: list[Range]) -> Range | None:
    """The name that a form names as such: in one field, or in one for the given and one for the family name."""
    text = builder.document.text
    found: list[tuple[str, Range, Range]] = []
    for line in lines:
        labelled = _LABEL.match(line.text)
        cut = labelled.end() if labelled else 0
        key = plain(labelled[1]).replace(" ", "") if labelled else ""
        if not labelled and 2 <= len(line.cells) <= 4:
            key = plain(" ".join(word.text for word in line.cells[0])).replace(" ", "")
            cut = line.cells[1][0].start - line.start
        if key not in _NAME_LABELS and key not in _FAMILY_LABELS:
            continue
        start, end = trim(text, line.start + cut, line.end)
        tab = text.find("\t", start, end)
        end = tab if tab > start else end
        if end > start and plausible_name(text[start:end]):
            found.append((key, (start, end), (line.start, line.start + cut)))
    if not found:
        return None
    key, where, label = found[0]
    other = next((item for item in found[1:3] if item[0] != key and item[2][0] - where[1] < 120), None)
    if other is not None and {key, other[0]} & _FAMILY_LABELS and {key, other[0]} & _GIVEN_LABELS:
        given, family = (other, found[0]) if key in _FAMILY_LABELS or other[0] in _PLAIN_GIVEN else (found[0], other)
        builder.put(basics, "name", "/basics", Value([given[1], family[1]], 0.95))
        for item in (given, family):
            taken.append(item[1])
            builder.used.append(trim(text, *item[2]))
        return min(given[1][0], family[1][0]), max(given[1][1], family[1][1])
    if key in _FAMILY_LABELS and key not in _NAME_LABELS:
        return None
    builder.used.append(trim(text, *label))
    return _store_name(builder, basics, where, 0.97, taken)


_PLAIN_GIVEN = {"vorname", "firstname", "givenname", "prénom", "prenom", "voornaam", "imię", "имя", "adı", "förnamn"}
_GIVEN_LABELS = _PLAIN_GIVEN | {
    "forename",
    "givennames",
    "forenames",
    "nome",
    "nombre",
    "nombres",
    "ad",
    "όνομα",
    "ονομα",
}
_FAMILY_LABELS = {
    "name", "surname", "lastname", "familyname", "nachname", "familienname", "nom", "nomdefamille", "apellido",
    "apellidos", "cognome", "sobrenome", "apelido", "achternaam", "nazwisko", "фамилия", "soyad", "soyadı",
    "efternamn", "επώνυμο", "επωνυμο", "прізвище",
}  # fmt: skip
_NAME_LABELS = {
    "name", "fullname", "nom", "nombre", "nome", "naam", "имя", "фио", "姓名", "氏名", "성명", "이름", "الاسم", "שם",
    "vorname", "nameundvorname", "surname(s)/firstname(s)", "surname(s)firstname(s)", "nachname(n)/vorname(n)",
    "nomcomplet", "nombrecompleto", "nomecompleto", "nomeecognome", "cognomeenome", "imięinazwisko", "adsoyad",
    "ονοματεπώνυμο", "ονομα", "firstname(s)/surname(s)", "vorname(n)/nachname(n)", "prénom(s)/nom(s)", "nom(s)/prénom(s)",  # noqa: E501
    "nombre(s)/apellido(s)", "apellidos/nombre", "namn", "名前", "お名前", "nameandsurname", "nomeapelido", "прізвище", "isim",  # noqa: E501
}  # fmt: skip


def _name_candidates(
    document: Document, line: Line, lines: list[Line], order: int
) -> list[tuple[int, int, float, bool]]:
    found: list[tuple[int, int, float, bool]] = []
    big = _name_words(line)
    if not big:
        return found
    # The run of big words that starts the line, cut at separators.
    runs: list[list[Word]] = []
    for cell in line.cells:
        run: list[Word] = []
        for word in cell:
            if word in big and word.text not in "|•·–—-":
                run.append(word)
            elif run:
                runs.append(run)
                run = []
        if run:
            runs.append(run)
    lead = runs[0] if runs else []
    same = next((i for i, word in enumerate(lead) if (word.font, word.color) != (lead[0].font, lead[0].color)), 0)
    if 2 <= same <= 4:
        runs.append(lead[:same])  # an address in another type may follow the name on its line
    for run in runs:
        titles = lexicon().document_titles
        while len(run) > 1 and plain(run[-1].text) in titles:
            run = run[:-1]  # "Jane Doe Resume"  # noqa: PLW2901
        while len(run) > 1 and plain(run[0].text).strip(":") in titles:
            run = run[1:]  # noqa: PLW2901
        start, end = run[0].start, run[-1].end
        piece = document.text[start:end]
        cut = re.search(r"\s+[|•·–—-]\s+|,\s+(?=\S+\s)", piece)
        if cut and not _CREDENTIALS.search(piece):
            end = start + cut.start()
        found.append((start, end, run[0].size, run[0].bold))
    # Names over two lines in one style, "JOHN" / "DOE", or in one row across two columns.
    if len(runs) == 1 and order + 1 < len(lines):
        below = lines[order + 1]
        beside = below.column != line.column and _same_row(below, line)
        words = _name_words(below)
        if (
            words
            and (below.column == line.column or beside)
            and abs(words[0].size - big[0].size) <= 0.12 * big[0].size
            and len(runs[0]) <= 2
            and len(words) <= 3
            and len(words) == sum(1 for _ in below.words())
            and (below.gap_above < 2.0 or beside)
            and (title_score(below.text) == 0 or (len(runs[0]) == 1 and len(words) == 1 and big[0].size > 24))
            and not EMAIL.search(below.text)
            and below.size > 12
        ):
            found.append((runs[0][0].start, words[-1].end, big[0].size + 0.6, big[0].bold))
    return found


def _same_row(one: Line, other: Line) -> bool:
    return one.page == other.page and abs(one.y0 - other.y0) < 2 and abs(one.y1 - other.y1) < 2


def _strip_credentials(text: str) -> str:
    bare = _CREDENTIALS.sub("", text).strip(" ,")
    return bare or text


def _store_name(builder: Builder, basics: dict[str, Any], where: Range, confidence: float, taken: list[Range]) -> Range:
    text = builder.document.text
    start, end = where
    raw = text[start:end]
    suffix = _CREDENTIALS.search(raw)
    name_end = end
    if suffix and suffix.start() > 3:
        name_end = start + suffix.start()
        low, high = trim(text, name_end, end)
        builder.put(basics, "honorificSuffix", "/basics", Value([(low, high)], 0.9))
    low, high = trim(text, start, name_end, " \t\n,;:|•·–—-")
    title = _TITLE_BEFORE.match(text[low:high])
    if (
        title
        and len(text[low + title.end() : high].split()) >= 2
        and re.match(r"(?i)(prof|dr|ing|dipl)", title.group())
    ):
        builder.put(basics, "honorificPrefix", "/basics", Value([trim(text, low, low + title.end())], 0.9))
        low += title.end()
    builder.put(basics, "name", "/basics", Value([(low, high)], confidence))
    taken.append(where)
    return where


# --- e-mail, links, phones --------------------------------------------------------------------------


def _free(where: Range, taken: list[Range]) -> bool:
    return all(where[1] <= low or where[0] >= high for low, high in taken)


def _read_emails(
    builder: Builder,
    basics: dict[str, Any],
    lines: list[Line],
    document: Document,
    taken: list[Range],
    referees: list[Range],
) -> None:
    """The person's addresses: in the header and contact sections, or anywhere but among the referees."""
    elsewhere = [line for line in document.lines if line.cells and _free((line.start, line.end), referees)]
    pools: list[list[Line]] = [lines, elsewhere]
    for number, pool in enumerate(pools):
        for line in pool:
            for match in EMAIL.finditer(line.text):
                where = (line.start + match.start(), line.start + match.end())
                if not _free(where, taken):
                    continue
                taken.append(where)
                if "email" not in basics:
                    value = re.sub(r"\s", "", match.group())
                    builder.put(basics, "email", "/basics", Value([where], 0.98 if number == 0 else 0.85, text=value))
                elif number == 0:
                    # A second address is kept beside the first, under our extension.
                    builder.append(
                        basics, "emails", "/basics", Value([where], 0.9, text=re.sub(r"\s", "", match.group()))
                    )
        if "email" in basics:
            return
        for line, below in itertools.pairwise(pool):
            # An address too long for its column goes on in the next line.
            if "@" not in line.text or below.column != line.column or below.page != line.page:
                continue
            joined = line.text + below.text
            broken = EMAIL.search(joined)
            if broken and broken.start() < len(line.text) < broken.end():
                parts = [
                    (line.start + broken.start(), line.end),
                    (below.start, below.start + broken.end() - len(line.text)),
                ]
                builder.put(basics, "email", "/basics", Value(parts, 0.85, text=broken.group(), transform="line_break"))
                taken.extend(parts)
                return
    # A mailto link behind words that are no address.
    for line in lines:
        for word in line.words():
            if word.link and word.link.lower().startswith("mailto:"):
                address = word.link[7:].split("?")[0]
                if EMAIL.fullmatch(address):
                    where = (word.start, word.end)
                    builder.put(basics, "email", "/basics", Value([where], 0.85, text=address, transform="link"))
                    taken.append(where)
                    return


def network_of(address: str) -> str | None:
    low = address.casefold()
    for network, host in lexicon().networks.items():
        if re.search(rf"(?:^|[/.]){re.escape(host)}", low):
            return network
    return None


def _user_of(address: str) -> str | None:
    path = re.sub(r"^(?:https?://)?[^/]+", "", address).strip("/")
    parts = [
        part for part in path.split("/") if part and part not in ("in", "pub", "users", "u", "profile", "people", "@")
    ]
    if not parts:
        return None
    user = parts[0].split("?")[0]
    return user.lstrip("@") or None


def _read_links(
    builder: Builder, basics: dict[str, Any], lines: list[Line], document: Document, taken: list[Range]
) -> None:
    seen: set[str] = set()
    text = document.text

    def store(value: str, where: Range, confidence: float, transform: str | None = None) -> None:
        key = re.sub(r"^(https?://)?(www\.)?", "", value.casefold()).rstrip("/")
        if key in seen or not key:
            return
        seen.add(key)
        network = network_of(value)
        if network is None and "url" not in basics:
            builder.put(basics, "url", "/basics", Value([where], confidence, text=value, transform=transform))
            return
        profiles = basics.setdefault("profiles", [])
        pointer = f"/basics/profiles/{len(profiles)}"
        profile: dict[str, Any] = {}
        builder.put(profile, "url", pointer, Value([where], confidence, text=value, transform=transform))
        if network:
            profile["network"] = network
            builder.note(pointer + "/network", Value([where], 0.95, transform="network"))
            user = _user_of(value)
            if user:
                at = text.casefold().find(user.casefold(), where[0], where[1])
                profile["username"] = user if at < 0 else text[at : at + len(user)]
                place = (at, at + len(user)) if at >= 0 else where
                builder.note(pointer + "/username", Value([place], 0.9, transform=None if at >= 0 else "link"))
        profiles.append(profile)

    for line in lines:
        addresses: dict[Range, str] = {}
        for match in URL.finditer(line.text):
            where = (line.start + match.start(), line.start + match.end())
            if not _free(where, taken):
                continue
            addresses[where] = match.group()
        # A long address broken over two lines goes on below.
        for where, value in addresses.items():
            taken.append(where)
            store(value, where, 0.95)
        groups: list[tuple[str, int, int]] = []
        for word in line.words():
            if not word.link or not word.link.lower().startswith("http"):
                continue
            if groups and groups[-1][0] == word.link:
                groups[-1] = (word.link, groups[-1][1], word.end)
            else:
                groups.append((word.link, word.start, word.end))
        for address, start, end in groups:
            low, high = trim(text, start, end)
            while low < high and is_icon(text[low]):
                low += 1
            low, high = trim(text, low, high)
            if low >= high or not any(c.isalnum() for c in text[low:high]):
                continue
            where = (low, high)
            shown = text[low:high]
            network = network_of(address)
            if not _free(where, taken):
                continue
            if (
                EMAIL.search(shown)
                or is_phone(shown)
                or (
                    network is None
                    and plausible_name(shown)
                    and "name" in basics
                    and plain(shown) == plain(basics["name"])
                )
            ):
                continue
            if network is None and place_score(shown) >= 1:
                continue
            taken.append(where)
            store(address, where, 0.9, "link")
    _handles(builder, basics, lines, document, taken, seen)


def _handles(
    builder: Builder, basics: dict[str, Any], lines: list[Line], document: Document, taken: list[Range], seen: set[str]
) -> None:
    """`GitHub: name` and `@name` without an address."""
    text = document.text
    names = {plain(name).replace(" ", ""): name for name in lexicon().networks} | {"x": "X", "skype": "Skype"}
    for line in lines:
        for match in re.finditer(
            r"(?i)\b([A-Za-z][A-Za-z ]{1,14}?)\s*[:：/]\s*(@?[A-Za-z0-9][\w.\-]{2,38})(?![\w@:/.])", line.text
        ):
            network = names.get(plain(match[1]).replace(" ", ""))
            where = (line.start + match.start(2), line.start + match.end(2))
            if network is None or not _free(where, taken):
                continue
            taken.append((line.start + match.start(), line.start + match.end()))
            profiles = basics.setdefault("profiles", [])
            pointer = f"/basics/profiles/{len(profiles)}"
            profile: dict[str, Any] = {}
            builder.put(profile, "username", pointer, Value([where], 0.9))
            profile["network"] = network
            builder.note(
                pointer + "/network",
                Value([(line.start + match.start(1), line.start + match.end(1))], 0.95, transform="network"),
            )
            profiles.append(profile)
            del text
            seen.add(profile.get("username", ""))


def _read_phones(
    builder: Builder,
    basics: dict[str, Any],
    lines: list[Line],
    document: Document,
    taken: list[Range],
    sections: list[Section],
) -> None:
    pools = [lines]
    if not any(True for _ in _phones_in(lines, taken)):
        in_sections = {
            id(line) for section in sections if section.kind in ("work", "education") for line in section.lines
        }
        pools.append(
            [line for line in document.lines if line.cells and line.page == 1 and id(line) not in in_sections][:80]
        )
    for number, pool in enumerate(pools):
        found = list(_phones_in(pool, taken))
        if not found:
            continue
        # A labelled fax is not the phone; a labelled mobile comes first when there are several.
        found.sort(key=lambda item: (item[2] == "fax", item[0][0]))
        for index, (where, value, label) in enumerate(found):
            taken.append(where)
            if index == 0 and label != "fax":
                builder.put(basics, "phone", "/basics", Value([where], 0.96 if number == 0 else 0.75, text=value))
            elif index < 4:
                builder.append(basics, "phones", "/basics", Value([where], 0.85, text=value))
        return


def _phones_in(lines: list[Line], taken: list[Range]) -> "list[tuple[Range, str, str]]":
    found: list[tuple[Range, str, str]] = []
    for line in lines:
        for match in PHONE.finditer(line.text):
            raw = match.group()
            start, end = match.start(), match.end()
            # Two numbers run together: stop where a new one starts.
            second = re.search(r"(?<=\d)[\s/]+\+", raw)
            if second:
                end = start + second.start()
                raw = line.text[start:end]
            stripped = raw.rstrip(" .-–—/·(")
            end = start + len(stripped)
            raw = stripped
            if not is_phone(raw):
                continue
            where = (line.start + start, line.start + end)
            if not _free(where, taken) or URL.search(line.text[max(0, start - 1) : end + 1]):
                continue
            before = plain(line.text[max(0, start - 24) : start])
            label = "fax" if "fax" in before or "факс" in before else ""
            if re.search(
                r"\b(?:dob|born|geb\w*|\w*birth\w*|naiss\w*|nac\w*|id|nif|dni|cpf|rg|isbn|orcid|license|licence|no\.)\W*$",
                before,
            ):
                continue
            if re.fullmatch(r"\d{4,5}\s+\d{4,5}", raw) and not raw.startswith("0"):
                continue
            mentions_here = [m for m in mentions(raw) if m.value]
            if mentions_here and not raw.lstrip().startswith(("+", "(")) and len(re.sub(r"\D", "", raw)) <= 8:
                continue
            found.append((where, raw.strip(), label))
    if not found:
        for line in lines:
            masked = MASKED_PHONE.search(line.text)
            if masked and _free((line.start + masked.start(), line.start + masked.end()), taken):
                found.append(((line.start + masked.start(), line.start + masked.end()), masked.group(), ""))
    return found


# --- what is left -------------------------------------------------------------------------------------


def _pieces(line: Line, taken: list[Range]) -> list[Range]:
    """The parts of a line that are not yet used, cut at separators."""
    cuts = sorted(r for r in taken if r[0] < line.end and r[1] > line.start)
    at = line.start
    free: list[Range] = []
    for low, high in [*cuts, (line.end, line.end)]:
        if low > at:
            free.append((at, min(low, line.end)))
        at = max(at, high)
    result: list[Range] = []
    for low, high in free:
        text = line.text[low - line.start : high - line.start]
        start = 0
        for match in [*_SPLIT.finditer(text), None]:
            end = match.start() if match else len(text)
            if end > start:
                result.append((low + start, low + end))
            start = match.end() if match else end
    return result


def _read_rest(
    builder: Builder,
    basics: dict[str, Any],
    lines: list[Line],
    contact: list[Line],
    taken: list[Range],
    name_range: Range | None,
) -> None:
    document = builder.document
    text = document.text
    words = lexicon()
    in_contact = {id(line) for line in contact}
    prose: list[Range] = []
    label_taken = False
    address: list[Range] = []
    after_name = name_range is None
    since_name = 0
    body: Counter[float] = Counter()
    for line in document.lines:
        body[round(line.size * 2) / 2] += max(len(line.text), 1)
    usual = body.most_common(1)[0][0] if body else 10.0
    pending_label: str | None = None
    running_text = _running_text(lines, taken)
    headline: int | None = None
    for number, line in enumerate(lines):
        if name_range and line.start <= name_range[1] and line.end >= name_range[0]:
            after_name = True
        elif after_name:
            since_name += 1
        count = len(line.text.split())
        long_text = id(line) in running_text or count > 12 or (has_cjk(line.text) and len(line.text) > 32)
        pieces = _pieces(line, taken)
        if headline is not None and line.start <= headline:
            continue
        if after_name and 1 <= since_name <= 2 and not label_taken and id(line) not in in_contact:
            headline = _set_as_headline(lines[number:], usual, taken)
            if headline is not None:
                where = (line.start, headline)
                builder.put(basics, "label", "/basics", Value([where], 0.9 if title_score(line.text) > 0 else 0.75))
                taken.append(where)
                label_taken = True
                continue
        continues = bool(prose) and text[prose[-1][1] : line.start].strip() == "" and not pending_label
        if (long_text and _free((line.start, line.end), taken) and len(line.cells) == 1) or (
            continues
            and _free((line.start, line.end), taken)
            and len(line.cells) == 1
            and line.gap_above < 1.9
            and not _LABEL.match(line.text)
            and not text[prose[-1][0] : prose[-1][1]].rstrip().endswith((".", "。"))
        ):
            if continues:
                prose[-1] = (prose[-1][0], line.end)
            else:
                prose.append((line.start, line.end))
            pending_label = None
            continue
        for low, high in pieces:
            start, end = trim(text, low, high)
            while start < end and is_icon(text[start]):
                start += 1
            start, end = trim(text, start, end)
            value = text[start:end]
            if not any(c.isalnum() for c in value):
                continue
            if plain(value).strip(" :").replace(" ", "") in _NAME_LABELS | _FAMILY_LABELS | _GIVEN_LABELS:
                builder.used.append((start, end))  # "Name:" says what stands beside it
                continue
            kind = None
            labelled = _LABEL.match(value)
            if labelled:
                kind = words.labels.get(plain(labelled[1]).strip(". "))
                if kind is None and "/" in labelled[1]:
                    kind = words.labels.get(plain(labelled[1].split("/")[0]).strip(". "))
                if kind:
                    builder.used.append((start, start + labelled.end()))
                    start, end = trim(text, start + labelled.end(), end)
                    value = text[start:end]
                    if not value:
                        pending_label = kind
                        continue
            elif words.labels.get(plain(value).strip(". :")) and (len(line.cells) > 1 or len(pieces) >= 1):
                pending_label = words.labels[plain(value).strip(". :")]
                builder.used.append((start, end))
                continue
            elif pending_label:
                kind = pending_label
            pending_label = None
            if kind in ("birth", "nationality"):
                target = builder.resume.setdefault("meta", {}).setdefault("cvmaker", {}).setdefault("personal", [])
                target.append(value)
                builder.note(f"/meta/cvmaker/personal/{len(target) - 1}", Value([(start, end)], 0.9))
                target[-1] = builder.read([(start, end)])
                continue
            if kind in ("phone", "email", "url", "technologies"):
                continue
            if kind == "profile" and (labelled or place_score(value) < 1.6):
                continue  # a row of labels stands over its values: the last one is not the first value's
            place = place_score(value)
            looks_address = bool(
                (
                    re.search(r"\d", value)
                    and not _AGE.fullmatch(value)
                    and re.search(r"[^\W\d_]{3}", value)
                    and len(value) < 80
                    and (
                        re.search(r"\b\d{4,6}\b|\b[A-Z]{1,2}\d[\dA-Z]?\s?\d[A-Z]{2}\b", value)
                        or re.match(r"\d{1,5}\w?,?\s+[^\W\d_]", value)
                        or re.search(
                            r"(?i)(?:str\.|straße|strasse|street|road|avenue|ave\b|rue |calle|via |gasse|weg \d|platz|boulevard|ul\.|улица|ул\.|κα|路|号|區|市|県|丁目|번지|שדרות|רחוב|شارع)",  # noqa: E501
                            value,
                        )
                    )
                    and not mentions(value)
                )
                or kind == "address"
            )
            if kind == "address" or place >= 1.2 or looks_address:
                if len(address) < 3 and (not address or start - address[-1][1] < 160):
                    address.append((start, end))
                continue
            near_name = after_name and since_name <= 4 and id(line) not in in_contact
            if (
                near_name
                and not label_taken
                and 1 <= len(value.split()) <= 14
                and len(value) <= 110
                and not mentions(value)
                and (title_score(value) > 0 or line.size > usual * 1.05 or (line.size >= usual and since_name <= 2))
                and plain(value) not in words.document_titles
                and not value.startswith(("http", "@"))
            ):
                # A headline may hold several titles parted by bars; it ends with its line.
                stop = end
                if (
                    len(line.cells) == 1
                    and all(title_score(text[a:b]) > 0 or title_score(value) > 0 for a, b in pieces)
                    and pieces[0][0] <= start
                ):
                    stop = trim(text, start, pieces[-1][1])[1]
                if title_score(value) > 0 or _looks_like_headline(value):
                    builder.put(
                        basics, "label", "/basics", Value([(start, stop)], 0.9 if title_score(value) > 0 else 0.6)
                    )
                    taken.append((start, stop))
                    label_taken = True
                    if stop > end:
                        break
                    continue
            if plain(value) in words.document_titles:
                builder.used.append((start, end))
    _store_address(builder, basics, address)
    if prose and "summary" not in basics:
        builder.put(basics, "summary", "/basics", Value(prose, 0.8))


def _set_as_headline(lines: list[Line], usual: float, taken: list[Range]) -> int | None:
    """Where the headline that the first of these lines opens ends; None if it is none.

    Under a name, a line larger than the text and parted by bars is one headline, whatever words it holds
    ("Chief of Nothing | React, SQL"), unless one of its parts is a place, a date or a way to reach the person.
    """
    first = lines[0]
    bars = re.split(r"\s+[|•·/]\s+", first.text)
    if (
        len(bars) < 2
        or len(first.cells) != 1
        or first.size <= usual * 1.05
        or not _free((first.start, first.end), taken)
        or any(place_score(part) >= 1 or _LABEL.match(part) or "@" in part for part in bars)
        or mentions(first.text)
        or lexicon().section_of(first.text)
    ):
        return None
    end = first.end
    for above, line in itertools.pairwise(lines[:4]):
        same = (line.size, line.bold, line.italic, line.font) == (above.size, above.bold, above.italic, above.font)
        if not same or not runs_on(above, line) or not _free((line.start, line.end), taken):
            break
        end = line.end
    return end


def _running_text(lines: list[Line], taken: list[Range]) -> set[int]:
    """Lines of paragraphs: several lines of one style, close together, with many words between them."""
    found: set[int] = set()
    group: list[Line] = []
    for line in [*lines, None]:
        if (
            line is not None
            and len(line.cells) == 1
            and _free((line.start, line.end), taken)
            and (
                not group
                or (
                    line.column == group[-1].column
                    and abs(line.size - group[-1].size) < 0.4
                    and line.gap_above < 2.1
                    and line.font == group[-1].font
                )
            )
        ):
            group.append(line)
            continue
        if (
            len(group) >= 2
            and sum(len(item.text.split()) for item in group) >= 17
            and max(len(item.text.split()) for item in group) >= 6
        ):
            found.update(id(item) for item in group)
        group = [line] if line is not None and len(line.cells) == 1 and _free((line.start, line.end), taken) else []
    return found


def _looks_like_headline(value: str) -> bool:
    if value.startswith(("“", '"', "«", "”")) or value.endswith((".", "”", '"')):
        return False
    if re.fullmatch(r"[^\W\d_][^\d,|]{3,30} \d{1,3} ?[a-zA-Z]?", value):
        return False  # a street and a house number
    return any(c.isalpha() for c in value) and len(value) > 3 and not re.fullmatch(r"[\W\d]+", value)


_STREET = re.compile(
    r"(?i)\b(?:st|str|street|road|rd|ave|avenue|lane|ln|drive|dr|blvd|boulevard|way|court|ct|square|sq|terrace|rue|"
    r"place|all[ée]e|chemin|quai)\.?$|^(?:rue|avenue|boulevard|all[ée]e|chemin|quai|place|bis)\b"
)
"""After a number these make a street of it, not a town with its postal code."""
_AGE = re.compile(r"(?i)\d{2}\s*(?:ans|years?(?: old)?|yrs?|jahre(?: alt)?|años|anni|anos|jaar|lat|let|лет|ετών)\.?")
_FULL_DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-](?:19|20|1\d)\d{2}\b")


def _store_address(builder: Builder, basics: dict[str, Any], ranges: list[Range]) -> None:
    """Street, postal code, city, region and country, each from its own words."""
    if not ranges:
        return
    text = builder.document.text
    words = lexicon()
    location: dict[str, Any] = {}
    parts: list[Range] = []
    for low, high in ranges:
        at = low
        for match in [*re.finditer(r",\s*|，|、|\n|\t|\s[-–—|•·/]\s", text[low:high]), None]:
            end = low + match.start() if match else high
            a, b = trim(text, at, end)
            if b > a and any(c.isalnum() for c in text[a:b]) and not _FULL_DATE.search(text[a:b]):
                parts.append((a, b))
            at = low + match.end() if match else end
    for number in range(len(parts) - 2, -1, -1):
        (a, b), (c, d) = parts[number], parts[number + 1]
        if re.fullmatch(r"\d{1,4}\s*(?:bis|ter)?", text[a:b]) and _STREET.search(text[c:d]):
            parts[number : number + 2] = [(a, d)]  # "3, rue de la Liberté"
    rest: list[Range] = []
    for a, b in parts:
        value = text[a:b]
        code = words.countries.get(plain(value).strip(" ."))
        if code is None and re.fullmatch(r"[A-Z]{2}", value) and value in set(words.countries.values()):
            # "Tel Aviv, IL" is Israel where the text is not in Latin letters; "Chicago, IL" is Illinois.
            latin = all(c < "\u0250" for c in text[ranges[0][0] : ranges[0][1]])
            code = value if value not in words.region_codes or not latin else None
        if code and "countryCode" not in location and value not in ("CA", "DE"):
            location["countryCode"] = code
            builder.note("/basics/location/countryCode", Value([(a, b)], 0.95, transform="country"))
        else:
            rest.append((a, b))
    remaining: list[Range] = []
    coded = [
        where
        for where in rest
        if re.fullmatch(r"(?:\D{2,}?\s+)?(?:[A-Z]{1,3}-)?\d{4,6}(?:-\d{3,4})?", text[slice(*where)])
    ]
    for a, b in rest:
        value = text[a:b]
        if re.search(r"\d", value):
            postal = re.match(r"^((?:[A-Z]{1,3}-)?\d{4,6}(?:-\d{3,4})?)\s+(\D{2,})$", value)
            if postal and (_STREET.search(postal[2]) or any(where[0] > b for where in coded)):
                postal = None  # "2712 Broadway St, …, CA 94115": a house number where the code comes later
            tail = re.match(r"^(\D{2,}?)\s+(\d{4,6}(?:-\d{3,4})?)$", value)
            if postal:
                builder.put(location, "postalCode", "/basics/location", Value([(a, a + postal.end(1))], 0.9))
                remaining.append((a + postal.start(2), b))
            elif tail and not re.search(r"(?i)str|road|street|rue|calle|weg", value):
                cut, code_at = a + tail.end(1), a + tail.start(2)
                head, _, last = tail[1].rpartition(" ")
                if plain(head) in words.regions and last in words.region_codes:
                    # "California CA 94115": the region is named, its code belongs to the postal code.
                    code_at = cut - len(last)
                    cut = code_at - 1
                builder.put(location, "postalCode", "/basics/location", Value([(code_at, b)], 0.9))
                remaining.append((a, cut))
            elif re.fullmatch(r"(?:[A-Z]{1,3}-)?\d{4,6}(?:-\d{3,4})?", value):
                builder.put(location, "postalCode", "/basics/location", Value([(a, b)], 0.9))
            elif "address" not in location:
                builder.put(location, "address", "/basics/location", Value([(a, b)], 0.85))
            else:
                remaining.append((a, b))
        else:
            remaining.append((a, b))
    if remaining:
        city = 0
        known = [i for i, (a, b) in enumerate(remaining) if plain(text[a:b]) in words.cities]
        regions = [
            i
            for i, (a, b) in enumerate(remaining)
            if plain(text[a:b]) in words.regions or text[a:b] in words.region_codes
        ]
        if known:
            city = known[0]
        elif regions and regions[-1] > 0:
            city = regions[-1] - 1
        if city > 0 and "address" not in location:
            builder.put(
                location, "address", "/basics/location", Value([(remaining[0][0], remaining[city - 1][1])], 0.7)
            )
        builder.put(location, "city", "/basics/location", Value([remaining[city]], 0.85))
        if city + 1 < len(remaining):
            builder.put(
                location, "region", "/basics/location", Value([(remaining[city + 1][0], remaining[-1][1])], 0.8)
            )
    if location:
        basics["location"] = location
