"""Search over all of an owner's CVs by meaning."""

from typing import Any

from cvmaker_core.schema.artefacts import StageWarning
from cvmaker_core.text import fold
from pydantic import BaseModel, ConfigDict, Field

from evidence_matching.embedding_client import EmbeddingClient
from evidence_matching.vector_store import StoreConfiguration, VectorStore

# The same sentence stands in several CVs of one person: more is asked for than is shown.
OVERSAMPLING = 4
MAX_ASKED = 200


class SearchRequest(BaseModel):
    """The body of `POST /search`."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=1000)
    limit: int = Field(default=10, ge=1, le=50)


class SearchResult(BaseModel):
    """One item of one of the owner's CVs."""

    job_id: str
    pointer: str
    text: str
    similarity: float


class SearchResults(BaseModel):
    results: list[SearchResult] = Field(default_factory=list)
    warnings: list[StageWarning] = Field(default_factory=list)


def search_memory(
    request: SearchRequest, *, owner: str, client: EmbeddingClient, memory: StoreConfiguration
) -> SearchResults:
    """The owner's items nearest to a question, each text once, most similar first.

    Raises
    ------
    ProviderFailure
        If a provider does not answer.

    """
    vector: Any = client([request.query])[0]
    store = VectorStore(memory, owner, client.configuration.model, client.dimensions)
    results: dict[str, SearchResult] = {}
    for found in store.query(vector, min(MAX_ASKED, request.limit * OVERSAMPLING)):
        results.setdefault(
            fold(found.text),
            SearchResult(job_id=found.job_id, pointer=found.pointer, text=found.text, similarity=found.similarity),
        )
    return SearchResults(results=list(results.values())[: request.limit])
