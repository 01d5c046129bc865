"""Verifies the JSON Web Tokens of a Cognito user pool."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

# Amazon rotates pool keys rarely; a key id we do not know is looked up at once, but not more often than this,
# so that forged key ids cannot make us hammer the pool.
REFETCH_AFTER_SECONDS = 300.0
CLOCK_SKEW_SECONDS = 30


class InvalidTokenError(Exception):
    """The token is malformed, forged, expired, or meant for somebody else."""


def fetch_json(url: str) -> dict[str, Any]:
    """One small JSON document over HTTPS, within three seconds."""
    if not url.startswith("https://"):
        raise ValueError("the key set of a user pool is served over https")
    with urllib.request.urlopen(url, timeout=3) as response:  # noqa: S310 (checked above)
        document: dict[str, Any] = json.loads(response.read(1_000_000))
    return document


class PoolVerifier:
    """Checks signature, issuer, audience, use and expiry of a pool's tokens; keeps its key set between calls.

    Parameters
    ----------
    issuer
        `https://cognito-idp.{region}.amazonaws.com/{pool id}`.
    client_ids
        App clients whose tokens are taken.
    fetch
        Gets a URL's JSON; replaced in tests.

    """

    def __init__(
        self, issuer: str, client_ids: frozenset[str], fetch: Callable[[str], dict[str, Any]] = fetch_json
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self.client_ids = client_ids
        self.fetch = fetch
        self.keys: Any = None
        self.key_ids: frozenset[str] = frozenset()
        self.fetched_at = float("-inf")

    def subject(self, token: str) -> str:
        """The `sub` of a valid token.

        Raises
        ------
        InvalidTokenError
            For every reason to refuse; the reason is not told to the caller.

        """
        # Imported here: cryptography costs more than all the rest of this function, and most deployments have no pool.
        from joserfc import jwt
        from joserfc.errors import JoseError

        self._know_the_key(token)
        try:
            decoded = jwt.decode(token, self.keys, algorithms=["RS256"])
            claims = decoded.claims
            jwt.JWTClaimsRegistry(
                leeway=CLOCK_SKEW_SECONDS,
                iss={"essential": True, "value": self.issuer},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise InvalidTokenError(type(error).__name__) from None
        # Cognito's access tokens name the app in client_id, its identity tokens in aud.
        named = {"access": claims.get("client_id"), "id": claims.get("aud")}.get(claims.get("token_use", ""))
        if not isinstance(named, str) or named not in self.client_ids:
            raise InvalidTokenError("audience")
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject:
            raise InvalidTokenError("subject")
        return subject

    def _know_the_key(self, token: str) -> None:
        from joserfc.jwk import KeySet
        from joserfc.util import urlsafe_b64decode

        try:
            header = json.loads(urlsafe_b64decode(token.split(".", 1)[0].encode()))
            key_id = header["kid"]
        except (ValueError, KeyError, TypeError):
            raise InvalidTokenError("header") from None
        if not isinstance(key_id, str):
            raise InvalidTokenError("header")
        if key_id in self.key_ids:
            return
        if time.monotonic() - self.fetched_at < REFETCH_AFTER_SECONDS:
            raise InvalidTokenError("key")
        document = self.fetch(f"{self.issuer}/.well-known/jwks.json")
        self.fetched_at = time.monotonic()
        self.key_ids = frozenset(key["kid"] for key in document.get("keys", []) if "kid" in key)
        self.keys = KeySet.import_key_set({"keys": document.get("keys", [])})
        if key_id not in self.key_ids:
            raise InvalidTokenError("key")
