"""Configurations of the two providers, from settings and secrets. Shared by this folder's two handlers."""

from cvmaker_core.aws import read_secret
from cvmaker_core.settings import EmbeddingSettings
from evidence_matching.embedding_client import EmbeddingConfiguration
from evidence_matching.vector_store import StoreConfiguration


def embedding_configuration(configuration: EmbeddingSettings, seconds: float) -> EmbeddingConfiguration:
    """Where to embed. A server of its own gets its own key, never OpenAI's.

    An OpenAI-compatible server for everything (`OPENAI_BASE_URL`) shares the key of the secret.
    """
    secret = read_secret(configuration.openai_secret_arn)
    own_server = bool(configuration.embeddings_base_url)
    key = secret.get("embeddings_api_key", "") if own_server else secret.get("api_key", "")
    return EmbeddingConfiguration(
        api_key=str(key or ""),
        base_url=configuration.embeddings_base_url or configuration.openai_base_url,
        model=configuration.embedding_model,
        dimensions=configuration.embedding_dimensions,
        timeout_seconds=max(0.5, min(configuration.embeddings_timeout_seconds, seconds)),
    )


def store_configuration(configuration: EmbeddingSettings, seconds: float) -> StoreConfiguration | None:
    """Where vectors live; None without a key."""
    key = read_secret(configuration.pinecone_secret_arn).get("api_key")
    if not key:
        return None
    return StoreConfiguration(
        api_key=str(key),
        control_plane_url=configuration.pinecone_control_plane_url,
        cloud=configuration.pinecone_cloud,
        region=configuration.pinecone_region,
        index_prefix=configuration.pinecone_index_prefix,
        timeout_seconds=max(0.5, min(configuration.pinecone_timeout_seconds, seconds)),
    )
