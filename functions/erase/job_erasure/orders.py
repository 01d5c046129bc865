"""Which job an event asks to forget."""

import re
from dataclasses import dataclass
from typing import Any

from cvmaker_core.schema.jobs import JobReference

_JOB_KEY = re.compile(r"jobs/([^/]+)/([^/]+)/[^/]+")


@dataclass(frozen=True)
class Order:
    """A job to erase. An `expired` one is erased only if nothing current is left that says it lives on."""

    job: JobReference
    expired: bool


def read_order(event: dict[str, Any]) -> Order | None:
    """The job an event is about; None for events that ask for nothing.

    Two kinds: `{"owner", "job_id"}` from the API, and S3's `Object Deleted` when a lifecycle rule let an object go.
    The expiry of old *versions* raises the same event while the job lives: hence `expired` orders are checked.
    """
    if "owner" in event and "job_id" in event:
        return Order(JobReference(owner=event["owner"], job_id=event["job_id"]), expired=False)
    detail = event.get("detail") or {}
    match = _JOB_KEY.fullmatch(str((detail.get("object") or {}).get("key", "")))
    if event.get("detail-type") != "Object Deleted" or detail.get("reason") != "Lifecycle Expiration" or not match:
        return None
    return Order(JobReference(owner=match[1], job_id=match[2]), expired=True)
