"""Removes every version and delete marker of a job's objects."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from cvmaker_core.schema.jobs import JobReference

TOMBSTONE = "deleted.json"
# Name the job's other objects: removed last, so that a second attempt still finds them.
GUIDES = ("request.json", "execution.json")
# S3's limit for one DeleteObjects call.
BATCH = 1000


def _has_key(key: str, found: dict[str, Any]) -> bool:
    return bool(found["Key"] == key)


class ErasureIncompleteError(Exception):
    """Some objects could not be removed; the erasure must run again."""


class ObjectEraser:
    """Removes objects of one bucket.

    Parameters
    ----------
    s3
        A boto3 S3 client.
    bucket
        The documents bucket.

    """

    def __init__(self, s3: Any, bucket: str) -> None:
        self.s3 = s3
        self.bucket = bucket

    def erase(self, job: JobReference, dropped_keys: set[str]) -> int:
        """Remove all that is stored of a job but its current tombstone; returns how many versions went.

        Order: what a console drop left outside the job's folders, uploads, artefacts, and the guides at the end.
        """
        removed = 0
        for key in sorted(dropped_keys):
            # A listing by prefix also finds keys that only begin like this one.
            removed += self._remove(key, partial(_has_key, key))
        removed += self._remove(job.upload_prefix, lambda _: True)
        guides = {job.key(name) for name in GUIDES}
        tombstone = job.key(TOMBSTONE)

        def ordinary(found: dict[str, Any]) -> bool:
            return found["Key"] not in guides and not (found["Key"] == tombstone and found["IsLatest"])

        removed += self._remove(job.prefix, ordinary)
        removed += self._remove(job.prefix, lambda found: found["Key"] in guides)
        return removed

    def count(self, job: JobReference) -> int:
        """How many versions are left, not counting the tombstone."""
        tombstone = job.key(TOMBSTONE)
        prefixes = (job.prefix, job.upload_prefix)
        found = (item for prefix in prefixes for page in self._pages(prefix) for item in page)
        return sum(1 for item in found if not (item["Key"] == tombstone and item["IsLatest"]))

    def _remove(self, prefix: str, wanted: Callable[[dict[str, Any]], bool]) -> int:
        removed = 0
        for page in self._pages(prefix):
            batch = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in page if wanted(item)]
            for start in range(0, len(batch), BATCH):
                part = batch[start : start + BATCH]
                answer = self.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": part, "Quiet": True})
                if answer.get("Errors"):
                    raise ErasureIncompleteError
                removed += len(part)
        return removed

    def _pages(self, prefix: str) -> Iterator[list[dict[str, Any]]]:
        """Pages of versions and delete markers. Markers are read before a page is removed, so none is skipped."""
        paginator = self.s3.get_paginator("list_object_versions")
        for page in paginator.paginate(Bucket=self.bucket, Prefix=prefix):
            yield [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
