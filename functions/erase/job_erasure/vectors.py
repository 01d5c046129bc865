"""Removes a job's vectors from every index of this deployment, whatever model made them."""

from typing import Any, Protocol


class VectorDatabase(Protocol):
    """The part of the Pinecone SDK we use."""

    @property
    def indexes(self) -> Any: ...

    def index(self, *, host: str) -> Any: ...


def erase_vectors(database: VectorDatabase, index_prefix: str, owner: str, job_id: str) -> int:
    """Remove all vectors whose id begins with `{job_id}#` in the owner's namespace; returns how many.

    One job's deletion never takes another's vectors, and one owner's namespace is all that is touched.
    """
    removed = 0
    for description in database.indexes.list():
        if not description.name.startswith(index_prefix):
            continue
        index = database.index(host=description.host)
        for page in list(index.list(prefix=f"{job_id}#", namespace=owner)):
            ids = [item.id for item in page.vectors]
            if ids:
                index.delete(ids=ids, namespace=owner)
                removed += len(ids)
    return removed
