"""Logs and metrics, the same for every function (AWS Lambda Powertools).

Nothing of a document goes here: log job ids, codes, counts and times. Exceptions are logged
by type and place, because their text may quote what they choked on.
"""

import os
import traceback
from typing import Any, Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "cvmaker"), log_uncaught_exceptions=False)
metrics = Metrics(
    namespace=os.environ.get("METRICS_NAMESPACE", "CvMaker"),
    service=os.environ.get("POWERTOOLS_SERVICE_NAME", "cvmaker"),
)

__all__ = ["STAGE_METRICS", "MetricUnit", "describe_exception", "logger", "measure", "metrics"]

# Detail of each stage, by the dimension `stage`. Each name costs, for each stage that sends it, what CloudWatch asks
# for a custom metric (docs/operations.md); the parameter StageMetrics switches these off. Counts of failures, and money
# spent, are always sent: alarms stand on them.
STAGE_METRICS: Final = {
    "Duration": MetricUnit.Milliseconds,
    "ColdStart": MetricUnit.Count,
    "Warnings": MetricUnit.Count,
    "Tokens": MetricUnit.Count,
    "ProposalsAccepted": MetricUnit.Count,
    "ProposalsRejected": MetricUnit.Count,
    "ParseConfidence": MetricUnit.Percent,
    "CertificateFailed": MetricUnit.Count,
}
_DETAILED = os.environ.get("STAGE_METRICS", "on") != "off"


def measure(name: str, value: float) -> None:
    """Send one figure of `STAGE_METRICS` for the stage that runs, unless the deployer switched them off."""
    if _DETAILED:
        metrics.add_metric(name, STAGE_METRICS[name], value)


def describe_exception(error: BaseException) -> dict[str, Any]:
    """Type and places (file, line, function) of an exception, without its text."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {
        "error_type": type(error).__name__,
        "error_place": [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames],
    }
