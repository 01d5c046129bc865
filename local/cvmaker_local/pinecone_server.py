"""A Pinecone-shaped server: what the real pinecone SDK talks to when there is no account.

REST API 2026-07, control and data plane on one port. Exact search over SQLite with numpy, the whole filter language,
namespaces, paging, and *eventual consistency*: a write becomes visible only after a delay, as in the real service, so
that code which relies on reading its own writes fails here too.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import numpy as np
from numpy.typing import NDArray

# The service's limits per request.
MAXIMUM_UPSERT = 1000
MAXIMUM_TOP_K = 10_000
MAXIMUM_METADATA_BYTES = 40 * 1024
MAXIMUM_ID_LENGTH = 512
DEFAULT_PAGE = 100
ABSENT = object()
Filter = Mapping[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS vector_index (
    name TEXT PRIMARY KEY, dimension INTEGER NOT NULL, metric TEXT NOT NULL, request TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vector (
    index_name TEXT, namespace TEXT, id TEXT, value_bytes BLOB NOT NULL, metadata TEXT NOT NULL,
    PRIMARY KEY (index_name, namespace, id));
CREATE TABLE IF NOT EXISTS pending_write (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, operation TEXT NOT NULL);
"""
ERROR_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    413: "OUT_OF_RANGE",
    429: "RESOURCE_EXHAUSTED",
}


class PineconeError(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(first: Any, second: Any) -> bool:
    """Equality without Python's `True == 1`."""
    return bool(first == second) and isinstance(first, bool) == isinstance(second, bool)


def matches_filter(condition: Filter | None, metadata: Mapping[str, Any]) -> bool:
    """Whether metadata satisfies a filter; a list field matches when any of its elements does.

    Raises
    ------
    PineconeError
        400 for an operator or operand that the service refuses.
    """
    if not condition:
        return True
    for name, wanted in condition.items():
        if name == "$and":
            if not all(matches_filter(item, metadata) for item in wanted):
                return False
        elif name == "$or":
            if not any(matches_filter(item, metadata) for item in wanted):
                return False
        elif name.startswith("$"):
            raise PineconeError(400, f"Unknown filter operator '{name}'")
        else:
            operators = wanted if isinstance(wanted, dict) else {"$eq": wanted}
            value = metadata.get(name, ABSENT)
            if not all(matches_operator(operator, operand, value) for operator, operand in operators.items()):
                return False
    return True


def matches_operator(operator: str, operand: Any, value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    present = value is not ABSENT
    if operator == "$exists":
        return present == bool(operand)
    if operator == "$eq":
        return present and any(equal(item, operand) for item in values)
    if operator == "$ne":
        return not (present and any(equal(item, operand) for item in values))
    if operator in ("$in", "$nin"):
        if not isinstance(operand, list):
            raise PineconeError(400, f"{operator} needs a list")
        found = present and any(equal(item, option) for item in values for option in operand)
        return found == (operator == "$in")
    if operator in ("$gt", "$gte", "$lt", "$lte"):
        if not is_number(operand):
            raise PineconeError(400, f"{operator} needs a number")
        numbers = [item for item in values if is_number(item)] if present else []
        return any(
            {"$gt": item > operand, "$gte": item >= operand, "$lt": item < operand, "$lte": item <= operand}[operator]
            for item in numbers
        )
    raise PineconeError(400, f"Unknown filter operator '{operator}'")


@dataclass(frozen=True)
class Call:
    """One request to an index, after routing."""

    index: str
    dimension: int
    metric: str
    namespace: str
    body: Mapping[str, Any]
    query: Mapping[str, list[str]]


class VectorStore:
    """Indexes and vectors in one SQLite file (or in memory).

    Parameters
    ----------
    path
        Database file; None: memory.
    delay_seconds
        How long a write stays invisible. Writes outlive a restart before they become visible.
    """

    def __init__(self, path: Path | None, delay_seconds: float = 0.0, clock: Callable[[], float] = time.time) -> None:
        self.delay_seconds = delay_seconds
        self.clock = clock
        self.lock = threading.RLock()
        self.database = sqlite3.connect(str(path) if path else ":memory:", check_same_thread=False)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.executescript(SCHEMA)

    def close(self) -> None:
        with self.lock:
            self.database.close()

    # ------------------------------------------------------------------------------------------------------ indexes

    def indexes(self) -> list[tuple[str, int, str, dict[str, Any]]]:
        with self.lock:
            rows = self.database.execute("SELECT name, dimension, metric, request FROM vector_index ORDER BY name")
            return [(name, dimension, metric, json.loads(request)) for name, dimension, metric, request in rows]

    def index(self, name: str) -> tuple[str, int, str, dict[str, Any]]:
        found = next((row for row in self.indexes() if row[0] == name), None)
        if found is None:
            raise PineconeError(404, f"Resource {name} not found")
        return found

    def create_index(self, name: str, dimension: int, metric: str, request: Mapping[str, Any]) -> None:
        if any(row[0] == name for row in self.indexes()):
            raise PineconeError(409, f"Resource {name} already exists")
        with self.lock, self.database:
            self.database.execute(
                "INSERT INTO vector_index VALUES (?, ?, ?, ?)", (name, dimension, metric, json.dumps(request))
            )

    def delete_index(self, name: str) -> None:
        self.index(name)
        with self.lock, self.database:
            self.database.execute("DELETE FROM vector_index WHERE name = ?", (name,))
            self.database.execute("DELETE FROM vector WHERE index_name = ?", (name,))

    # ------------------------------------------------------------------------------------------------------- writes

    def write(self, operation: dict[str, Any]) -> None:
        """Accept a write: on disk at once, visible after the delay."""
        with self.lock, self.database:
            self.database.execute(
                "INSERT INTO pending_write (due, operation) VALUES (?, ?)",
                (self.clock() + self.delay_seconds, json.dumps(operation)),
            )

    def settle(self) -> None:
        """Make the writes visible whose delay has passed."""
        with self.lock, self.database:
            due = self.database.execute(
                "SELECT sequence, operation FROM pending_write WHERE due <= ? ORDER BY sequence", (self.clock(),)
            ).fetchall()
            for sequence, text in due:
                self._apply(json.loads(text))
                self.database.execute("DELETE FROM pending_write WHERE sequence = ?", (sequence,))

    def _apply(self, operation: dict[str, Any]) -> None:
        place = (operation["index"], operation["namespace"])
        if operation["kind"] == "upsert":
            for vector in operation["vectors"]:
                content = np.asarray(vector["values"], np.float32).tobytes()
                self.database.execute(
                    "INSERT OR REPLACE INTO vector VALUES (?, ?, ?, ?, ?)",
                    (*place, vector["id"], content, json.dumps(vector.get("metadata") or {})),
                )
        elif operation["kind"] == "update":
            self._update(place, operation)
        else:
            rows = self._rows(*place)
            ids = set(operation.get("ids") or [])
            condition = operation.get("filter")
            gone = [
                identifier
                for identifier, _, metadata in rows
                if operation.get("deleteAll")
                or identifier in ids
                or (condition and matches_filter(condition, metadata))
            ]
            self.database.executemany(
                "DELETE FROM vector WHERE index_name = ? AND namespace = ? AND id = ?",
                [(*place, identifier) for identifier in gone],
            )

    def _update(self, place: tuple[str, str], operation: dict[str, Any]) -> None:
        row = self.database.execute(
            "SELECT value_bytes, metadata FROM vector WHERE index_name = ? AND namespace = ? AND id = ?",
            (*place, operation["id"]),
        ).fetchone()
        if row is None:
            return
        values = operation.get("values")
        content = np.asarray(values, np.float32).tobytes() if values else row[0]
        metadata = json.loads(row[1]) | (operation.get("setMetadata") or {})
        self.database.execute(
            "INSERT OR REPLACE INTO vector VALUES (?, ?, ?, ?, ?)",
            (*place, operation["id"], content, json.dumps(metadata)),
        )

    # -------------------------------------------------------------------------------------------------------- reads

    def _rows(self, index: str, namespace: str) -> list[tuple[str, NDArray[np.float32], dict[str, Any]]]:
        rows = self.database.execute(
            "SELECT id, value_bytes, metadata FROM vector WHERE index_name = ? AND namespace = ? ORDER BY id",
            (index, namespace),
        )
        return [(row[0], np.frombuffer(row[1], np.float32), json.loads(row[2])) for row in rows]

    def rows(self, index: str, namespace: str) -> list[tuple[str, NDArray[np.float32], dict[str, Any]]]:
        """(id, values, metadata) of all visible vectors of a namespace, by id."""
        with self.lock:
            self.settle()
            return self._rows(index, namespace)

    def knows_namespace(self, index: str, namespace: str) -> bool:
        """Whether a namespace has vectors or accepted writes: writes are applied in order, visible or not."""
        if namespace in self.namespaces(index):
            return True
        with self.lock:
            waiting = [json.loads(row[0]) for row in self.database.execute("SELECT operation FROM pending_write")]
        return any((item["index"], item["namespace"]) == (index, namespace) for item in waiting)

    def namespaces(self, index: str) -> dict[str, list[dict[str, Any]]]:
        """Namespace → metadata of its visible vectors."""
        with self.lock:
            self.settle()
            result: dict[str, list[dict[str, Any]]] = {}
            query = "SELECT namespace, metadata FROM vector WHERE index_name = ? ORDER BY namespace, id"
            for namespace, metadata in self.database.execute(query, (index,)):
                result.setdefault(namespace, []).append(json.loads(metadata))
            return result


Fault = Callable[[str, str], tuple[int, str] | None]


class PineconeServer:
    """WSGI application.

    Parameters
    ----------
    store
        Where vectors live.
    base_url
        Own address: an index's host is below it.
    api_key
        The only key that is accepted.
    """

    def __init__(self, store: VectorStore, base_url: str, api_key: str) -> None:
        self.store = store
        self.base_url = base_url
        self.api_key = api_key
        # Tests put a function here: (method, path) → (status, message) to fail, None to go on.
        self.fault: Fault | None = None
        self.requests = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        raw = environ["wsgi.input"].read(length) if length else b""
        self.requests += 1
        try:
            if environ.get("HTTP_API_KEY") != self.api_key:
                raise PineconeError(401, "Invalid API Key")
            fault = self.fault(method, path) if self.fault else None
            if fault is not None:
                raise PineconeError(*fault)
            body = json.loads(raw) if raw else {}
            status, answer = self.route(method, path, parse_qs(environ.get("QUERY_STRING", "")), body)
        except PineconeError as error:
            status, answer = error.status, error_body(path, error)
        except (KeyError, TypeError, ValueError) as error:
            refused = PineconeError(400, f"Malformed request: {type(error).__name__}")
            status, answer = 400, error_body(path, refused)
        content = b"" if answer is None else json.dumps(answer).encode()
        start_response(
            f"{status} {ERROR_NAMES.get(status, 'OK')}",
            [("Content-Type", "application/json"), ("Content-Length", str(len(content)))],
        )
        return [content]

    def route(self, method: str, path: str, query: Mapping[str, list[str]], body: Mapping[str, Any]) -> tuple[int, Any]:
        if path == "/indexes":
            return self.list_indexes() if method == "GET" else self.create_index(body)
        match = re.fullmatch(r"/indexes/([^/]+)", path)
        if match:
            return self.one_index(method, unquote(match[1]))
        match = re.fullmatch(r"/_indexes/([^/]+)(/.*)", path)
        if match is None:
            raise PineconeError(404, f"No such path {path}")
        name, dimension, metric, _ = self.store.index(unquote(match[1]))
        namespace = str(body.get("namespace") or (query.get("namespace") or [""])[0])
        call = Call(name, dimension, metric, "" if namespace == "__default__" else namespace, body, query)
        return self.data_plane(method, match[2], call)

    # ------------------------------------------------------------------------------------------------ control plane

    def describe(self, name: str, dimension: int, metric: str, request: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "name": name,
            "dimension": dimension,
            "metric": metric,
            "vector_type": "dense",
            "deletion_protection": "disabled",
            "tags": request.get("tags") or {},
            "host": f"{self.base_url}/_indexes/{name}",
            "status": {"ready": True, "state": "Ready"},
            "schema": {"fields": {"_values": {"type": "dense_vector", "dimension": dimension, "metric": metric}}},
            "spec": request.get("spec") or {"serverless": {"cloud": "aws", "region": "local"}},
            "deployment": request.get("deployment")
            or {"deployment_type": "managed", "cloud": "aws", "region": "local"},
            "read_capacity": {"mode": "OnDemand", "status": {"state": "Ready"}},
        }

    def list_indexes(self) -> tuple[int, Any]:
        return 200, {"indexes": [self.describe(*row) for row in self.store.indexes()]}

    def create_index(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        name = str(body["name"])
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,43}[a-z0-9])?", name):
            raise PineconeError(
                400, "Name must consist of lower case alphanumeric characters or '-', up to 45 characters"
            )
        fields = ((body.get("schema") or {}).get("fields") or {}).values()
        dense: Mapping[str, Any] = next((item for item in fields if item.get("type") == "dense_vector"), {})
        dimension = int(body.get("dimension") or dense.get("dimension") or 0)
        metric = str(body.get("metric") or dense.get("metric") or "cosine")
        if not 1 <= dimension <= 20_000:
            raise PineconeError(400, "Dimension must be between 1 and 20000")
        self.store.create_index(name, dimension, metric, body)
        return 201, self.describe(*self.store.index(name))

    def one_index(self, method: str, name: str) -> tuple[int, Any]:
        row = self.store.index(name)
        if method == "DELETE":
            self.store.delete_index(name)
            return 202, None
        if method not in ("GET", "PATCH"):
            raise PineconeError(404, f"No such operation {method}")
        return 200, self.describe(*row)

    # --------------------------------------------------------------------------------------------------- data plane

    def data_plane(self, method: str, path: str, call: Call) -> tuple[int, Any]:
        operations: dict[str, Callable[[Call], tuple[int, Any]]] = {
            "/vectors/upsert": self.upsert,
            "/vectors/update": self.update,
            "/vectors/delete": self.delete,
            "/vectors/fetch": self.fetch,
            "/vectors/list": self.list_ids,
            "/query": self.query,
            "/describe_index_stats": self.statistics,
        }
        if path in operations:
            return operations[path](call)
        if path == "/namespaces" and method == "GET":
            counts = {name: len(items) for name, items in self.store.namespaces(call.index).items()}
            names = [{"name": name or "__default__", "record_count": count} for name, count in counts.items()]
            return 200, {"namespaces": names, "pagination": None, "total_count": len(names)}
        match = re.fullmatch(r"/namespaces/([^/]+)", path)
        if match and method == "DELETE":
            namespace = unquote(match[1])
            namespace = "" if namespace == "__default__" else namespace
            if not self.store.knows_namespace(call.index, namespace):
                raise PineconeError(404, "Namespace not found")
            self.store.write({"kind": "delete", "index": call.index, "namespace": namespace, "deleteAll": True})
            return 202, {}
        raise PineconeError(404, f"No such path {path}")

    def upsert(self, call: Call) -> tuple[int, Any]:
        vectors = call.body["vectors"]
        if len(vectors) > MAXIMUM_UPSERT:
            raise PineconeError(400, f"Batch size exceeds the limit of {MAXIMUM_UPSERT}")
        for vector in vectors:
            check_vector(vector, call.dimension)
        self.store.write({"kind": "upsert", "index": call.index, "namespace": call.namespace, "vectors": vectors})
        return 200, {"upsertedCount": len(vectors)}

    def update(self, call: Call) -> tuple[int, Any]:
        values = call.body.get("values")
        if values:
            check_dimension(values, call.dimension, "Vector")
        check_metadata(call.body.get("setMetadata") or {})
        operation = {key: call.body.get(key) for key in ("id", "values", "setMetadata")}
        self.store.write({"kind": "update", "index": call.index, "namespace": call.namespace, **operation})
        return 200, {}

    def delete(self, call: Call) -> tuple[int, Any]:
        operation = {key: call.body[key] for key in ("ids", "filter", "deleteAll") if call.body.get(key)}
        if len(operation) != 1:
            raise PineconeError(400, "Exactly one of ids, filter and deleteAll must be given")
        matches_filter(operation.get("filter"), {})  # refuse a bad filter now, not when it is applied
        if call.namespace and not self.store.knows_namespace(call.index, call.namespace):
            raise PineconeError(404, "Namespace not found")
        self.store.write({"kind": "delete", "index": call.index, "namespace": call.namespace, **operation})
        return 200, {}

    def fetch(self, call: Call) -> tuple[int, Any]:
        wanted = set(call.query.get("ids") or [])
        found = {row[0]: described(row) for row in self.store.rows(call.index, call.namespace) if row[0] in wanted}
        return 200, {"vectors": found, "namespace": call.namespace, "usage": {"readUnits": 1}}

    def list_ids(self, call: Call) -> tuple[int, Any]:
        prefix = (call.query.get("prefix") or [""])[0]
        limit = int((call.query.get("limit") or [str(DEFAULT_PAGE)])[0])
        after = (call.query.get("paginationToken") or call.query.get("pagination_token") or [""])[0]
        ids = [row[0] for row in self.store.rows(call.index, call.namespace) if row[0].startswith(prefix)]
        ids = [identifier for identifier in ids if identifier > after]
        answer: dict[str, Any] = {
            "vectors": [{"id": identifier} for identifier in ids[:limit]],
            "namespace": call.namespace,
            "usage": {"readUnits": 1},
        }
        if len(ids) > limit:
            answer["pagination"] = {"next": ids[limit - 1]}
        return 200, answer

    def query(self, call: Call) -> tuple[int, Any]:
        body = call.body
        top_k = int(body["topK"])
        if not 1 <= top_k <= MAXIMUM_TOP_K:
            raise PineconeError(400, f"topK must be between 1 and {MAXIMUM_TOP_K}")
        rows = self.store.rows(call.index, call.namespace)
        if body.get("id"):
            vector = next((row[1] for row in rows if row[0] == body["id"]), None)
        else:
            check_dimension(body["vector"], call.dimension, "Query vector")
            vector = np.asarray(body["vector"], np.float32)
        matches_filter(body.get("filter"), {})
        kept = [row for row in rows if matches_filter(body.get("filter"), row[2])] if vector is not None else []
        matches = []
        if kept and vector is not None:
            scores = similarity(np.stack([row[1] for row in kept]), vector, call.metric)
            order = np.argsort(scores if call.metric == "euclidean" else -scores, kind="stable")
            for position in order[:top_k]:
                identifier, values, metadata = kept[position]
                match: dict[str, Any] = {"id": identifier, "score": float(scores[position])}
                if body.get("includeValues"):
                    match["values"] = values.tolist()
                if body.get("includeMetadata"):
                    match["metadata"] = metadata
                matches.append(match)
        return 200, {"matches": matches, "namespace": call.namespace, "usage": {"readUnits": 1}}

    def statistics(self, call: Call) -> tuple[int, Any]:
        counts = {
            name: sum(matches_filter(call.body.get("filter"), metadata) for metadata in items)
            for name, items in self.store.namespaces(call.index).items()
        }
        return 200, {
            "namespaces": {name: {"vectorCount": count} for name, count in counts.items() if count},
            "dimension": call.dimension,
            "metric": call.metric,
            "vectorType": "dense",
            "indexFullness": 0,
            "totalVectorCount": sum(counts.values()),
        }


def similarity(matrix: NDArray[np.float32], vector: NDArray[np.float32], metric: str) -> NDArray[np.float32]:
    """Scores of all rows: squared distance for euclidean, else the (normalised) dot product."""
    if metric == "euclidean":
        return np.asarray(((matrix - vector) ** 2).sum(axis=1), np.float32)
    scores = matrix @ vector
    if metric == "cosine":
        scores = scores / np.maximum(np.linalg.norm(matrix, axis=1) * np.linalg.norm(vector), 1e-12)
    return np.asarray(scores, np.float32)


def described(row: tuple[str, NDArray[np.float32], dict[str, Any]]) -> dict[str, Any]:
    identifier, values, metadata = row
    result: dict[str, Any] = {"id": identifier, "values": values.tolist()}
    if metadata:
        result["metadata"] = metadata
    return result


def check_dimension(values: list[float], dimension: int, what: str) -> None:
    if len(values) != dimension:
        raise PineconeError(
            400, f"{what} dimension {len(values)} does not match the dimension of the index {dimension}"
        )


def check_vector(vector: Mapping[str, Any], dimension: int) -> None:
    check_dimension(vector["values"], dimension, "Vector")
    if not 0 < len(str(vector["id"])) <= MAXIMUM_ID_LENGTH or not str(vector["id"]).isascii():
        raise PineconeError(400, f"Vector ID must be ASCII and 1 to {MAXIMUM_ID_LENGTH} characters long")
    if not any(vector["values"]):
        raise PineconeError(400, "Dense vectors must contain at least one non-zero value")
    check_metadata(vector.get("metadata") or {})


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Strings, numbers, booleans and lists of strings, at most 40 KB."""
    if len(json.dumps(metadata)) > MAXIMUM_METADATA_BYTES:
        raise PineconeError(400, f"Metadata size exceeds the limit of {MAXIMUM_METADATA_BYTES} bytes per vector")
    for name, value in metadata.items():
        is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if not (isinstance(value, str | int | float) or is_list):
            message = "Metadata value must be a string, number, boolean or list of strings"
            raise PineconeError(400, f"{message}, for field '{name}'")


def error_body(path: str, error: PineconeError) -> dict[str, Any]:
    """The data plane answers as gRPC gateways do, the control plane with a nested error."""
    name = ERROR_NAMES.get(error.status, "UNKNOWN")
    if path.startswith("/_indexes/"):
        codes = {400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 429: 8}
        return {"code": codes.get(error.status, 13), "message": error.message, "details": []}
    return {"error": {"code": name, "message": error.message}, "status": error.status}
