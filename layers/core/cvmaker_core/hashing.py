"""Content hashes by which stages recognise work that is already done."""

import hashlib
import json
from typing import Any


def content_hash(value: Any) -> str:
    """SHA-256 (hex, 32 characters) of bytes, text or any JSON value (keys sorted)."""
    if isinstance(value, str):
        value = value.encode()
    elif not isinstance(value, bytes):
        value = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return hashlib.sha256(value).hexdigest()[:32]
