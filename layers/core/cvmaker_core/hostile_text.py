"""Text that speaks to a machine ("ignore previous instructions", fake tool output, markdown images).

A CV's visible words stay the person's own. But what addresses a machine is shown to no model, is
evidence for nothing, and is no source of any claim.
"""

import json
import re
from functools import lru_cache
from pathlib import Path

_PATTERNS = Path(__file__).with_name("data") / "hostile_text.json"


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    patterns = json.loads(_PATTERNS.read_text(encoding="utf-8"))["patterns"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def addresses_a_machine(text: str) -> bool:
    """Whether a text tries to instruct whatever reads it."""
    return bool(_pattern().search(text))
