"""Characters in extracted text that mislead robots. All counts are over raw text, before any normalisation."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cv_certification.text_index import letter_spaced_share, split_words

_SOFT_HYPHEN = re.compile("\u00ad")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_UNMAPPED = re.compile(r"\ufffd|\(cid:\d+\)")
_LIGATURE = re.compile("[\ufb00-\ufb06]")
# Joiners (U+200C, U+200D) are letters' companions in Arabic and Indic scripts; directional marks likewise.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff]")
# Control characters here are glyph codes without a map, as pypdf and pdfminer pass them on.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True)
class CharacterCounts:
    """Per reading; the checks take the worst, since any of these engines may be the robot's."""

    letters: int
    soft_hyphens: int
    private_use: int
    unmapped: int
    ligatures: int
    invisible: int
    letter_spaced: float

    @property
    def garbled_share(self) -> float:
        return self.unmapped / max(1, self.letters + self.unmapped)


def count_characters(text: str) -> CharacterCounts:
    """How many misleading characters one reading holds."""
    words = split_words(text)
    return CharacterCounts(
        letters=sum(map(len, words)),
        soft_hyphens=len(_SOFT_HYPHEN.findall(text)),
        private_use=len(_PRIVATE_USE.findall(text)),
        unmapped=len(_UNMAPPED.findall(text)) + len(_CONTROL.findall(text)),
        ligatures=len(_LIGATURE.findall(text)),
        invisible=len(_INVISIBLE.findall(text)),
        letter_spaced=letter_spaced_share(words),
    )


def worst(counts: Iterable[CharacterCounts]) -> CharacterCounts:
    """The highest count of each kind over all readings."""
    every = list(counts) or [CharacterCounts(0, 0, 0, 0, 0, 0, 0.0)]
    return CharacterCounts(
        letters=max(item.letters for item in every),
        soft_hyphens=max(item.soft_hyphens for item in every),
        private_use=max(item.private_use for item in every),
        # A gap that one engine alone sees is that engine's; two must agree before it is the file's.
        unmapped=sorted(item.unmapped for item in every)[-2:][0],
        ligatures=max(item.ligatures for item in every),
        invisible=max(item.invisible for item in every),
        letter_spaced=sorted(item.letter_spaced for item in every)[-2:][0],
    )
