"""Presigned addresses: one exact key each, for a limited time, never served as a page."""

import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from cvmaker_core.job_store import CONTENT_TYPES, StoredObject

from job_api.file_names import content_disposition
from job_api.models import Link, UploadTarget

# S3 returns what we sign here; a PDF stays a PDF for the viewer, anything a browser would run becomes plain bytes.
_NEVER_SERVED_AS = {"text/html; charset=utf-8", "text/markdown; charset=utf-8"}


# Links are made anew this often within their life: a poll that finds nothing new still gets fresh ones in time.
REFRESHES_PER_LIFETIME = 4
KEPT_LINKS = 2048


def link_window(valid_seconds: int) -> int:
    """The number of the present window; a new one begins every quarter of a link's life."""
    return int(time.time() // (valid_seconds / REFRESHES_PER_LIFETIME))


def windows_end(valid_seconds: int) -> datetime:
    """Until when every link given out now is valid."""
    start = link_window(valid_seconds) * valid_seconds / REFRESHES_PER_LIFETIME
    return datetime.fromtimestamp(start + valid_seconds, UTC)


class StorageAccess:
    """Signs uploads and downloads for one bucket.

    Parameters
    ----------
    s3
        A boto3 S3 client (signature version 4).
    bucket
        The documents bucket.
    browser_endpoint
        Replaces scheme and host of signed addresses where a browser sees the store elsewhere than we do. Signatures
        cover the host, so the store behind it must accept both; real S3 never needs this.

    """

    def __init__(self, s3: Any, bucket: str, browser_endpoint: str = "") -> None:
        self.s3 = s3
        self.bucket = bucket
        self.browser_endpoint = browser_endpoint
        self.links: OrderedDict[tuple[str, str, str, int], Link] = OrderedDict()

    def upload_target(self, key: str, purpose: str, max_bytes: int, valid_seconds: int) -> UploadTarget:
        """A POST policy for exactly this key, this type, and a size of 1 to `max_bytes`."""
        content_type = CONTENT_TYPES[key.rsplit(".", 1)[-1]]
        presigned = self.s3.generate_presigned_post(
            Bucket=self.bucket,
            Key=key,
            Fields={"Content-Type": content_type, "success_action_status": "204"},
            Conditions=[
                {"Content-Type": content_type},
                {"success_action_status": "204"},
                ["content-length-range", 1, max_bytes],
            ],
            ExpiresIn=valid_seconds,
        )
        return UploadTarget.model_validate(
            {
                "purpose": purpose,
                "url": self._seen_by_browser(presigned["url"]),
                "fields": presigned["fields"],
                "max_bytes": max_bytes,
                "expires_at": datetime.now(UTC) + timedelta(seconds=valid_seconds),
            }
        )

    def link(self, item: StoredObject, file_name: str, valid_seconds: int) -> Link:
        """An address to read one object, always as an attachment.

        Signing is the dearest part of a poll, so an address is given out again until a new window begins; it is then
        still valid for most of `valid_seconds`.
        """
        place = (item.key, item.etag, file_name, link_window(valid_seconds))
        known = self.links.get(place)
        if known is None:
            known = self.links[place] = self._sign(item, file_name, valid_seconds)
            while len(self.links) > KEPT_LINKS:
                self.links.popitem(last=False)
        return known

    def _sign(self, item: StoredObject, file_name: str, valid_seconds: int) -> Link:
        content_type = CONTENT_TYPES.get(item.name.rsplit(".", 1)[-1], "application/octet-stream")
        url = self.s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": item.key,
                "ResponseContentDisposition": content_disposition(file_name),
                "ResponseContentType": (
                    "application/octet-stream" if content_type in _NEVER_SERVED_AS else content_type
                ),
                "ResponseCacheControl": "private, no-store",
            },
            ExpiresIn=valid_seconds,
        )
        return Link(
            url=self._seen_by_browser(url),
            file_name=file_name,
            content_type=content_type,
            bytes=item.size,
            etag=item.etag,
        )

    def _seen_by_browser(self, url: str) -> str:
        if not self.browser_endpoint:
            return url
        seen, signed = urlsplit(self.browser_endpoint), urlsplit(url)
        return urlunsplit((seen.scheme, seen.netloc, signed.path, signed.query, ""))
