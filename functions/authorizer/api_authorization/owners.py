"""Owner ids: opaque, stable, safe inside an S3 key, and never of two kinds at once.

The first letter tells the kind (`u` person of the user pool, `b` browser secret, `k` API key), so that
no choice of secret can produce another kind's owner, nor the reserved owner `console`.
"""

import base64
import binascii
import hashlib
import itertools
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

OwnerKind: TypeAlias = Literal["person", "browser", "client"]

SECRET_BYTES = 32
# 32 random bytes hold about 30 different values; fewer than 16 happens once in more than 10^18 honest secrets,
# while "aaaa…" and short repeated words always do.
MINIMUM_DISTINCT_BYTES = 16
# Separates this hash from any other use of the same secret.
SECRET_DOMAIN = b"cvmaker-owner-1\x00"

_BASE64URL = re.compile(r"[A-Za-z0-9_-]{43}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{64}")
_SAFE_IN_A_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True)
class Owner:
    """Whose jobs a request may see."""

    id: str
    kind: OwnerKind


class WeakSecretError(ValueError):
    """The bearer is not a 256-bit random secret."""


def owner_of_secret(secret: str) -> Owner:
    """The owner that a browser's secret (32 random bytes, base64url or hexadecimal) stands for.

    The id is derived one way: it stands in S3 keys and logs, and nobody gets from it back to the secret.

    Raises
    ------
    WeakSecretError
        If the secret is malformed or obviously not random.

    """
    try:
        if _HEXADECIMAL.fullmatch(secret):
            raw = bytes.fromhex(secret)
        elif _BASE64URL.fullmatch(secret):
            raw = base64.urlsafe_b64decode(secret + "=")
        else:
            raise WeakSecretError("not 32 bytes in base64url or hexadecimal")
    except binascii.Error as error:
        raise WeakSecretError("not base64url") from error
    if len(set(raw)) < MINIMUM_DISTINCT_BYTES or _is_progression(raw):
        raise WeakSecretError("not random")
    return Owner("b" + hashlib.sha256(SECRET_DOMAIN + raw).hexdigest()[:40], "browser")


def owner_of_subject(subject: str) -> Owner:
    """The owner of a signed-in person; Cognito subjects are UUIDs, others are hashed."""
    return Owner("u" + _safe(subject), "person")


def owner_of_api_key(key_id: str) -> Owner:
    """The owner of a server client: the id (not the value) of its API key."""
    return Owner("k" + _safe(key_id), "client")


def _safe(name: str) -> str:
    return name if _SAFE_IN_A_KEY.fullmatch(name) else hashlib.sha256(name.encode()).hexdigest()[:40]


def _is_progression(raw: bytes) -> bool:
    """0, 1, 2, 3 … and its like have many different bytes and no randomness."""
    return len({(after - before) % 256 for before, after in itertools.pairwise(raw)}) == 1
