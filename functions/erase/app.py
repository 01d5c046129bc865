"""Erasure of one job, on its owner's word or when a lifecycle rule let it go. Safe to repeat.

The tombstone stands before this runs, so stages stop writing; but one that was in the middle of a write may still
finish it and take it back. The last look therefore comes after a pause, and what it finds is removed too.
"""

import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cvmaker_core.aws import read_secret
from cvmaker_core.errors import TransientError
from cvmaker_core.job_store import JobStore, ObjectMissing
from cvmaker_core.observability import MetricUnit, logger, metrics
from cvmaker_core.schema.jobs import JobReference
from cvmaker_core.settings import EmbeddingSettings, StageSettings, settings
from job_erasure.objects import ErasureIncompleteError, ObjectEraser
from job_erasure.orders import read_order
from job_erasure.vectors import erase_vectors


class EraseSettings(StageSettings):
    """`settle_seconds`: how long after the first pass a write may still arrive."""

    settle_seconds: float = 5.0


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """`{"owner", "job_id"}` or an `Object Deleted` event → how much was removed.

    Raises
    ------
    TransientError
        If a service did not answer; Lambda delivers the event again.

    """
    logger.clear_state()
    configuration = settings(EraseSettings)
    order = read_order(event)
    if order is None:
        return {"erased": False, "objects": 0, "vectors": 0}
    job = order.job
    logger.append_keys(job_id=job.job_id, stage="erase")
    store = JobStore(configuration.documents_bucket)
    files = store.files(job)
    if order.expired and {"request.json", "execution.json"} & files.keys():
        # An old version expired, or an edit outlives its source's first artefacts: the job itself lives.
        return {"erased": False, "objects": 0, "vectors": 0}
    eraser = ObjectEraser(store.s3, configuration.documents_bucket)
    try:
        # Vectors first: without the objects nobody would remember to try again.
        vectors = _erase_vectors(job)
        objects = eraser.erase(job, _dropped_keys(store, job, set(files)))
        if objects and configuration.settle_seconds:
            time.sleep(configuration.settle_seconds)
            objects += eraser.erase(job, set())
            vectors += _erase_vectors(job)
    except (ClientError, BotoCoreError, ErasureIncompleteError):
        raise TransientError("erasure_incomplete", "Not everything could be removed yet.") from None
    metrics.add_metric("ObjectsErased", MetricUnit.Count, objects)
    metrics.flush_metrics()
    logger.info("erased", extra={"objects": objects, "vectors": vectors})
    return {"erased": True, "objects": objects, "vectors": vectors}


def _dropped_keys(store: JobStore, job: JobReference, files: set[str]) -> set[str]:
    """Uploads outside the job's own folder: what was dropped from the console."""
    keys: set[str] = set()
    for name, fields in (("request.json", ("upload_key", "posting_key")), ("execution.json", ("source_key",))):
        if name not in files:
            continue
        try:
            document = store.read_json(job, name)
        except (ObjectMissing, ValueError):
            continue
        keys |= {document.get(field) for field in fields}
    own = (job.upload_prefix,)
    # An edit names its source job's posting: that one is not ours to remove.
    foreign = f"uploads/{job.owner}/"
    return {
        key
        for key in keys
        if isinstance(key, str)
        and key.startswith("uploads/")
        and not key.startswith(own)
        and (job.owner == "console" or not key.startswith(foreign))
    }


def _erase_vectors(job: JobReference) -> int:
    configuration = settings(EmbeddingSettings)
    secret = read_secret(configuration.pinecone_secret_arn)
    if not secret.get("api_key"):
        return 0  # no vector database, no vectors
    from pinecone import Pinecone, PineconeException

    try:
        database = Pinecone(
            api_key=secret["api_key"],
            host=configuration.pinecone_control_plane_url or None,
            timeout=configuration.pinecone_timeout_seconds,
        )
        return erase_vectors(database, configuration.pinecone_index_prefix, job.owner, job.job_id)
    except (PineconeException, OSError):
        raise TransientError("vectors_unavailable", "The vector database did not answer.") from None
