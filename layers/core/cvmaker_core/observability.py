"""Logs and metrics, the same for every function (AWS Lambda Powertools).

Nothing of a document goes here: log job ids, codes, counts and times. Exceptions are logged
by type and place, because their text may quote what they choked on.
"""

import os
import traceback
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "cvmaker"), log_uncaught_exceptions=False)
metrics = Metrics(
    namespace=os.environ.get("METRICS_NAMESPACE", "CvMaker"),
    service=os.environ.get("POWERTOOLS_SERVICE_NAME", "cvmaker"),
)

__all__ = ["MetricUnit", "describe_exception", "logger", "metrics"]


def describe_exception(error: BaseException) -> dict[str, Any]:
    """Type and places (file, line, function) of an exception, without its text."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {
        "error_type": type(error).__name__,
        "error_place": [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames],
    }
