"""Dates as a CV prints them.

Why a spaced hyphen between start and end: ranges with an en dash lost their end in a
widespread ATS, and every parser tried reads " - ". The typeface draws that hyphen as an
en dash inside dates (feature `cv01` of our fonts), so nothing is lost to the eye.
"""

import re
from dataclasses import dataclass

from cv_rendering.locales import Locale

RANGE_SEPARATOR = " - "
_ISO = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T.*)?")


@dataclass(frozen=True)
class CvDate:
    """A year, perhaps with a month (1 to 12): the finest a CV prints."""

    year: int
    month: int | None = None

    def iso(self) -> str:
        return f"{self.year:04}-{self.month:02}" if self.month else f"{self.year:04}"


def parse_date(value: str | None) -> CvDate | None:
    """Read YYYY, YYYY-MM or YYYY-MM-DD (the day is not printed); None for anything else."""
    match = _ISO.fullmatch((value or "").strip())
    if not match:
        return None
    year, month = int(match[1]), int(match[2]) if match[2] else None
    return CvDate(year, month) if month is None or 1 <= month <= 12 else None


def shown_date(value: str | None, date_format: str) -> str | None:
    """The date as precise as it will be printed, in JSON Resume's form; other text is kept as it is."""
    date = parse_date(value)
    if date is None:
        return value
    return CvDate(date.year).iso() if date_format == "YYYY" else date.iso()


def format_date(value: str | None, locale: Locale, date_format: str) -> str:
    """One date in the locale's words; text that is no ISO date is returned unchanged."""
    date = parse_date(value)
    if date is None:
        return value or ""
    if date.month is None or date_format == "YYYY":
        return f"{date.year:04}"
    if date_format == "YYYY-MM":
        return date.iso()
    if date_format == "MM/YYYY":
        return f"{date.month:02}/{date.year:04}"
    names = locale.months_long if date_format == "MMMM YYYY" else locale.months_short
    return locale.month_year.format(month=names[date.month - 1], year=f"{date.year:04}")


def format_range(start: str | None, end: str | None, locale: Locale, date_format: str) -> str:
    """As "Jan 2020 - Present": a start without an end is running, as JSON Resume has it."""
    if not start:
        return format_date(end, locale, date_format)
    last = format_date(end, locale, date_format) if end else locale.labels["present"]
    first = format_date(start, locale, date_format)
    return first if first == last else first + RANGE_SEPARATOR + last
