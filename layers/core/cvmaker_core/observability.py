"""Logs and metrics, the same for every function (AWS Lambda Powertools).

Nothing of a document goes here: log job ids, codes, counts and times. Exceptions are logged
by type and place, because their text may quote what they choked on.
"""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from cvmaker_core.aws import answer_was_garbled
from cvmaker_core.errors import CvMakerError, InputError, InternalError, JobDeleted, ProviderThrottled, TransientError

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "cvmaker"), log_uncaught_exceptions=False)
metrics = Metrics(
    namespace=os.environ.get("METRICS_NAMESPACE", "CvMaker"),
    service=os.environ.get("POWERTOOLS_SERVICE_NAME", "cvmaker"),
)

__all__ = ["STAGE_METRICS", "MetricUnit", "boundary", "describe_exception", "logger", "measure", "metrics"]

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


@contextmanager
def boundary(stage: str) -> Iterator[None]:
    """Around all that a stage does: failures are logged and counted, and leave without a document's text.

    Sends what metrics there are. What comes out is always a `CvMakerError`, whose class the state machine knows.
    """
    metrics.add_dimension("stage", stage)
    try:
        yield
    except CvMakerError as error:
        _failed(error, error)
        raise
    except Exception as error:  # noqa: BLE001 - a boundary: nothing may leave with its own text
        ours: CvMakerError
        if answer_was_garbled(error):
            ours = TransientError("service_garbled", "A service answered with something unreadable.")
        else:
            ours = InternalError(
                "internal_error",
                f"The {stage} stage met a defect of ours ({type(error).__name__}).",
                "Try again; if it fails again, report the job id.",
            )
        _failed(ours, error)
        raise ours from None
    finally:
        if metrics.metric_set:
            metrics.flush_metrics()
        else:
            metrics.clear_metrics()


def _failed(error: CvMakerError, cause: Exception) -> None:
    """Log and count one failed attempt; `cause` is what was raised first."""
    write = logger.error if isinstance(error, InternalError) else logger.warning
    write("stage failed", extra={"code": error.code, **describe_exception(cause)})
    metrics.add_metric(_failure_metric(error), MetricUnit.Count, 1)


def _failure_metric(error: CvMakerError) -> str:
    """A refused document is the person's affair and wakes nobody; a provider that says "slower" is no failure yet."""
    if isinstance(error, InputError | JobDeleted):
        return "StageRefused"
    return "StageThrottled" if isinstance(error, ProviderThrottled) else "StageFailed"
