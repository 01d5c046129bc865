"""Vectors of CV items in Pinecone, through its SDK: one index per (model, dimension), one namespace per owner.

Ids are `{job_id}#{hash of the text}`: a repeated run writes the same vectors, and one job's can be
told from another's. Writes become visible only after a while, so nothing here reads its own writes.
"""

import queue
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from cvmaker_core.hashing import content_hash

from evidence_matching.items import CvItem
from evidence_matching.provider_errors import ProviderFailure

if TYPE_CHECKING:
    from pinecone import Pinecone

# Pinecone takes 1,000 vectors or 2 MB a request: 200 of 3,072 float32 in JSON stay below.
UPSERT_BATCH = 200
DELETE_BATCH = 1000
MAX_METADATA_TEXT = 1000
MAX_INDEX_NAME = 45
# The SDK makes four attempts at a data call, whatever it is told, and sleeps as long as a Retry-After says (up to a
# minute). So one attempt gets a quarter of a call's time, and a call that outlasts its time is left behind.
SDK_ATTEMPTS = 4
# What all calls of one run may take together, as a multiple of one call's time.
RUN_SHARE = 2.0


@dataclass(frozen=True)
class StoreConfiguration:
    """Where vectors live. An empty control plane URL means Pinecone's own."""

    api_key: str = field(repr=False)
    control_plane_url: str
    cloud: str
    region: str
    index_prefix: str
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One item found again, most similar first."""

    identity: str
    job_id: str
    pointer: str
    kind: str
    text: str
    similarity: float


def index_name(prefix: str, model: str, dimensions: int) -> str:
    """Lower case letters, digits and hyphens, at most 45: Pinecone's rule. Long model names end in a hash."""
    slug = re.sub(r"[^a-z0-9]+", "-", model.casefold()).strip("-")
    name = f"{prefix}-{slug}-{dimensions}"
    if len(name) <= MAX_INDEX_NAME:
        return name
    return f"{prefix}-{content_hash(slug)[:12]}-{dimensions}"


def vector_id(job_id: str, text: str) -> str:
    """The same text of the same job is the same vector."""
    return f"{job_id}#{content_hash(text)[:24]}"


class VectorStore:
    """One owner's vectors of one model. The index is made when first written to."""

    def __init__(self, configuration: StoreConfiguration, owner: str, model: str, dimensions: int) -> None:
        self.configuration = configuration
        self.owner = owner
        self.dimensions = dimensions
        self.name = index_name(configuration.index_prefix, model, dimensions)
        self.reads = 0
        self.writes = 0
        self._database: Pinecone | None = None
        self._index: Any = None
        self._deadline = time.monotonic() + RUN_SHARE * configuration.timeout_seconds

    def upsert(self, job_id: str, items: Sequence[CvItem], texts: Sequence[str], vectors: Any, as_of: date) -> int:
        """Write a job's items (`texts` are what may leave: without contact details). Returns how many vectors.

        Raises
        ------
        ProviderFailure
            If Pinecone did not take them.

        """
        records: dict[str, dict[str, Any]] = {}
        for item, text, vector in zip(items, texts, vectors, strict=True):
            metadata = {
                "job_id": job_id,
                "pointer": item.pointer,
                "kind": item.kind,
                "as_of": as_of.year * 10_000 + as_of.month * 100 + as_of.day,
                "text": text[:MAX_METADATA_TEXT],
            }
            identity = vector_id(job_id, text)
            records.setdefault(identity, {"id": identity, "values": [float(x) for x in vector], "metadata": metadata})
        listed = list(records.values())
        with _typed_failures():
            index = self._open(create=True)
            for start in range(0, len(listed), UPSERT_BATCH):
                batch = listed[start : start + UPSERT_BATCH]
                self._call(index.upsert, vectors=batch, namespace=self.owner)
                self.writes += len(batch)
        return len(listed)

    def remove_others(self, job_id: str, keep: set[str]) -> int:
        """Remove a job's vectors that an earlier attempt wrote and this one did not."""
        with _typed_failures():
            index = self._open()
            if index is None:
                return 0
            stale: list[str] = []
            pages = index.list(prefix=f"{job_id}#", namespace=self.owner, timeout=self._attempt_seconds)
            while page := self._call(next, pages, None, bare=True):
                self.reads += 1
                stale += [str(item.id) for item in page.vectors if item.id not in keep]
            return self._delete(index, stale)

    def remove(self, identities: Iterable[str]) -> int:
        """Remove vectors by id, without asking first what is there: what was just written may not be listed yet."""
        with _typed_failures():
            index = self._open()
            return self._delete(index, sorted(identities)) if index is not None else 0

    def _delete(self, index: Any, identities: list[str]) -> int:
        for start in range(0, len(identities), DELETE_BATCH):
            self._call(index.delete, ids=identities[start : start + DELETE_BATCH], namespace=self.owner)
        return len(identities)

    def query(self, vector: Sequence[float], limit: int, *, without_job: str | None = None) -> list[StoredItem]:
        """The owner's nearest items; none when nothing was ever written.

        Raises
        ------
        ProviderFailure
            If Pinecone did not answer.

        """
        condition = {"job_id": {"$ne": without_job}} if without_job else None
        with _typed_failures():
            index = self._open()
            if index is None:
                return []
            self.reads += 1
            answer = self._call(
                index.query,
                vector=[float(x) for x in vector],
                top_k=limit,
                namespace=self.owner,
                filter=condition,
                include_metadata=True,
            )
            return [found for found in map(_stored_item, answer.matches or []) if found]

    @property
    def _attempt_seconds(self) -> float:
        return max(0.2, self.configuration.timeout_seconds / SDK_ATTEMPTS)

    def _call(self, function: Callable[..., Any], *positional: Any, bare: bool = False, **named: Any) -> Any:
        """One SDK call within its time, in a thread that is left behind when it does not return.

        `bare`: the call takes no time limit of its own.
        """
        seconds = min(self.configuration.timeout_seconds, self._deadline - time.monotonic())
        if seconds <= 0:
            raise ProviderFailure("memory_timeout")
        if not bare:
            named["timeout"] = self._attempt_seconds
        outcome: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

        def work() -> None:
            try:
                outcome.put((True, function(*positional, **named)))
            except BaseException as error:  # noqa: BLE001 - handed over to the caller
                outcome.put((False, error))

        threading.Thread(target=work, daemon=True).start()
        try:
            succeeded, value = outcome.get(timeout=seconds)
        except queue.Empty:
            raise ProviderFailure("memory_timeout") from None
        if not succeeded:
            raise value
        return value

    def _connect(self) -> "Pinecone":
        if self._database is None:
            from pinecone import Pinecone, RetryConfig

            self._database = Pinecone(
                api_key=self.configuration.api_key,
                host=self.configuration.control_plane_url or None,
                timeout=self.configuration.timeout_seconds,
                # The state machine retries; here a second attempt would only eat its time.
                retry_config=RetryConfig(max_retries=0),
            )
        return self._database

    def _open(self, *, create: bool = False) -> Any:
        """The index, made on request; None if it does not exist."""
        from pinecone import ConflictError, NotFoundError, ServerlessSpec

        if self._index is not None:
            return self._index
        database = self._connect()
        try:
            description = self._call(database.indexes.describe, self.name, bare=True)
        except NotFoundError:
            if not create:
                return None
            specification = ServerlessSpec(cloud=self.configuration.cloud, region=self.configuration.region)
            try:
                description = self._call(
                    partial(database.indexes.create, timeout=-1),  # do not wait until it is ready
                    name=self.name,
                    dimension=self.dimensions,
                    metric="cosine",
                    spec=specification,
                    bare=True,
                )
            except ConflictError:  # another job of this moment made it
                description = self._call(database.indexes.describe, self.name, bare=True)
        if not description.status.ready:
            raise ProviderFailure("memory_not_ready", throttled=True)
        self._index = database.index(host=str(description.host))
        return self._index


def _stored_item(match: Any) -> StoredItem | None:
    """A match as we wrote it; others' vectors in our index are passed over."""
    metadata = match.metadata or {}
    values = [metadata.get(name) for name in ("job_id", "pointer", "kind", "text")]
    if not all(isinstance(value, str) for value in values):
        return None
    job_id, pointer, kind, text = (str(value) for value in values)
    return StoredItem(str(match.id), job_id, pointer, kind, text, round(float(match.score), 4))


@contextmanager
def _typed_failures() -> Iterator[None]:
    """Every way the SDK fails as one of ours; the original's text may quote what was sent."""
    import pinecone

    try:
        yield
    except ProviderFailure:
        raise
    except pinecone.RateLimitError:
        raise ProviderFailure("memory_throttled", throttled=True) from None
    except (pinecone.UnauthorizedError, pinecone.ForbiddenError):
        raise ProviderFailure("memory_bad_key") from None
    except pinecone.PaymentRequiredError:
        raise ProviderFailure("memory_quota") from None
    except pinecone.ServiceError as error:
        raise ProviderFailure("memory_unavailable", throttled=getattr(error, "status_code", 500) == 503) from None
    except pinecone.PineconeTimeoutError:
        raise ProviderFailure("memory_timeout") from None
    except pinecone.PineconeConnectionError:
        raise ProviderFailure("memory_unreachable") from None
    except pinecone.ApiError as error:
        code = "memory_quota" if "quota" in str(error).casefold() else "memory_rejected"
        raise ProviderFailure(code) from None
    except (pinecone.PineconeError, ValueError, TypeError, AttributeError, KeyError):
        raise ProviderFailure("memory_bad_answer") from None
