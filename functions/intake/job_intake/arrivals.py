"""Where a job comes from: reading events and upload keys."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from cvmaker_core.hashing import content_hash
from cvmaker_core.schema.jobs import CONSOLE_OWNER, POSTING_SUFFIXES, SOURCE_SUFFIXES, JobReference
from cvmaker_core.upload_keys import form_upload

# People drop these too. They are documents we cannot read, so silence would be wrong.
CONVERTIBLE_SUFFIXES = ("doc", "odt", "rtf", "pages", "png", "jpg", "jpeg", "heic", "tif", "tiff", "gif", "webp")


@dataclass(frozen=True)
class Arrival:
    """A start of the pipeline. `key` and `sequencer` are set when an S3 event caused it."""

    job: JobReference
    key: str | None = None
    sequencer: str | None = None


def suffix_of(key: str) -> str:
    """The lower-case suffix of a key's last part, without the dot ('' if there is none)."""
    name = key.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name.strip(".") else ""


def console_job(key: str, version: str) -> JobReference:
    """The job of a file dropped by hand: the same file and version always give the same job.

    `version` is the S3 version id or the event's sequencer. The id begins with a fixed word, not
    with the file's name: it appears in execution names, which cannot be erased.
    """
    return JobReference(owner=CONSOLE_OWNER, job_id="drop-" + content_hash(key + "\n" + version))


def is_source(key: str) -> bool:
    """Whether a key may be a CV: not a folder marker, not a posting, and of a kind we read."""
    name = key.rsplit("/", 1)[-1].lower()
    if not name or name.startswith((".", "posting.")) or name in {"job.txt", "job.txt.txt"}:
        return False
    return suffix_of(key) in SOURCE_SUFFIXES


def is_convertible(key: str) -> bool:
    """Whether somebody dropped a document of a kind we cannot read."""
    name = key.rsplit("/", 1)[-1].lower()
    return not name.startswith(("posting.", ".")) and suffix_of(key) in CONVERTIBLE_SUFFIXES


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


def read_arrival(event: dict[str, Any]) -> Arrival | None:
    """What an execution was started for; None when the object is none of ours.

    Raises
    ------
    ValueError
        If the event is neither an S3 event nor `{"owner", "job_id"}`.

    """
    found = event_key(event)
    if found:
        key, version = found
        job = form_upload(key)
        if job:
            return Arrival(job, key, version) if suffix_of(key) in SOURCE_SUFFIXES else None
        if key.startswith("uploads/") and is_source(key):
            return Arrival(console_job(key, version), key, version)
        return None
    return Arrival(JobReference(owner=event["owner"], job_id=event["job_id"]))


def posting_candidates(source_key: str) -> list[str]:
    """Keys under which the posting of an upload may lie, most specific first."""
    folder = source_key.rsplit("/", 1)[0]
    if form_upload(source_key):
        return [f"{folder}/posting.{suffix}" for suffix in POSTING_SUFFIXES]
    return [f"{folder}/job.txt"]
