"""Keys of uploads, as every function that meets an S3 event reads them."""

import re
from typing import Any
from urllib.parse import unquote_plus

from cvmaker_core.hashing import content_hash
from cvmaker_core.schema.jobs import CONSOLE_OWNER, JobReference

_FORM_KEY = re.compile(
    r"uploads/(?P<owner>[A-Za-z0-9][A-Za-z0-9_-]{7,127})/(?P<job_id>[A-Za-z0-9][A-Za-z0-9_-]{7,127})"
    r"/source\.[A-Za-z0-9]{1,5}"
)


def form_upload(key: str) -> JobReference | None:
    """The job a presigned form uploaded to, or None if the key is not one of ours.

    The owner and job id of a form are opaque and long; a console folder that happens to hold
    `source.pdf` two levels down is not mistaken for one unless it looks the same.
    """
    match = _FORM_KEY.fullmatch(key)
    if not match or match["owner"] == CONSOLE_OWNER:
        return None
    return JobReference(owner=match["owner"], job_id=match["job_id"])


def console_job(key: str, version: str) -> JobReference:
    """The job of a file dropped by hand: the same file and version always give the same job.

    `version` is the S3 version id or the event's sequencer. The id begins with a fixed word, not
    with the file's name: it appears in execution names, which cannot be erased.
    """
    return JobReference(owner=CONSOLE_OWNER, job_id="drop-" + content_hash(key + "\n" + version))


def event_key(event: dict[str, Any]) -> tuple[str, str] | None:
    """Key and version (version id or sequencer) of an S3 event, or None if this is no S3 event.

    EventBridge delivers keys as they are (a literal `+` stays one); the older S3 notification,
    which `sam local generate-event` still makes, URL-encodes them.
    """
    detail = event.get("detail")
    if isinstance(detail, dict) and isinstance(detail.get("object"), dict):
        item = detail["object"]
        return str(item["key"]), str(item.get("version-id") or item.get("sequencer") or item.get("etag") or "")
    records = event.get("Records")
    if isinstance(records, list) and records and "s3" in records[0]:
        item = records[0]["s3"]["object"]
        return unquote_plus(item["key"]), str(item.get("versionId") or item.get("sequencer") or item.get("eTag") or "")
    return None


def job_of_event(event: dict[str, Any]) -> JobReference | None:
    """The job an S3 event speaks of, whether its key came from a form or from somebody's hand."""
    found = event_key(event)
    if not found or not found[0].startswith("uploads/"):
        return None
    return form_upload(found[0]) or console_job(*found)
