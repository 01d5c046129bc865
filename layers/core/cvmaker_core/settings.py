"""Settings come from the environment only, checked once per container at cold start."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cvmaker_core.errors import InternalError

Model = TypeVar("Model", bound=BaseModel)


class Settings(BaseModel):
    """Base: a field `documents_bucket` is read from `DOCUMENTS_BUCKET`; an empty variable means the default."""

    model_config = ConfigDict(frozen=True)


class StageSettings(Settings):
    """What every function of the pipeline knows. Sizes in bytes, times in seconds."""

    documents_bucket: str
    deployment_stage: str = "dev"
    metrics_namespace: str = "CvMaker"
    max_upload_bytes: int = 20 * 1024 * 1024
    max_posting_bytes: int = 5 * 1024 * 1024
    job_deadline_seconds: int = 900
    daily_usd_limit: float = Field(default=0.0, description="Of the whole deployment, for providers; 0: none.")
    aws_lambda_function_memory_size: int = 512
    aws_lambda_function_name: str = "local"
    function_architecture: str = "arm64"


class ModelSettings(Settings):
    """How to reach a language model. Without a key in the secret there is none, and jobs say so."""

    openai_secret_arn: str = ""
    openai_base_url: str = ""
    openai_model: str = "gpt-6-luna"
    openai_reasoning_effort: str = "low"
    openai_timeout_seconds: float = 60.0
    openai_usd_per_million_input: float | None = None
    openai_usd_per_million_output: float | None = None
    prompt_token_budget: int = Field(default=60_000, ge=0)


class EmbeddingSettings(Settings):
    """How to embed and where vectors live. Empty base URLs mean the providers' own."""

    openai_secret_arn: str = ""
    openai_base_url: str = ""
    embeddings_base_url: str = ""
    embedding_model: str = "text-embedding-3-small"
    embedding_dimensions: int = 512
    embeddings_timeout_seconds: float = 20.0
    pinecone_secret_arn: str = ""
    pinecone_control_plane_url: str = ""
    pinecone_cloud: str = "aws"
    pinecone_region: str = "eu-west-1"
    pinecone_index_prefix: str = "cvmaker"
    pinecone_timeout_seconds: float = 10.0


def read_settings(model: type[Model], environment: Mapping[str, str] | None = None) -> Model:
    """Settings of one kind from the environment.

    Raises
    ------
    InternalError
        Naming the variables that are missing or wrong (never their values).

    """
    environment = os.environ if environment is None else environment
    values = {name: environment[name.upper()] for name in model.model_fields if environment.get(name.upper())}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        names = ", ".join(sorted({str(issue["loc"][0]).upper() for issue in error.errors()}))
        raise InternalError(
            "bad_configuration", f"These environment variables are missing or wrong: {names}.", "Check template.yaml."
        ) from None


@lru_cache(maxsize=16)
def settings(model: type[Model]) -> Model:
    """`read_settings` once per container."""
    return read_settings(model)
