"""Shared vocabulary of every stage: schema, job store, settings, errors, observability."""

__version__ = "0.1.0"
