"""Verifies the JSON Web Tokens of a Cognito user pool."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

# Amazon rotates pool keys rarely; a key id we do not know is looked up at once, but not more often than this,
# so that forged key ids cannot make us hammer the pool.
REFETCH_AFTER_SECONDS = 300.0
# A key that the pool has withdrawn must not be believed for as long as a function happens to stay warm.
KEYS_LIVE_SECONDS = 3600.0
CLOCK_SKEW_SECONDS = 30
FETCH_SECONDS = 3
# Addresses that never leave the machine need no TLS (as browsers see it, too: "potentially trustworthy origins").
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class InvalidTokenError(Exception):
    """The token is malformed, forged, expired, or meant for somebody else."""


def fetch_json(url: str) -> dict[str, Any]:
    """One small JSON document over HTTPS (or from this very machine), within three seconds."""
    address = urlsplit(url)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in LOOPBACK):
        raise ValueError("the key set of a user pool is served over https")
    with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as response:  # noqa: S310 (checked above)
        document: dict[str, Any] = json.loads(response.read(1_000_000))
    return document


class PoolVerifier:
    """Checks signature, issuer, audience, use and expiry of a pool's access tokens; keeps its key set between calls.

    Identity tokens are refused: they tell an app who signed in, and are no permission to call anything.

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
        if claims.get("token_use") != "access":
            raise InvalidTokenError("use")
        # Cognito's access tokens name the app they were made for in client_id; an `aud` is there only when the app
        # asked for another resource server, and then the token is for that one.
        named = [claims.get("client_id"), claims.get("aud", claims.get("client_id"))]
        if not all(isinstance(name, str) and name in self.client_ids for name in named):
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
        age = time.monotonic() - self.fetched_at
        if key_id in self.key_ids and age < KEYS_LIVE_SECONDS:
            return
        if age < REFETCH_AFTER_SECONDS:
            raise InvalidTokenError("key")
        try:
            document = self.fetch(f"{self.issuer}/.well-known/jwks.json")
        except (OSError, ValueError):
            # The pool is not to be reached: what it said an hour ago still holds; a key we never saw does not. That
            # error goes on, to a 500: "Unauthorized" would sign people out for a fault of ours.
            if key_id in self.key_ids:
                return
            raise
        self.fetched_at = time.monotonic()
        self.key_ids = frozenset(key["kid"] for key in document.get("keys", []) if "kid" in key)
        self.keys = KeySet.import_key_set({"keys": document.get("keys", [])})
        if key_id not in self.key_ids:
            raise InvalidTokenError("key")
