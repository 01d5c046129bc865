"""The authorizer through its real handler, with real RS256 signatures."""

import base64
import hmac
import importlib.util
import json
import re
import secrets
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.error import URLError

import pytest
from api_authorization.decision import Authorization, UnauthorizedError
from api_authorization.owners import WeakSecretError, owner_of_api_key, owner_of_secret, owner_of_subject
from api_authorization.tokens import (
    KEYS_LIVE_SECONDS,
    REFETCH_AFTER_SECONDS,
    InvalidTokenError,
    PoolVerifier,
    fetch_json,
)
from joserfc import jwt
from joserfc.jwk import RSAKey

ROOT = Path(__file__).parents[3]
ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool"
CLIENT = "webclient"
HMAC_HEADER = b'{"alg":"HS256","kid":"one"}'
SUBJECT = "1f0d7a6e-8b1c-4f0a-9d53-0a4f9e2b7c11"
METHOD_ARN = "arn:aws:execute-api:eu-west-1:123456789012:abc123/v1/GET/jobs/xyz"

KEY = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)


def load_app() -> ModuleType:
    specification = importlib.util.spec_from_file_location("authorizer_app", ROOT / "functions/authorizer/app.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def new_secret() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def request(headers: dict[str, str] | None = None, identity: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "REQUEST",
        "methodArn": METHOD_ARN,
        "headers": headers,
        "requestContext": {"identity": identity or {"sourceIp": "127.0.0.1"}},
    }


def token(key: RSAKey = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {
        "sub": SUBJECT, "iss": ISSUER, "exp": int(time.time()) + 600, "token_use": "access", "client_id": CLIENT,
    } | changes  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": "one"} | (header or {}), claims, key)


def unreachable(_url: str) -> dict[str, Any]:
    raise URLError("no route")


class Pool:
    """Serves a key set and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.keys = [KEY.as_dict(private=False)]

    def fetch(self, url: str) -> dict[str, Any]:
        assert url == f"{ISSUER}/.well-known/jwks.json"
        self.asked += 1
        return {"keys": self.keys}


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture
def verifier(pool: Pool) -> PoolVerifier:
    return PoolVerifier(ISSUER, frozenset({CLIENT}), pool.fetch)


def test_a_browser_secret_gives_a_stable_owner_and_a_policy_for_the_whole_stage() -> None:
    app, secret = load_app(), new_secret()
    first = app.handler(request({"authorization": f"Bearer {secret}"}), None)
    again = app.handler(request({"Authorization": f"bearer {secret}"}), None)
    assert first == again
    assert first["context"]["kind"] == "browser"
    assert re.fullmatch(r"b[0-9a-f]{40}", first["context"]["owner"])
    assert secret not in json.dumps(first)
    (statement,) = first["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:eu-west-1:123456789012:abc123/v1/*"


def test_both_spellings_of_one_secret_are_one_owner_and_two_secrets_are_two() -> None:
    raw = secrets.token_bytes(32)
    assert owner_of_secret(raw.hex()) == owner_of_secret(base64.urlsafe_b64encode(raw).decode().rstrip("="))
    assert owner_of_secret(new_secret()) != owner_of_secret(new_secret())


@pytest.mark.parametrize(
    "secret",
    [
        "", "short", "a" * 43, "ab" * 32, "0" * 64, new_secret()[:-1], new_secret() + "A", "é" * 43,
        bytes(range(32)).hex(), bytes(range(255, 223, -1)).hex(), "password" * 8, "../" * 14 + "x",
    ],
)  # fmt: skip
def test_weak_or_malformed_secrets_are_refused(secret: str) -> None:
    with pytest.raises(WeakSecretError):
        owner_of_secret(secret)
    with pytest.raises(UnauthorizedError, match=r"^Unauthorized$"):
        load_app().handler(request({"Authorization": f"Bearer {secret}"}), None)


@pytest.mark.parametrize(
    "headers", [None, {}, {"Authorization": ""}, {"Authorization": "Basic dTpw"}, {"Authorization": new_secret()}]
)
def test_no_credential_is_no_owner(headers: dict[str, str] | None) -> None:
    with pytest.raises(UnauthorizedError):
        load_app().handler(request(headers), None)


def test_a_server_client_is_its_key_id_but_the_public_web_key_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = {"apiKey": "valueOfTheKey", "apiKeyId": "a1b2c3d4e5"}
    assert load_app().handler(request({"x-api-key": "valueOfTheKey"}, identity), None)["context"] == {
        "owner": "ka1b2c3d4e5",
        "kind": "client",
    }
    monkeypatch.setenv("WEB_API_KEY", "valueOfTheKey")
    with pytest.raises(UnauthorizedError):
        load_app().handler(request({"x-api-key": "valueOfTheKey"}, identity), None)
    # With its secret the browser is itself, whatever key it sends along.
    both = request({"x-api-key": "valueOfTheKey", "Authorization": f"Bearer {new_secret()}"}, identity)
    assert load_app().handler(both, None)["context"]["kind"] == "browser"


def test_a_bad_bearer_does_not_fall_back_to_the_api_key() -> None:
    with pytest.raises(UnauthorizedError):
        load_app().handler(request({"Authorization": "Bearer nonsense"}, {"apiKeyId": "a1b2c3d4e5"}), None)


def test_owners_are_safe_in_an_s3_key_and_kinds_never_meet() -> None:
    for owner in (owner_of_subject("../../console"), owner_of_api_key("a/b c"), owner_of_subject(SUBJECT)):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", owner.id)
    assert owner_of_subject("same").id != owner_of_api_key("same").id
    assert "console" not in {owner_of_subject("console").id, owner_of_api_key("console").id}


def test_a_signed_token_gives_its_subject_and_the_key_set_is_asked_once(pool: Pool, verifier: PoolVerifier) -> None:
    authorization = Authorization(pool=verifier)
    for _ in range(2):
        owner = authorization.owner({"Authorization": f"Bearer {token()}"}, {})
        assert (owner.id, owner.kind) == (f"u{SUBJECT}", "person")
    assert pool.asked == 1


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(lambda: token(OTHER_KEY), id="another key under the same id"),
        pytest.param(lambda: token(exp=int(time.time()) - 120), id="expired"),
        pytest.param(lambda: token(exp=None), id="without expiry"),
        pytest.param(lambda: token(iss="https://evil.example"), id="another issuer"),
        pytest.param(lambda: token(client_id="otherclient"), id="another app"),
        pytest.param(lambda: token(client_id=None), id="for no app"),
        pytest.param(lambda: token(aud="https://other.example"), id="for another resource"),
        pytest.param(lambda: token(token_use="refresh"), id="another use"),
        pytest.param(lambda: token(token_use="id", aud=CLIENT), id="an identity token is no permission"),
        pytest.param(lambda: token(nbf=int(time.time()) + 600), id="not yet valid"),
        pytest.param(lambda: token(sub=17), id="subject is no text"),
        pytest.param(lambda: token(client_id=[CLIENT]), id="app is no text"),
        pytest.param(lambda: token(sub=""), id="no subject"),
        pytest.param(lambda: token()[:-8] + "AAAAAAAA", id="changed signature"),
        pytest.param(lambda: token(header={"kid": "two"}), id="unknown key"),
        pytest.param(
            lambda: ".".join(
                [
                    base64.urlsafe_b64encode(b'{"alg":"none","kid":"one"}').decode().rstrip("="),
                    token().split(".")[1],
                    "",
                ]
            ),
            id="algorithm none",
        ),
        pytest.param(lambda: "a.b.c", id="garbage"),
        pytest.param(lambda: "..", id="empty parts"),
    ],
)
def test_bad_tokens_are_refused(verifier: PoolVerifier, forged: Any) -> None:
    with pytest.raises(InvalidTokenError):
        verifier.subject(forged())
    with pytest.raises(UnauthorizedError):
        Authorization(pool=verifier).owner({"Authorization": f"Bearer {forged()}"}, {})


def test_hmac_with_the_public_key_is_refused(verifier: PoolVerifier) -> None:
    def encode(part: bytes) -> str:
        return base64.urlsafe_b64encode(part).decode().rstrip("=")

    signed = f"{encode(HMAC_HEADER)}.{token().split('.')[1]}"
    signature = hmac.new(KEY.as_pem(private=False), signed.encode(), "sha256").digest()
    with pytest.raises(InvalidTokenError):
        verifier.subject(f"{signed}.{encode(signature)}")


def test_a_token_without_a_pool_is_refused() -> None:
    with pytest.raises(UnauthorizedError):
        Authorization().owner({"Authorization": f"Bearer {token()}"}, {})


def test_rotated_keys_are_found_but_forged_key_ids_do_not_hammer_the_pool(pool: Pool, verifier: PoolVerifier) -> None:
    verifier.subject(token())
    rotated = RSAKey.generate_key(2048, {"kid": "two"}, auto_kid=False)
    pool.keys = [rotated.as_dict(private=False)]
    for _ in range(5):
        with pytest.raises(InvalidTokenError):
            verifier.subject(token(rotated, {"kid": "two"}))
    assert pool.asked == 1
    verifier.fetched_at -= REFETCH_AFTER_SECONDS + 1
    assert verifier.subject(token(rotated, {"kid": "two"})) == SUBJECT
    assert pool.asked == 2


def test_withdrawn_keys_are_forgotten_and_an_unreachable_pool_signs_nobody_out(
    pool: Pool, verifier: PoolVerifier
) -> None:
    assert verifier.subject(token()) == SUBJECT
    verifier.fetched_at -= KEYS_LIVE_SECONDS + 1
    verifier.fetch = unreachable
    assert verifier.subject(token()) == SUBJECT, "what the pool said last still holds"
    with pytest.raises(URLError):
        # Not "Unauthorized": nobody can tell whether this token is good.
        verifier.subject(token(OTHER_KEY, {"kid": "two"}))
    verifier.fetch, pool.keys = pool.fetch, [OTHER_KEY.as_dict(private=False)]
    with pytest.raises(InvalidTokenError):
        verifier.subject(token())


@pytest.mark.parametrize("url", ["http://pool.example/jwks.json", "file:///etc/passwd", "http://127.0.0.1.example/"])
def test_keys_come_over_https_or_from_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        fetch_json(url)


def test_the_web_key_may_be_given_by_its_id_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_API_KEY", "a1b2c3d4e5")
    with pytest.raises(UnauthorizedError):
        load_app().handler(request({"x-api-key": "v"}, {"apiKey": "v", "apiKeyId": "a1b2c3d4e5"}), None)


def test_the_cold_path_imports_no_cryptography_and_no_sdk() -> None:
    code = (
        "import sys; sys.path.insert(0, 'functions/authorizer'); import app; "
        "print([m for m in ('boto3', 'cryptography', 'joserfc', 'pydantic', 'aws_lambda_powertools') "
        "if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
