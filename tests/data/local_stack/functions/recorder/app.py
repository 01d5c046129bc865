"""Writes each event that it gets into the bucket; fails on those that ask for it."""

import json
import os

import boto3


def handler(event, context):
    detail = event.get("detail", {})
    key = detail.get("object", {}).get("key", "")
    if key == "record/fail":
        raise RuntimeError("asked to")
    name = detail.get("name") or key.replace("/", "-") or event["detail-type"]
    boto3.client("s3").put_object(
        Bucket=os.environ["BUCKET"], Key=f"recorded/{event['detail-type']}/{name}", Body=json.dumps(event).encode()
    )
