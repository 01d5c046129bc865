"""Text normalisation that every stage agrees on."""

import re
import unicodedata

SOFT_HYPHEN = "\u00ad"
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})


def normalise(text: str) -> str:
    """NFKC, one space between words, no zero-width characters, plain dashes and quotes.

    This is the equality the provenance contract speaks of, before case folding.
    """
    text = unicodedata.normalize("NFKC", text).translate(_ZERO_WIDTH)
    return re.sub(r"\s+", " ", text.translate(_DASHES).translate(_QUOTES)).strip()


def fold(text: str) -> str:
    """`normalise` plus case folding: for comparing, never for showing."""
    return normalise(text).casefold()


def words(text: str) -> list[str]:
    """Folded words; keeps what tells technologies apart (C++, C#, Node.js, .NET)."""
    return re.findall(r"\.?[^\W_]+(?:[.'][^\W_]+)*[+#]*", fold(text))
