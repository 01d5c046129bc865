"""Dates as people write them in CVs: months in words and numbers, seasons, ranges, "present" in many languages.

A date keeps the precision the page shows. Times of day, ages, sums and phone numbers are no dates.
"""

import functools
import re
from dataclasses import dataclass
from typing import Literal

from cv_parsing.lexicon import lexicon, plain

Precision = Literal["year", "month", "day"]
_YEAR = r"(?:19[3-9]\d|20[0-4]\d)"
_SHORT_YEAR = r"['’‘`´]\s?\d{2}(?!\d)"
_DASH = r"(?:-{1,3}|[\u2010-\u2015\u2212~～〜→➔➝]|\u2013)"


@dataclass(frozen=True, slots=True)
class DateMention:
    """One date in a text. `value` is ISO at the page's precision, or None for "present"."""

    start: int
    end: int
    value: str | None
    precision: Precision | None
    running: bool = False
    expected: bool = False


@dataclass(frozen=True, slots=True)
class DateRange:
    """A period, or a single date (`until` None and `single` True). Offsets are those of the searched text."""

    start: int
    end: int
    since: DateMention | None
    until: DateMention | None
    single: bool = False


@dataclass(slots=True)
class _Patterns:
    month: re.Pattern[str]
    present: re.Pattern[str]
    lead_since: re.Pattern[str]
    lead_until: re.Pattern[str]
    lead_expected: re.Pattern[str]
    tail_expected: re.Pattern[str]
    between: re.Pattern[str]
    season: re.Pattern[str]


def _alternatives(words: set[str] | dict[str, int]) -> str:
    ordered = sorted((word for word in words if word), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)


@functools.cache
def _patterns() -> _Patterns:
    words = lexicon()
    letters = {
        word: number for word, number in words.months.items() if not re.match(r"\d|[一二三四五六七八九十]", word)
    }
    present = {word for word in words.present if len(word) > 1}
    cjk_present = {word for word in present if re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", word)}
    spaced = present - cjk_present
    between = {word for word in words.range_words if not re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", word)}
    return _Patterns(
        month=re.compile(rf"(?<![^\W\d_])(?:{_alternatives(letters)})(?![^\W\d_])\.?"),
        present=re.compile(
            rf"(?<!\w)(?:{_alternatives(spaced)})(?!\w)|(?:{_alternatives(cjk_present)})|(?<![\u4e00-\u9fff])今(?![\u4e00-\u9fff])"
        ),
        lead_since=re.compile(rf"(?:(?<!\w)(?:{_alternatives(words.since)})\s*|[自从])$"),
        lead_until=re.compile(rf"(?<!\w)(?:{_alternatives(words.until)})\s*$"),
        lead_expected=re.compile(rf"(?<!\w)(?:{_alternatives(words.expected)})\W{{0,3}}$"),
        # In brackets only: "2014 expected revenue" says something else.
        tail_expected=re.compile(rf"\s*[(\[]\s*(?:{_alternatives(words.expected)})\.?\s*[)\]]"),
        between=re.compile(
            rf"\s*(?:{_DASH}|(?<!\w)(?:{_alternatives(between)})(?!\w)|から|부터|至|到|より|/(?=\s)|\|)\s*(?:{_DASH})?\s*"
        ),
        season=re.compile(rf"(?<!\w)(?:{_alternatives(words.seasons)}|q[1-4]|h[12]|\d\.?\s*semester)(?!\w)"),
    )


_NUMERIC = re.compile(
    rf"(?<![\d.,/\-])(?:"
    rf"(?P<y1>{_YEAR})\s?[-./]\s?(?P<m1>0?[1-9]|1[0-2])(?:\s?[-./]\s?(?P<d1>0?[1-9]|[12]\d|3[01])(?!\d))?(?![\d])(?:\.(?=\s?[~\u2010-\u2015〜～-]|\t|\s*$))?"
    rf"|(?P<a2>\d{{1,2}})\s?[-./]\s?(?P<b2>\d{{1,2}})\s?[-./]\s?(?P<y2>{_YEAR})(?!\d)"
    rf"|(?P<m3>0?[1-9]|1[0-2])\s?[-./]\s?(?P<y3>{_YEAR})(?!\d)"
    rf"|(?P<y4>{_YEAR})\s?[年년]\s?(?:(?P<m4>1[0-2]|0?[1-9])\s?[月월](?:\s?(?P<d4>[12]\d|3[01]|0?[1-9])\s?[日일])?)?(?:度)?"
    rf"|(?P<m5>0?[1-9]|1[0-2])\s?/\s?(?P<y5>\d{{2}})(?![\d/])"
    rf")"
)
_PLAIN_YEAR = re.compile(rf"(?<![\d.,$€£#+])(?P<y>{_YEAR})(?![\d%]|[.,]\d)")
_TIGHT_RANGE = re.compile(rf"(?<!\d)(?P<a>{_YEAR})\s?(?P<dash>[-–—/])\s?(?P<b>\d{{2}})(?![\d\-–/.])")
_EARLIER_PERIOD = re.compile(rf"(?<![\d.,])(?P<a>1[5-8]\d\d|19[0-2]\d)\s?{_DASH}\s?(?P<b>1[5-9]\d\d)(?![\d%]|[.,]\d)")
"""Years before 1930 count only where they cannot be a quantity: in a period, one to "present" too, or after "since"."""
_EARLIER_RUNNING = re.compile(rf"(?<![\d.,])(?P<a>1[5-8]\d\d|19[0-2]\d)\s?{_DASH}\s?(?=[^\W\d])")
_EARLIER_SINCE = re.compile(r"[^\W\d]+\s+(?P<a>1[5-8]\d\d|19[0-2]\d)(?![\d%]|[.,]\d)")
_MONTH_NUMBER_RANGE = re.compile(
    rf"(?<!\d)(?P<a>0?[1-9]|1[0-2])\s?[-–—]\s?(?P<b>0?[1-9]|1[0-2])\s?[/.]\s?(?P<y>{_YEAR})(?!\d)"
)
_DAY_AFTER = re.compile(r"\s*(?:,\s*)?(?P<d>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|º|er|\.)?\s*,\s*(?=\d{4})")
_DAY_BEFORE = re.compile(r"(?<!\d)(?P<d>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|º|°|er|\.|,)?\s*(?:de\s+|of\s+)?$")
_YEAR_AFTER = re.compile(
    rf"\s*(?:[,./\-–’']|de|del|of|г\.?)?\s*(?P<y>{_YEAR})(?!\d)|\s*(?P<s>{_SHORT_YEAR})|\s+(?P<t>\d{{2}})(?![\d:%.,])"
)
_YEAR_BEFORE = re.compile(rf"(?P<y>{_YEAR})\s*[,./\-–]?\s*$")
_TAIL = re.compile(r"\s*(?:г\.?г?\.?|р\.)(?!\w)")
DURATION = re.compile(
    r"(?ix)[(\[·,•|\s-]*\b(?:\d{1,2}\+?\s*(?:years?|yrs?|yr|jahre?n?|ans?|an[sn]ées?|años?|anos?|anni|jaar|лет|года?|г\.|lata?|yıl|χρόνια|år|年|년)"
    r"(?:[\s,]*(?:and|und|et|y|e)?\s*\d{1,2}\s*(?:months?|mos?|monate?n?|mois|meses|mes|mesi|maanden|мес(?:яц(?:а|ев)?)?\.?|miesi\w+|ay|månader|か月|ヶ月|개월|个月))?"
    r"|\d{1,2}\s*(?:months?|mos?|monate?n?|mois|meses|mes|mesi|maanden|мес(?:яц(?:а|ев)?)?\.?|miesi\w+|weeks?|wks?|か月|ヶ月|개월|个月))\b\.?[)\]]*"
)


def _century(two_digits: str) -> str:
    number = int(two_digits)
    return f"{2000 + number if number < 45 else 1900 + number}"


def mentions(text: str) -> list[DateMention]:
    """Every date and "present" word of a text, left to right."""
    if not any(c.isdigit() for c in text) and len(text) > 60:
        return []
    patterns = _patterns()
    low = _same_length_plain(text)
    found: list[DateMention] = []
    taken = [False] * (len(text) + 1)

    def add(start: int, end: int, value: str | None, precision: Precision | None, *, running: bool = False) -> None:
        if start >= end or any(taken[start:end]):
            return
        tail = _TAIL.match(low, end)
        if tail:
            end = tail.end()
        lead = patterns.lead_expected.search(low[:start])
        expected = False
        if lead and lead.end() == start and lead.group().strip():
            start, expected = lead.start(), True
        planned = patterns.tail_expected.match(low, end)
        if planned:
            end, expected = planned.end(), True
        for position in range(start, end):
            taken[position] = True
        found.append(DateMention(start, end, value, precision, running, expected))

    for match in _TIGHT_RANGE.finditer(low):
        first, second = match["a"], match["b"]
        # 2019-20 is a range where 20 cannot be a month or clearly follows 19; 2019-11 is November 2019.
        # A dash that is no hyphen ("2007–08") stands between years: months are written with a hyphen.
        if int(second) > int(first[2:]) and (int(second) > 12 or text[match.start("dash")] in "–—"):
            add(match.start("a"), match.end("a"), first, "year")
            add(match.start("b"), match.end("b"), first[:2] + second, "year")
    for match in _MONTH_NUMBER_RANGE.finditer(low):
        year = match["y"]
        if int(match["a"]) < int(match["b"]):
            add(match.start("a"), match.end("a"), f"{year}-{int(match['a']):02d}", "month")
            add(match.start("b"), match.end("y"), f"{year}-{int(match['b']):02d}", "month")
    for match in patterns.month.finditer(low):
        name = match.group().rstrip(".")
        number = lexicon().months.get(" ".join(name.split())) or lexicon().months.get(match.group())
        if number is None:
            continue
        start, end = match.start(), match.end()
        day = ""
        after = _YEAR_AFTER.match(low, end)
        day_after = _DAY_AFTER.match(low, end)
        if day_after and re.match(_YEAR, low[day_after.end() :]):
            day = day_after["d"]
            year, end = low[day_after.end() : day_after.end() + 4], day_after.end() + 4
        elif after:
            year = after["y"] or _century(re.sub(r"\D", "", after["s"] or after["t"]))
            if after["t"] and not (int(after["t"]) <= 45 or int(after["t"]) >= 60):
                continue
            end = after.end()
            if after["t"] and len(name) <= 3 and not text[match.start()].isupper():
                continue
        else:
            before = _YEAR_BEFORE.search(low[:start])
            if before:
                year, start = before["y"], before.start()
            else:
                # `Jan – Mar 2020`: a month that borrows its year from the end of the range.
                borrowed = patterns.between.match(low, end)
                year = ""
                if borrowed:
                    other = patterns.month.match(low, borrowed.end())
                    if other:
                        tail = _YEAR_AFTER.match(low, other.end())
                        if tail and (tail["y"] or tail["s"]):
                            year = tail["y"] or _century(re.sub(r"\D", "", tail["s"]))
                if not year:
                    continue
        before_day = _DAY_BEFORE.search(low[:start])
        if before_day and not day and not re.search(r"\d\s*$", low[: before_day.start()]):
            day, start = before_day["d"], before_day.start()
        value = f"{year}-{number:02d}" + (f"-{int(day):02d}" if day else "")
        add(start, end, value, "day" if day else "month")
    for match in _NUMERIC.finditer(low):
        group = match.groupdict()
        start, end = match.span()
        if group["y1"]:
            value = f"{group['y1']}-{int(group['m1']):02d}"
            if group["d1"]:
                add(start, end, f"{value}-{int(group['d1']):02d}", "day")
            else:
                add(start, end, value, "month")
        elif group["y2"]:
            first, second = int(group["a2"]), int(group["b2"])
            day_, month = (second, first) if first <= 12 and second > 12 else (first, second)
            if month > 12 or not 1 <= day_ <= 31 or month < 1:
                continue
            if first <= 12 and second <= 12 and "/" in match.group() and _month_first(text):
                day_, month = second, first
            add(start, end, f"{group['y2']}-{month:02d}-{day_:02d}", "day")
        elif group["y3"]:
            add(start, end, f"{group['y3']}-{int(group['m3']):02d}", "month")
        elif group["y4"]:
            value = group["y4"]
            precision: Precision = "year"
            if group["m4"]:
                value, precision = f"{value}-{int(group['m4']):02d}", "month"
                if group["d4"]:
                    value, precision = f"{value}-{int(group['d4']):02d}", "day"
            add(start, end, value, precision)
        elif group["y5"]:
            add(start, end, f"{_century(group['y5'])}-{int(group['m5']):02d}", "month")
    if len(text) < 80:
        for match in _EARLIER_PERIOD.finditer(low):
            if int(match["a"]) <= int(match["b"]) <= int(match["a"]) + 70:
                add(match.start("a"), match.end("a"), match["a"], "year")
                add(match.start("b"), match.end("b"), match["b"], "year")
        for match in _EARLIER_RUNNING.finditer(low):
            if patterns.present.match(low, match.end()):
                add(match.start("a"), match.end("a"), match["a"], "year")
        earlier = _EARLIER_SINCE.match(low)
        if earlier and patterns.lead_since.search(low[: earlier.start("a")]):
            add(earlier.start("a"), earlier.end("a"), earlier["a"], "year")
    for match in _PLAIN_YEAR.finditer(low):
        start, end = match.start("y"), match.end("y")
        season = re.search(r"([\w.]+)\s*[,'/]?\s*$", low[:start])
        if season and patterns.season.fullmatch(season[1]):
            start = season.start(1)
        add(start, end, match["y"], "year")
    for match in patterns.present.finditer(low):
        add(match.start(), match.end(), None, None, running=True)
    found.sort(key=lambda mention: mention.start)
    return found


def _month_first(text: str) -> bool:
    """Whether a slashed date near it proves the American order (a second part above twelve)."""
    return any(int(b) > 12 for _, b in re.findall(rf"(\d{{1,2}})/(\d{{1,2}})/{_YEAR}", text))


def _same_length_plain(text: str) -> str:
    """`plain` that keeps every offset."""
    low = plain(text)
    if len(low) == len(text):
        return low
    return "".join((plain(letter) or " ")[:1] if letter.strip() else " " for letter in text)


def ranges(text: str) -> list[DateRange]:
    """Periods and single dates. A "present" word counts only as the end of a period."""
    patterns = _patterns()
    low = _same_length_plain(text)
    found = mentions(text)
    result: list[DateRange] = []
    position = 0
    while position < len(found):
        here = found[position]
        following = found[position + 1] if position + 1 < len(found) else None
        if here.running:
            position += 1
            continue
        lead = patterns.lead_since.search(low[: here.start])
        start = here.start
        since_word = bool(lead and lead.group().strip() and lead.end() == here.start)
        if since_word and lead is not None:
            start = lead.start()
        between = low[here.end : following.start] if following else ""
        joined = (
            following is not None
            and (
                (between.strip() and patterns.between.fullmatch(between))
                or (
                    not between.strip()
                    and here.precision == following.precision
                    and (
                        here.precision == "month"
                        or "\n" in text[here.end : following.start]
                        # A line that is two years and nothing else is a period whose dash was lost.
                        or (here.precision == "year" and re.fullmatch(r"\s*\d{4}\s+\d{4}\s*", text))
                    )
                    and text[: here.start].rstrip(" ")[-1:] in ("", "\t")
                    and not text[following.end :].strip()
                )
                or (following.running and re.fullmatch(r"[\s,()\-–—]*(?:\w{1,5}\s+)?", between))
            )
        )
        if following is not None and joined and (following.running or _ordered(here, following)):
            end = following.end
            tail = re.match(r"\s*(?:まで|까지)", low[end:])
            result.append(DateRange(start, end + (tail.end() if tail else 0), here, following))
            position += 2
            continue
        if (
            following is not None
            and between.strip()
            and re.fullmatch(rf"\s*{_DASH}\s*", between)
            and not following.running
            and here.precision == following.precision
        ):
            # A dash between two dates makes a period even backwards: right-to-left text prints its start on the right.
            result.append(DateRange(start, following.end, following, here))
            position += 2
            continue
        rest = low[here.end :]
        open_end = re.match(rf"\s*(?:{_DASH}|から|부터|至|\s~)\s*(?=$|[\s)\]|,;])(?!\s*\w)", rest) or re.match(
            rf"\s*{_DASH}\s*$", rest
        )
        until_lead = patterns.lead_until.search(low[: here.start]) or re.search(
            rf"(?:^|\s){_DASH}\s*$", low[: here.start]
        )
        if since_word and lead is not None and _means_since(lead.group()):
            running = DateMention(here.end, here.end, None, None, running=True)
            result.append(DateRange(start, here.end, here, running))
        elif open_end:
            running = DateMention(here.end, here.end, None, None, running=True)
            result.append(DateRange(start, here.end + len(open_end.group().rstrip()), here, running))
        elif until_lead and until_lead.group().strip():
            result.append(DateRange(until_lead.start(), here.end, None, here))
        else:
            result.append(DateRange(here.start, here.end, None, here, single=True))
        position += 1
    return result


_SINCE = {plain(word) for word in ("since", "seit", "depuis", "desde", "sinds", "vanaf", "sedan", "dal", "from", "ab", "od", "с", "από", "منذ", "מאז", "自", "从", "beri", "з", "starting", "à partir de")}  # fmt: skip  # noqa: E501


def _means_since(word: str) -> bool:
    return word.strip() in _SINCE


def _ordered(first: DateMention, second: DateMention) -> bool:
    """A period runs forward; a later start means two separate dates."""
    a, b = first.value or "", second.value or ""
    size = min(len(a), len(b))
    return a[:size] <= b[:size]
