"""Browser uploads by presigned POST: the checks of S3 that moto leaves out.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cvmaker_local.signatures import SignatureError, sign

# Form fields that a policy need not mention.
EXEMPT_FIELDS = {"x-amz-signature", "file", "policy", "awsaccesskeyid", "signature"}


class PolicyError(Exception):
    """S3's refusal of a form: HTTP status, error code and message."""

    def __init__(self, status: int, code: str, message: str, **details: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def check_form(bucket: str, fields: Mapping[str, str], size: int, now: datetime) -> None:
    """Check a form against its signed policy.

    Parameters
    ----------
    fields
        All form fields but the file; ``key`` with ``${filename}`` already replaced. Names in any case.
    size
        Bytes of the file.

    Raises
    ------
    PolicyError
    """
    values = {name.lower(): value for name, value in fields.items()}
    encoded = values.get("policy")
    if not encoded:
        raise PolicyError(403, "AccessDenied", "Access Denied")
    check_signature(encoded, values)
    try:
        policy: dict[str, Any] = json.loads(base64.b64decode(encoded, validate=True))
        expiration = datetime.fromisoformat(policy["expiration"]).astimezone(UTC)
        conditions = policy["conditions"]
    except (binascii.Error, KeyError, TypeError, ValueError) as error:
        raise PolicyError(400, "InvalidPolicyDocument", "The content of the form does not meet the policy.") from error
    if now > expiration:
        raise PolicyError(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    values["bucket"] = bucket
    mentioned: set[str] = set()
    for condition in conditions:
        mentioned |= check_condition(condition, values, size)
    extra = [name for name in values if name not in mentioned | EXEMPT_FIELDS and not name.startswith("x-ignore-")]
    extra = [name for name in extra if name != "bucket"]
    if extra:
        raise PolicyError(403, "AccessDenied", f"Invalid according to Policy: Extra input fields: {extra[0]}")


def check_signature(encoded_policy: str, values: Mapping[str, str]) -> None:
    try:
        expected = sign(encoded_policy, values.get("x-amz-credential", ""))
    except SignatureError as error:
        raise PolicyError(403, error.code, error.message) from error
    if not hmac.compare_digest(expected, values.get("x-amz-signature", "")):
        raise PolicyError(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        )


def check_condition(condition: Any, values: Mapping[str, str], size: int) -> set[str]:
    """Check one condition; returns the fields it speaks of."""
    if isinstance(condition, dict):
        for name, expected in condition.items():
            require(values.get(name.lower()) == str(expected), condition)
        return {name.lower() for name in condition}
    operator, first, second = condition
    if operator == "content-length-range":
        if size < int(first):
            raise PolicyError(
                400,
                "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed size",
                ProposedSize=str(size),
                MinSizeAllowed=str(first),
            )
        if size > int(second):
            raise PolicyError(
                400,
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
                ProposedSize=str(size),
                MaxSizeAllowed=str(second),
            )
        return set()
    name = str(first).removeprefix("$").lower()
    actual = values.get(name, "")
    if operator == "eq":
        require(actual == str(second), condition)
    elif operator == "starts-with":
        require(actual.startswith(str(second)), condition)
    else:
        raise PolicyError(400, "InvalidPolicyDocument", f"Unknown condition {operator}")
    return {name}


def require(holds: bool, condition: Any) -> None:
    if not holds:
        shown = json.dumps(
            condition if isinstance(condition, list) else next(["eq", f"${k}", v] for k, v in condition.items())
        )
        raise PolicyError(403, "AccessDenied", f"Invalid according to Policy: Policy Condition failed: {shown}")
