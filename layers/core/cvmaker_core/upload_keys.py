"""Keys of the presigned form, as every function that meets an S3 event reads them."""

import re

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
