"""Typed errors.

The *class name* is what the state machine matches in Retry (Lambda reports it as
`errorType`); the *code* is what the person's `error.json` carries. Messages and advice
are written by us and never quote a document: they end up in logs and in the execution
history, which cannot be erased.
"""

import json
from typing import Any


class CvMakerError(Exception):
    """A failure we understand: what happened (`message`) and what to do (`advice`)."""

    retryable = False

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice

    def describe(self) -> dict[str, Any]:
        """The public part, as `error.json` and problem+json show it."""
        return {
            "code": self.code,
            "message": self.message,
            "advice": self.advice,
            "retryable": self.retryable,
        }

    def __str__(self) -> str:
        return json.dumps(self.describe(), ensure_ascii=False)


class InputError(CvMakerError):
    """The person's input cannot be used. Never retried."""


class TransientError(CvMakerError):
    """A passing fault of a service we call. Retried with back-off by the state machine."""

    retryable = True


class ProviderThrottled(CvMakerError):
    """OpenAI, Pinecone or Textract asked us to slow down. Retried with a longer back-off."""

    retryable = True


class JobDeleted(CvMakerError):
    """The job carries a tombstone: stop without writing anything."""


class InternalError(CvMakerError):
    """A defect of ours. The original exception is reported by type and place only, never by text."""
