from datetime import date
from typing import Any

from cvmaker_core.schema.artefacts import Finding, Parsed


def find_findings(resume: dict[str, Any], parsed: Parsed | None, *, as_of: date) -> list[Finding]:
    return []
