"""AWS Signature Version 4 for what browsers hold: presigned URLs and POST policies.

The local credentials are known, so a forged or altered link is refused here as it is by S3.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

ACCESS_KEY = "LOCALACCESSKEY"
SECRET_KEY = "local-secret-key"  # noqa: S105 - names the local stack's own credentials
SESSION_TOKEN = ""


class SignatureError(Exception):
    """A request is not, or no longer, signed as it must be; `code` is S3's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def signing_key(date: str, region: str, service: str) -> bytes:
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def sign(text: str, credential: str) -> str:
    """The signature of a string under a credential scope ``key/date/region/service/aws4_request``."""
    parts = credential.split("/")
    if len(parts) < 5 or parts[-1] != "aws4_request":
        raise SignatureError("AuthorizationQueryParametersError", "The credential is malformed.")
    if "/".join(parts[:-4]).partition("_")[0] != ACCESS_KEY:  # the stack's own, or a function's
        raise SignatureError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
    return hmac.new(signing_key(*parts[-4:-1]), text.encode(), hashlib.sha256).hexdigest()


def check_presigned_url(method: str, path: str, query: str, headers: Mapping[str, str], now: datetime) -> None:
    """Verify expiry and signature of a presigned URL.

    Parameters
    ----------
    path
        As received, percent-encoded.
    headers
        Lower-case names.

    Raises
    ------
    SignatureError
    """
    parameters = parse_qsl(query, keep_blank_values=True)
    values = dict(parameters)
    try:
        signed = datetime.strptime(values["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        lifetime = int(values["X-Amz-Expires"])
        credential, signature = values["X-Amz-Credential"], values["X-Amz-Signature"]
        signed_headers = values["X-Amz-SignedHeaders"].split(";")
    except (KeyError, ValueError) as error:
        raise SignatureError("AuthorizationQueryParametersError", "The presigned URL is incomplete.") from error
    if now > signed + timedelta(seconds=lifetime):
        raise SignatureError("AccessDenied", "Request has expired")
    canonical_query = "&".join(
        f"{encode(name)}={encode(value)}"
        for name, value in sorted((encode_pair) for encode_pair in parameters if encode_pair[0] != "X-Amz-Signature")
    )
    canonical_headers = "".join(f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in signed_headers)
    canonical = "\n".join(
        [method, path, canonical_query, canonical_headers, ";".join(signed_headers), "UNSIGNED-PAYLOAD"]
    )
    scope = credential.split("/", 1)[1]
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", values["X-Amz-Date"], scope, digest])
    if not hmac.compare_digest(sign(text, credential), signature):
        raise SignatureError(
            "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."
        )


def encode(text: str) -> str:
    return quote(text, safe="-_.~")
