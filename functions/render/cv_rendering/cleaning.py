"""Text as it may go on paper: no control, invisible, private-use or direction-override characters.

Such characters break extraction (zero width, soft hyphens), stick to addresses (icon fonts'
private-use glyphs) or make text read differently from what it says (bidi overrides).
"""

import re
import unicodedata

# Joiners shape words in these scripts (Persian, Indic, …); elsewhere they are noise.
_JOINER_SCRIPTS = re.compile(
    "[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc"  # Arabic
    "\u0900-\u0dff"  # Indic
    "\u0e00-\u109f\u1780-\u17ff]"  # Southeast Asian
)
_JOINERS = "\u200c\u200d"
# Presentation ligatures, as PDF extractors leave them: letters search and read better.
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00a0": " ", "\u202f": " "}
)
# No language and no address has a word this long; laying one out takes time that grows with its square.
# Scripts that break lines anywhere are not counted.
_ENDLESS_WORD = re.compile(
    "[^\\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]{250,}"
)
_PIECE = 60
_SPACES = re.compile(r"[^\S\n]+")


def clean_text(text: str, *, lines: bool = False) -> str:
    """Text safe to print, NFC, with single spaces; line breaks are kept only if `lines`."""
    text = unicodedata.normalize("NFC", text.translate(_LIGATURES))
    if not text.isascii() or not text.isprintable():
        text = "".join(_kept(text))
    text = _SPACES.sub(" ", text)
    if len(text) > 250:
        text = _ENDLESS_WORD.sub(_in_pieces, text)
    if lines:
        return "\n".join(line for part in text.split("\n") if (line := part.strip()))
    return " ".join(text.split())


def _in_pieces(match: re.Match[str]) -> str:
    word = match[0]
    return " ".join(word[start : start + _PIECE] for start in range(0, len(word), _PIECE))


def _kept(text: str) -> list[str]:
    kept: list[str] = []
    for index, character in enumerate(text):
        if character in _JOINERS:
            if 0 < index < len(text) - 1 and _JOINER_SCRIPTS.match(text[index - 1]):
                kept.append(character)
            continue
        if character in "\n\t\r\v\f\u2028\u2029\u0085":
            kept.append("\t" if character == "\t" else "\n")
            continue
        # Cc control, Cf format (soft hyphen, zero width, bidi marks), Co private use, Cs, Cn unassigned
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn"):
            continue
        if "\ufe00" <= character <= "\ufe0f":  # variation selectors: of emoji, mostly
            continue
        kept.append(character)
    return kept
