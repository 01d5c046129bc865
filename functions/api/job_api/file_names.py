"""Names that a downloaded file gets: readable, and safe in a header and on every file system."""

import re
import unicodedata
from urllib.parse import quote

_MAXIMUM = 60
_KINDS = {
    "cv": "CV",
    "cover-letter": "Cover-Letter",
    "resume": "CV",
    "certificate": "CV-Certificate",
    "receipt": "CV-Receipt",
    "parsed": "CV-Reading",
    "analysis": "CV-Analysis",
    "evidence": "CV-Evidence",
    "tailored": "CV-Tailored",
    "readback": "CV-Readback",
    "source": "CV-Original",
    "posting": "Posting",
}


def download_name(file: str, person: str | None = None, employer: str | None = None) -> str:
    """`cv.pdf` → `Jane-Doe-CV-Acme.pdf`; parts that are not known are left out."""
    stem, _, suffix = file.rpartition(".")
    parts = [_words(person), _KINDS.get(stem, "CV"), _words(employer)]
    return "-".join(part for part in parts if part) + "." + suffix


def content_disposition(name: str) -> str:
    """An attachment header for a name in any script (RFC 6266): ASCII for old clients, UTF-8 for the rest."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    ascii_name = re.sub(r"[^A-Za-z0-9._-]+", "-", ascii_name)
    ascii_name = re.sub(r"-{2,}", "-", ascii_name).strip("-")
    if ascii_name.startswith("."):
        ascii_name = "CV" + ascii_name
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


def _words(text: str | None) -> str:
    """Letters and digits of any script, other runs become one hyphen; marks stay with their letters."""
    if not text:
        return ""
    text = unicodedata.normalize("NFC", text)
    kept = "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in text)
    return "-".join(kept.split())[:_MAXIMUM].strip("-")
