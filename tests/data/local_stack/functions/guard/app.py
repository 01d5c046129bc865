"""Allows bearers that begin with "good"; says 401 to "nobody", 403 to the rest."""

CALLS = []


def handler(event, context):
    CALLS.append(1)
    token = event["headers"].get("Authorization", "").removeprefix("Bearer ")
    if token == "nobody":
        raise Exception("Unauthorized")  # noqa: TRY002 - the documented way to say 401
    effect = "Allow" if token.startswith("good") else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"].split("/")[0] + "/*"}
    return {
        "principalId": token,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"owner": f"owner-{token}", "calls": len(CALLS), "admin": False},
    }
