"""Unit tests that need S3 get moto's, in process; nothing here reaches a network."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from cvmaker_core import aws
from cvmaker_core.job_store import JobStore
from moto import mock_aws


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fake credentials and moto's services, with no client left over from another test."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "DOCUMENTS_BUCKET": "documents",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    aws.client.cache_clear()
    with mock_aws():
        yield
    aws.client.cache_clear()


@pytest.fixture
def store(aws_environment: None) -> JobStore:
    """A job store over an empty bucket."""
    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket="documents", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return JobStore("documents")
