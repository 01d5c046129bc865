"""AWS clients, built once per container.

Retries belong to one layer. Pipeline functions run with `AWS_MAX_ATTEMPTS=1`: the state
machine retries. Functions behind the API have no such layer above them and set it to 3.
"""

import json
import os
import time
import traceback
from functools import lru_cache
from typing import Any

from cvmaker_core.errors import TransientError

_SECRET_TTL_SECONDS = 300.0
_secrets: dict[str, tuple[float, dict[str, Any]]] = {}


@lru_cache(maxsize=8)
def client(service: str, read_timeout: float = 20.0) -> Any:
    """A boto3 client with explicit timeouts (seconds); S3 signs with version 4, as TLS-only policies need.

    `AWS_READ_TIMEOUT_SECONDS` shortens the wait for an answer, where an operator is less patient.
    """
    import boto3
    from botocore.config import Config

    signature = "s3v4" if service == "s3" else None
    longest = float(os.environ.get("AWS_READ_TIMEOUT_SECONDS") or read_timeout)
    config = Config(connect_timeout=3, read_timeout=min(read_timeout, longest), signature_version=signature)
    return boto3.client(service, config=config)


def read_secret(arn: str) -> dict[str, Any]:
    """The JSON of a secret, cached five minutes so that a rotated key is picked up; {} when unset or empty.

    Raises
    ------
    TransientError
        If Secrets Manager does not answer; an absent or forbidden secret counts as unset.

    """
    from botocore.exceptions import BotoCoreError, ClientError

    if not arn:
        return {}
    cached = _secrets.get(arn)
    if cached and time.monotonic() - cached[0] < _SECRET_TTL_SECONDS:
        return cached[1]
    try:
        text = client("secretsmanager", 5.0).get_secret_value(SecretId=arn).get("SecretString", "")
    except ClientError as error:
        if error.response["Error"]["Code"] in {"ResourceNotFoundException", "AccessDeniedException"}:
            return {}
        raise TransientError("secrets_unavailable", "Secrets Manager did not answer.") from None
    except BotoCoreError:
        raise TransientError("secrets_unavailable", "Secrets Manager did not answer.") from None
    try:
        value = json.loads(text) if text.strip().startswith("{") else {"api_key": text.strip()}
    except ValueError:
        value = {}
    _secrets[arn] = (time.monotonic(), value)
    return value


def answer_was_garbled(error: BaseException) -> bool:
    """Whether an exception came from inside the AWS SDK: it has no class for an answer that it cannot read."""
    return any("/botocore/" in frame.filename for frame in traceback.extract_tb(error.__traceback__))
