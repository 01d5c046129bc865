"""How calls to OpenAI and Pinecone fail, as typed warnings a person can act on."""

import json
from functools import lru_cache
from pathlib import Path

from cvmaker_core.schema.artefacts import StageWarning

_TEXTS = Path(__file__).parent / "lexicons" / "provider_warnings.json"


class ProviderFailure(Exception):
    """A call that did not work; `code` names its warning. `throttled`: asking again later may help."""

    def __init__(self, code: str, *, throttled: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.throttled = throttled

    @property
    def warning(self) -> StageWarning:
        return provider_warning(self.code)


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = json.loads(_TEXTS.read_text(encoding="utf-8"))
    return data


def provider_warning(code: str) -> StageWarning:
    """The warning of a code, worded in `lexicons/provider_warnings.json`."""
    return StageWarning(code=code, **_texts()[code])
