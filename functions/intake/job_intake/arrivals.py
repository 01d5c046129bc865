"""Where a job comes from: reading events and upload keys."""

from dataclasses import dataclass
from typing import Any

from cvmaker_core.schema.jobs import POSTING_SUFFIXES, SOURCE_SUFFIXES, JobReference
from cvmaker_core.upload_keys import console_job, event_key, form_upload

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
        if key.startswith("uploads/") and (is_source(key) or is_convertible(key)):
            return Arrival(console_job(key, version), key, version)
        return None
    return Arrival(JobReference(owner=event["owner"], job_id=event["job_id"]))


def posting_candidates(source_key: str) -> list[str]:
    """Keys under which the posting of an upload may lie, most specific first."""
    folder = source_key.rsplit("/", 1)[0]
    if form_upload(source_key):
        return [f"{folder}/posting.{suffix}" for suffix in POSTING_SUFFIXES]
    return [f"{folder}/job.txt"]
