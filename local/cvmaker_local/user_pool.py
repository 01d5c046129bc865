"""Sign-in on this machine: what a Cognito user pool and its sign-in pages speak (OpenID Connect, code flow with PKCE).

Anybody who names an e-mail address is that person: there are no passwords, because there is nobody to keep out of a
laptop's own stack. Everything else is real: discovery, signed tokens, codes that work once, PKCE, rotating refresh
tokens, exact redirect addresses, sign-out. Endpoints and claims are those of
https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

CLIENT_ID = "localwebapp"
TOKEN_SECONDS = 900
CODE_SECONDS = 300
# Subjects of the same address are the same in every run: what somebody made yesterday is theirs today.
SUBJECTS = uuid.UUID("6f1b9c1e-5a5b-4d53-9a34-0f7c6f0d8a11")

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in (local)</title>
<meta name="viewport" content="width=device-width"><body><main><h1>Sign in</h1>
<form method="post"><label>E-mail <input name="email" type="email" required autofocus></label>
<button>Sign in</button></form><p>This machine's own sign-in: no password.</p></main></body></html>"""


@dataclass
class Grant:
    """What a code or a refresh token stands for."""

    email: str
    redirect_uri: str = ""
    challenge: str = ""
    nonce: str = ""
    until: float = 0.0
    # Renewing does not change when the person signed in, and clients hold the pool to it.
    signed_in_at: int = 0


class RefusedError(Exception):
    """An OAuth error code."""


class UserPool:
    """WSGI application.

    Parameters
    ----------
    origin
        Own origin; the issuer is below it, as a pool's is.
    app_origin
        The web app; sign-in returns to ``/signed-in`` and sign-out to ``/`` there, and nowhere else.
    """

    def __init__(self, origin: str, app_origin: str, client_id: str = CLIENT_ID) -> None:
        from joserfc.jwk import RSAKey

        self.origin = origin
        self.issuer = f"{origin}/local_pool"
        self.client_id = client_id
        self.callbacks = {f"{app_origin}/signed-in"}
        self.sign_outs = {f"{app_origin}/"}
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self.codes: dict[str, Grant] = {}
        self.refresh_tokens: dict[str, Grant] = {}
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        length = int(environ.get("CONTENT_LENGTH") or 0)
        form = dict(parse_qsl(environ["wsgi.input"].read(min(length, 100_000)).decode("utf-8", "replace")))
        headers = [("Access-Control-Allow-Origin", "*"), ("Cache-Control", "no-store")]
        body: bytes
        status, kind = "200 OK", "application/json"
        if method == "OPTIONS":
            headers += [("Access-Control-Allow-Headers", "*"), ("Access-Control-Allow-Methods", "GET, POST")]
            status, body = "204 No Content", b""
        elif path == "/local_pool/.well-known/openid-configuration":
            body = json.dumps(self.discovery()).encode()
        elif path == "/local_pool/.well-known/jwks.json":
            body = json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        elif path in ("/oauth2/authorize", "/logout", "/oauth2/token", "/oauth2/revoke"):
            try:
                if path == "/oauth2/token" and method == "POST":
                    body = json.dumps(self.token(form)).encode()
                elif path == "/oauth2/revoke" and method == "POST":
                    self.refresh_tokens.pop(form.get("token", ""), None)
                    body = b"{}"
                else:
                    location = self.sign_out(query) if path == "/logout" else self.authorize(query, form)
                    if location is None:
                        kind, body = "text/html; charset=utf-8", PAGE.encode()
                    else:
                        headers.append(("Location", location))
                        status, body = "302 Found", b""
            except RefusedError as refusal:
                status, body = "400 Bad Request", json.dumps({"error": html.escape(str(refusal))}).encode()
        else:
            status, body = "404 Not Found", b"{}"
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body))), *headers])
        return [body]

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.origin}/oauth2/authorize",
            "token_endpoint": f"{self.origin}/oauth2/token",
            "revocation_endpoint": f"{self.origin}/oauth2/revoke",
            "end_session_endpoint": f"{self.origin}/logout",
            "jwks_uri": f"{self.issuer}/.well-known/jwks.json",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, query: dict[str, str], form: dict[str, str]) -> str | None:
        """The sign-in page (None), or where the browser goes with its code."""
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != self.client_id or redirect not in self.callbacks:
            raise RefusedError("unauthorized_client")
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            raise RefusedError("invalid_request")
        email = form.get("email", "").strip().lower()
        if "@" not in email:
            return None
        code = secrets.token_urlsafe(32)
        with self.lock:
            self.codes[code] = Grant(
                email,
                redirect,
                query.get("code_challenge", ""),
                query.get("nonce", ""),
                time.time() + CODE_SECONDS,
                int(time.time()),
            )
        return f"{redirect}?{urlencode({'code': code, 'state': query.get('state', '')})}"

    def sign_out(self, query: dict[str, str]) -> str:
        target = query.get("logout_uri", "")
        if query.get("client_id") != self.client_id or target not in self.sign_outs:
            raise RefusedError("invalid_request")
        return target

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """Tokens for a code or a refresh token; either works once."""
        if form.get("client_id") != self.client_id:
            raise RefusedError("invalid_client")
        with self.lock:
            if form.get("grant_type") == "authorization_code":
                grant = self.codes.pop(form.get("code", ""), None)
                digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
                if (
                    grant is None
                    or grant.until < time.time()
                    or grant.redirect_uri != form.get("redirect_uri")
                    or not secrets.compare_digest(challenge, grant.challenge)
                ):
                    raise RefusedError("invalid_grant")
            elif form.get("grant_type") == "refresh_token":
                grant = self.refresh_tokens.pop(form.get("refresh_token", ""), None)
                if grant is None:
                    raise RefusedError("invalid_grant")
            else:
                raise RefusedError("unsupported_grant_type")
            refresh = secrets.token_urlsafe(48)
            self.refresh_tokens[refresh] = grant
        return {
            "access_token": self.access_token(grant.email),
            "id_token": self.sign(
                {
                    "aud": self.client_id,
                    "token_use": "id",
                    "email": grant.email,
                    "email_verified": True,
                    "auth_time": grant.signed_in_at,
                }
                | ({"nonce": grant.nonce} if grant.nonce else {}),
                grant.email,
            ),
            "refresh_token": refresh,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
        }

    def access_token(self, email: str, **changes: Any) -> str:
        """An access token as the pool signs it; `changes` replace claims (for tests of what must be refused)."""
        return self.sign({"client_id": self.client_id, "token_use": "access", "scope": "openid email"} | changes, email)

    def sign(self, claims: dict[str, Any], email: str) -> str:
        from joserfc import jwt

        now = int(time.time())
        whole = {
            "sub": str(uuid.uuid5(SUBJECTS, email)),
            "iss": self.issuer,
            "iat": now,
            "auth_time": now,
            "exp": now + TOKEN_SECONDS,
            "jti": str(uuid.uuid4()),
        } | claims
        return str(jwt.encode({"alg": "RS256", "kid": self.key.kid}, whole, self.key))
