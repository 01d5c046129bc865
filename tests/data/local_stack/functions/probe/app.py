"""Does what its event asks for: the ways in which a real function can behave."""

import base64
import json
import os
import sys
import time

import boto3
import botocore.exceptions


class TransientError(Exception):
    pass


class InputError(Exception):
    pass


def handler(event, context):
    if "requestContext" in event:
        return answer(event)
    request = event.get("input", event)
    action = request.get("do")
    if action == "fail-until":
        if event["retry_count"] < request["count"]:
            raise TransientError(f"attempt {event['retry_count']}")
        return {"retry_count": event["retry_count"]}
    if action == "refuse":
        raise InputError("not this one")
    if action == "die-once":
        if event.get("retry_count", 0) == 0:
            os.kill(os.getpid(), 9)
        return {"retry_count": event["retry_count"]}
    if action == "sleep":
        time.sleep(request["seconds"])
        return {"slept": request["seconds"]}
    if action == "import":
        return {"file": __import__(request["module"]).__file__}
    if action == "allocate":
        block = bytearray(request["megabytes"] * 1024 * 1024)
        block[::4096] = b"x" * len(block[::4096])
        time.sleep(1)
        return {"allocated": len(block)}
    if action == "environment":
        return {"variables": dict(os.environ), "path": sys.path, "pid": os.getpid()}
    if action == "large":
        return "x" * (7 * 1024 * 1024)
    if action == "secret":
        secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["KEY_ARN"])
        return json.loads(secret["SecretString"])
    if action == "call":
        try:
            getattr(boto3.client(request["service"]), request["operation"])(**request["arguments"])
        except botocore.exceptions.ClientError as error:
            return {"refused": error.response["Error"]["Code"]}
        return {"refused": None}
    if action == "claim":
        time.sleep(request.get("seconds", 0))
        return claim(request["key"], event["execution_arn"])
    return {"event": event, "remaining_ms": context.get_remaining_time_in_millis()}


def claim(key, execution_arn):
    """As the product's Intake: whoever writes the claim first owns the upload."""
    s3 = boto3.client("s3")
    try:
        s3.put_object(Bucket=os.environ["BUCKET"], Key=f"claims/{key}", Body=execution_arn.encode(), IfNoneMatch="*")
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        holder = s3.get_object(Bucket=os.environ["BUCKET"], Key=f"claims/{key}")["Body"].read().decode()
        return {"claimed": holder == execution_arn}
    return {"claimed": True}


def answer(event):
    name = (event.get("pathParameters") or {}).get("name")
    if name == "pdf":
        body = base64.b64encode(b"%PDF-1.7 \xff\x00").decode()
        headers = {"Content-Type": "application/pdf"}
        return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}
    if name == "wrong":
        return {"status": 200}
    if name == "raise":
        raise InputError("in the API")
    print("answering", name)
    return {"statusCode": 200, "multiValueHeaders": {"X-Two": ["a", "b"]}, "body": json.dumps(event)}
