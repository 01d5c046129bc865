"""Lambda REQUEST authorizer of every route: credentials in, owner out.

Handlers take the owner from `requestContext.authorizer` alone. The decision must never be cached by a part of
the credentials, so `template.yaml` sets the authorizer's cache to zero; a warm call costs well under a millisecond.
"""

import os
from typing import Any

from api_authorization.decision import Authorization
from api_authorization.tokens import PoolVerifier


def authorization_from_environment() -> Authorization:
    """Reads `COGNITO_ISSUER`, `COGNITO_CLIENT_ID` (several with commas) and `WEB_API_KEY`; all optional."""
    issuer = os.environ.get("COGNITO_ISSUER", "")
    client_ids = frozenset(filter(None, os.environ.get("COGNITO_CLIENT_ID", "").replace(" ", "").split(",")))
    return Authorization(
        pool=PoolVerifier(issuer, client_ids) if issuer and client_ids else None,
        web_api_key=os.environ.get("WEB_API_KEY", ""),
    )


authorization = authorization_from_environment()


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """An IAM policy for the API's stage, with the owner as context.

    Raises
    ------
    UnauthorizedError
        API Gateway answers 401.

    """
    owner = authorization.owner(event.get("headers") or {}, (event.get("requestContext") or {}).get("identity") or {})
    # arn:aws:execute-api:region:account:api/stage/METHOD/path → every route of this stage.
    api, stage, *_ = event["methodArn"].split("/")
    return {
        "principalId": owner.id,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/*"}],
        },
        "context": {"owner": owner.id, "kind": owner.kind},
    }
