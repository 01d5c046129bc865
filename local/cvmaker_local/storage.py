"""What survives a restart: S3 objects, undelivered events and executions, in one SQLite file.

moto keeps everything in memory. An answer to a client is given only after the change is on disk here, together with
the events that it caused, so that nothing accepted is lost, even by SIGKILL.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXECUTION_RETENTION_SECONDS = 90 * 24 * 3600.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS object_version (
    bucket TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL, version_id TEXT NOT NULL,
    attributes TEXT NOT NULL, content BLOB, PRIMARY KEY (bucket, key, version_id));
CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, event TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS execution (arn TEXT PRIMARY KEY, name TEXT NOT NULL, state_machine_arn TEXT NOT NULL,
    input TEXT NOT NULL, status TEXT NOT NULL, started REAL NOT NULL, stopped REAL, output TEXT, error TEXT,
    cause TEXT);
"""


@dataclass(frozen=True)
class StoredVersion:
    """One version of an object; `content` is None for a delete marker."""

    bucket: str
    key: str
    version_id: str
    attributes: dict[str, Any]
    content: bytes | None


@dataclass(frozen=True)
class StoredExecution:
    """One Step Functions execution; times are seconds since the epoch."""

    arn: str
    name: str
    state_machine_arn: str
    input: str
    status: str
    started: float
    stopped: float | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None


class Storage:
    """The database of one data folder; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(SCHEMA)
        # Refuses a second stack on the same folder instead of corrupting it.
        self._connection.execute("PRAGMA busy_timeout=2000")

    def replace_key(self, bucket: str, key: str, versions: list[StoredVersion], events: list[dict[str, Any]]) -> None:
        """Make the stored versions of a key equal to these, and remember events still to be delivered, atomically.

        A version whose content is already stored is recognised by its id and ETag and not written again.
        """
        with self._lock, self._transaction():
            known = {
                version_id: json.loads(attributes)
                for version_id, attributes in self._connection.execute(
                    "SELECT version_id, attributes FROM object_version WHERE bucket = ? AND key = ?", (bucket, key)
                )
            }
            current = {version.version_id for version in versions}
            self._connection.executemany(
                "DELETE FROM object_version WHERE bucket = ? AND key = ? AND version_id = ?",
                [(bucket, key, version_id) for version_id in known if version_id not in current],
            )
            for position, version in enumerate(versions):
                if known.get(version.version_id) == version.attributes:
                    continue
                self._connection.execute(
                    "INSERT OR REPLACE INTO object_version VALUES (?, ?, ?, ?, ?, ?)",
                    (bucket, key, position, version.version_id, json.dumps(version.attributes), version.content),
                )
            self._connection.executemany(
                "INSERT OR REPLACE INTO outbox VALUES (?, ?)", [(event["id"], json.dumps(event)) for event in events]
            )

    def versions(self) -> Iterator[StoredVersion]:
        """All stored versions, oldest first within a key."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT bucket, key, version_id, attributes, content FROM object_version ORDER BY bucket, key, position"
            ).fetchall()
        for bucket, key, version_id, attributes, content in rows:
            yield StoredVersion(bucket, key, version_id, json.loads(attributes), content)

    def add_event(self, event: dict[str, Any]) -> None:
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO outbox VALUES (?, ?)", (event["id"], json.dumps(event)))

    def event_delivered(self, event_id: str) -> None:
        with self._lock:
            self._connection.execute("DELETE FROM outbox WHERE id = ?", (event_id,))

    def undelivered_events(self) -> list[dict[str, Any]]:
        with self._lock:
            return [json.loads(row[0]) for row in self._connection.execute("SELECT event FROM outbox ORDER BY rowid")]

    def save_execution(self, execution: StoredExecution) -> None:
        with self._lock:
            self._connection.execute(
                "INSERT OR REPLACE INTO execution VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    execution.arn,
                    execution.name,
                    execution.state_machine_arn,
                    execution.input,
                    execution.status,
                    execution.started,
                    execution.stopped,
                    execution.output,
                    execution.error,
                    execution.cause,
                ),
            )

    def executions(self) -> list[StoredExecution]:
        """All executions, oldest first; ended ones are forgotten after 90 days, as Step Functions does."""
        oldest = time.time() - EXECUTION_RETENTION_SECONDS
        with self._lock:
            self._connection.execute("DELETE FROM execution WHERE status <> 'RUNNING' AND started < ?", (oldest,))
            rows = self._connection.execute("SELECT * FROM execution ORDER BY started").fetchall()
        return [StoredExecution(*row) for row in rows]

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _transaction(self) -> Transaction:
        return Transaction(self._connection)


class Transaction:
    """BEGIN … COMMIT, or ROLLBACK on an exception."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __enter__(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self.connection.execute("COMMIT" if kind is None else "ROLLBACK")
