"""The documents bucket as a store of jobs: the one place that knows S3.

Writes are whole objects (S3 puts are atomic), conditional where two writers may meet, and
none survives a tombstone: `deleted.json` is looked for before and after each write.
Absent objects are found by a prefix-scoped listing, because without `s3:ListBucket` on the
whole bucket S3 answers 403 for a missing key.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cvmaker_core.aws import client
from cvmaker_core.errors import InternalError, JobDeleted, TransientError
from cvmaker_core.migration import upgrade
from cvmaker_core.schema.artefacts import Envelope
from cvmaker_core.schema.jobs import JobReference

TOMBSTONE = "deleted.json"
CLAIM = "execution.json"
REQUEST = "request.json"

CONTENT_TYPES = {
    "json": "application/json",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
}

_MISSING = {"NoSuchKey", "404", "NotFound", "NoSuchVersion"}
_CONFLICT = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_TRANSIENT = {"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "500", "502", "503", "504"}


@dataclass(frozen=True)
class StoredObject:
    """One object of a listing."""

    key: str
    etag: str
    size: int
    modified: datetime

    @property
    def name(self) -> str:
        return self.key.rsplit("/", 1)[-1]


class ObjectMissing(Exception):
    """There is no such object (or its ETag is no longer the one asked for)."""


class Conflict(Exception):
    """Somebody else wrote first."""


def translate(error: Exception) -> Exception:
    """An S3 error as one of ours, without key names (a dropped file's name is personal data)."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _MISSING:
            return ObjectMissing(code)
        if code in _CONFLICT:
            return Conflict(code)
        if code in _TRANSIENT or status >= 500:
            return TransientError("storage_unavailable", "The document store did not answer.")
        return InternalError("storage_refused", f"The document store refused a request ({code}).")
    if isinstance(error, BotoCoreError):
        return TransientError("storage_unavailable", "The document store did not answer.")
    return error


class JobStore:
    """Reads and writes the files of jobs in one bucket."""

    def __init__(self, bucket: str, s3: Any = None) -> None:
        self.bucket = bucket
        self.s3 = s3 or client("s3")

    # --- objects ---------------------------------------------------------------------------

    def read(self, key: str, etag: str | None = None) -> bytes:
        """The bytes of an object; with `etag`, only of that version of it.

        Raises
        ------
        ObjectMissing
            If it is not there, or has been replaced.

        """
        condition = {"IfMatch": etag} if etag else {}
        try:
            body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key, **condition)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            translated = translate(error)
            raise (ObjectMissing(key) if isinstance(translated, Conflict) else translated) from None
        return body

    def read_head(self, key: str, length: int, etag: str | None = None) -> bytes:
        """The first `length` bytes of an object (empty for an empty object)."""
        condition = {"IfMatch": etag} if etag else {}
        try:
            body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key, Range=f"bytes=0-{length - 1}", **condition)[
                "Body"
            ].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in {"InvalidRange", "416"}:
                return b""
            translated = translate(error)
            raise (ObjectMissing(key) if isinstance(translated, Conflict) else translated) from None
        except BotoCoreError as error:
            raise translate(error) from None
        return body

    def list_prefix(self, prefix: str) -> Iterator[StoredObject]:
        """Every object under a prefix."""
        try:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
                for item in page.get("Contents", []):
                    yield StoredObject(item["Key"], item["ETag"].strip('"'), item["Size"], item["LastModified"])
        except (ClientError, BotoCoreError) as error:
            raise translate(error) from None

    def find(self, key: str) -> StoredObject | None:
        """The object of exactly this key, or None."""
        return next((item for item in self.list_prefix(key) if item.key == key), None)

    def put(self, key: str, body: bytes, *, if_absent: bool = False, if_match: str | None = None, **extra: str) -> str:
        """Write an object and return its ETag.

        Raises
        ------
        Conflict
            If `if_absent` and it exists, or `if_match` and it has changed.

        """
        condition: dict[str, str] = dict(extra)
        if if_absent:
            condition["IfNoneMatch"] = "*"
        if if_match:
            condition["IfMatch"] = if_match
        content_type = CONTENT_TYPES.get(key.rsplit(".", 1)[-1], "application/octet-stream")
        try:
            answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type, **condition)
        except (ClientError, BotoCoreError) as error:
            raise translate(error) from None
        return str(answer["ETag"]).strip('"')

    def delete(self, key: str) -> None:
        """Delete one object (its versions, where kept, are the eraser's business)."""
        try:
            self.s3.delete_object(Bucket=self.bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            raise translate(error) from None

    # --- jobs ------------------------------------------------------------------------------

    def files(self, job: JobReference) -> dict[str, StoredObject]:
        """All files of a job by name, from one listing."""
        return {item.name: item for item in self.list_prefix(job.prefix)}

    def is_deleted(self, job: JobReference) -> bool:
        return self.find(job.key(TOMBSTONE)) is not None

    def write(self, job: JobReference, name: str, body: bytes) -> str:
        """Write one file of a job, unless the job is deleted (then nothing remains of it).

        Raises
        ------
        JobDeleted
            If the tombstone is there, before or after the write.

        """
        if self.is_deleted(job):
            raise JobDeleted("job_deleted", "The job was deleted while it ran.")
        etag = self.put(job.key(name), body)
        if self.is_deleted(job):
            self.delete(job.key(name))
            raise JobDeleted("job_deleted", "The job was deleted while it ran.")
        return etag

    def read_json(self, job: JobReference, name: str) -> Any:
        """A JSON file of a job."""
        return json.loads(self.read(job.key(name)))

    def read_envelope(self, job: JobReference, name: str) -> Envelope:
        """An artefact, in the shape of this release, validated.

        Raises
        ------
        ObjectMissing
            If the stage that writes it has not run.
        InternalError
            If a newer release wrote it.

        """
        return Envelope.model_validate(upgrade(json.loads(self.read(job.key(name)))))
