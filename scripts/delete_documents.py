"""Deletes the documents bucket that `sam delete` left: every CV in it, every version, for good.

.venv/bin/python scripts/delete_documents.py --bucket NAME --yes-delete-every-document
"""

import argparse
import sys
from typing import Any

import boto3


def delete_bucket(s3: Any, bucket: str) -> int:
    """Empty the bucket and delete it; how many object versions went."""
    count = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not found:
            continue
        keys = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        refused = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True}).get("Errors", [])
        if refused:
            raise RuntimeError(f"{len(refused)} objects were not deleted ({refused[0]['Code']}).")
        count += len(keys)
    s3.delete_bucket(Bucket=bucket)
    return count


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--yes-delete-every-document", action="store_true")
    arguments = parser.parse_args()
    if not arguments.yes_delete_every_document:
        parser.error("this deletes every CV in the bucket; say --yes-delete-every-document")
    print(f"{delete_bucket(boto3.client('s3'), arguments.bucket)} objects and the bucket deleted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
