"""boto3 clients for the local endpoint."""

from __future__ import annotations

import threading
from typing import Any

from cvmaker_local.signatures import ACCESS_KEY, SECRET_KEY


class Clients:
    """One client a service, made on first use.

    Parameters
    ----------
    endpoint_url, region
        Where requests go.
    options
        For botocore's ``Config``.
    """

    def __init__(self, endpoint_url: str, region: str, **options: Any) -> None:
        self.endpoint_url = endpoint_url
        self.region = region
        self.options = options
        self.access_key = ACCESS_KEY
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def get(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                import boto3
                from botocore.config import Config

                self._clients[service] = boto3.client(
                    service,
                    endpoint_url=self.endpoint_url,
                    region_name=self.region,
                    aws_access_key_id=self.access_key,
                    aws_secret_access_key=SECRET_KEY,
                    config=Config(
                        signature_version="s3v4" if service == "s3" else None,
                        max_pool_connections=64,
                        proxies={},  # never through a proxy: the endpoint is on this machine
                        **self.options,
                    ),
                )
            return self._clients[service]
