"""Which language a CV is written in, by its small words."""

from functools import lru_cache

from cvmaker_core.text import fold

from claim_verification.lexicon import DATA


@lru_cache(maxsize=1)
def _markers() -> dict[str, frozenset[str]]:
    lines = (DATA / "languages.txt").read_text(encoding="utf-8").splitlines()
    return {
        name.strip(): frozenset(words.split())
        for name, _, words in (line.partition(":") for line in lines if ":" in line)
    }


def detect_language(text: str) -> str:
    """ISO 639-1 code of the likeliest language among those with markers; "und" for another script or none."""
    words = fold(text).replace("'", " ").split()
    if not words:
        return "en"
    letters = [char for char in text if char.isalpha()]
    latin = sum(char < "\u0250" for char in letters)
    if letters and latin < 0.5 * len(letters):
        return "und"
    counts = {name: sum(word in markers for word in words) for name, markers in _markers().items()}
    best = max(counts, key=lambda name: counts[name])
    if counts[best] == 0:
        return "en"
    return best
