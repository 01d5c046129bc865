"""Decides who makes a request. Pure: no AWS, no clock, no network of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api_authorization.owners import Owner, WeakSecretError, owner_of_api_key, owner_of_secret, owner_of_subject
from api_authorization.tokens import InvalidTokenError, PoolVerifier


class UnauthorizedError(Exception):
    """Nobody we know. API Gateway turns exactly this text into 401."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


@dataclass(frozen=True)
class Authorization:
    """How this deployment tells owners apart.

    `web_api_key` (value or id) is the public key that every browser of the web app sends: it meters, and must never
    become an owner, or all browsers that forget their secret would share one.
    """

    pool: PoolVerifier | None = None
    web_api_key: str = ""

    def owner(self, headers: Mapping[str, str | None], identity: Mapping[str, Any]) -> Owner:
        """The owner of a request.

        A bearer, when there is one, decides alone: a bad one is refused rather than replaced by the API key.

        Raises
        ------
        UnauthorizedError
            Without a usable credential.

        """
        named = {name.lower(): value for name, value in headers.items() if value}
        authorization = named.get("authorization", "")
        if authorization:
            scheme, _, credential = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise UnauthorizedError
            return self._owner_of_bearer(credential.strip())
        key_id = identity.get("apiKeyId")
        if isinstance(key_id, str) and key_id and not self._is_web_key(named, identity):
            return owner_of_api_key(key_id)
        raise UnauthorizedError

    def _owner_of_bearer(self, credential: str) -> Owner:
        if "." in credential:
            if self.pool is None:
                raise UnauthorizedError
            try:
                return owner_of_subject(self.pool.subject(credential))
            except InvalidTokenError:
                raise UnauthorizedError from None
        try:
            return owner_of_secret(credential)
        except WeakSecretError:
            raise UnauthorizedError from None

    def _is_web_key(self, headers: Mapping[str, str | None], identity: Mapping[str, Any]) -> bool:
        known = (headers.get("x-api-key"), identity.get("apiKey"), identity.get("apiKeyId"))
        return bool(self.web_api_key) and self.web_api_key in known
