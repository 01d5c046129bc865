"""The AWS endpoint: moto, with what it lacks put in front of it.

Lambda's Invoke goes to the runtime host, Textract to local OCR. For S3: form policies, presigned expiry and
signature, no anonymous access, CORS by the bucket's own rules, atomic conditional writes, and nothing answered before
it is on disk.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from werkzeug.formparser import parse_form_data

from cvmaker_local.http_server import WsgiApplication
from cvmaker_local.post_policy import PolicyError, check_form
from cvmaker_local.requested_actions import (
    RequestedAction,
    access_key,
    decode_path,
    read_body,
    replace_body,
    s3_actions,
    service_action,
)
from cvmaker_local.runtime_host import MAXIMUM_SYNCHRONOUS_PAYLOAD, InvokeResult, UnknownFunctionError, log_tail
from cvmaker_local.signatures import SignatureError, check_presigned_url

INVOKE_PATH = re.compile(r"^/2015-03-31/functions/(?P<name>[^/]+)/invocations/?$")
MUTATIONS = {"PUT", "POST", "DELETE"}
MAXIMUM_FORM_BYTES = 512 * 1024 * 1024


class AwsEndpoint:
    """WSGI application.

    Parameters
    ----------
    moto
        moto's own WSGI application.
    invoke
        Runs a function by name or ARN; (name, payload, asynchronous).
    textract
        Answers ``DetectDocumentText``: request → (status, response).
    on_object_change
        Called inside the write lock with (bucket, keys, events that the change caused), before the client is answered.
    may
        Whether the holder of an access key may do an action: the role policies of the template, enforced.
    """

    def __init__(
        self,
        moto: WsgiApplication,
        invoke: Callable[[str, bytes, bool], InvokeResult],
        textract: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]],
        adapter: Any,
        on_object_change: Callable[[str, list[str], list[dict[str, Any]]], None],
        may: Callable[[str, RequestedAction], bool] = lambda _key, _wanted: True,
    ) -> None:
        self.moto = moto
        self.invoke = invoke
        self.textract = textract
        self.adapter = adapter
        self.on_object_change = on_object_change
        self.may = may
        self.cors_rules: dict[str, list[dict[str, Any]]] = {}
        self.write_lock = threading.RLock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        match = INVOKE_PATH.match(path)
        key = access_key(environ)
        if match:
            name = unquote(match["name"])
            if not self.may(key, RequestedAction("lambda:InvokeFunction", name)):
                return denied(start_response, "lambda:InvokeFunction")
            return self._invoke_function(name, environ, start_response)
        if self._is_s3(environ, path):
            return self._s3(environ, start_response)
        body = read_body(environ)
        replace_body(environ, body)
        wanted = service_action(environ, body)
        if not self.may(key, wanted):
            return denied(start_response, wanted.action)
        if environ.get("HTTP_X_AMZ_TARGET", "").startswith("Textract."):
            return self._textract(environ, start_response)
        return self.moto(environ, start_response)

    # --------------------------------------------------------------------------------------------- Lambda, Textract

    def _invoke_function(self, name: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        payload = read_body(environ) or b"{}"
        kind = environ.get("HTTP_X_AMZ_INVOCATION_TYPE", "RequestResponse")
        try:
            json.loads(payload)
        except ValueError:
            return aws_error(start_response, 400, "InvalidRequestContentException", "Could not parse request body")
        if len(payload) > MAXIMUM_SYNCHRONOUS_PAYLOAD:
            message = (
                f"Request must be smaller than {MAXIMUM_SYNCHRONOUS_PAYLOAD} bytes for the InvokeFunction operation"
            )
            return aws_error(start_response, 413, "RequestTooLargeException", message)
        try:
            if kind == "DryRun":
                return reply(start_response, 204, b"")
            if kind == "Event":
                self.invoke(name, payload, True)
                return reply(start_response, 202, b"")
            result = self.invoke(name, payload, False)
        except UnknownFunctionError:
            return aws_error(start_response, 404, "ResourceNotFoundException", f"Function not found: {name}")
        headers = [
            ("Content-Type", "application/json"),
            ("X-Amz-Executed-Version", "$LATEST"),
            ("X-Amzn-RequestId", result.request_id),
        ]
        if result.error:
            headers.append(("X-Amz-Function-Error", result.error))
        if environ.get("HTTP_X_AMZ_LOG_TYPE") == "Tail":
            headers.append(("X-Amz-Log-Result", log_tail(result.log)))
        return reply(start_response, 200, result.raw, headers)

    def _textract(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = json.loads(read_body(environ) or b"{}")
        if not environ["HTTP_X_AMZ_TARGET"].endswith(".DetectDocumentText"):
            return aws_error(start_response, 400, "UnknownOperationException", "Only DetectDocumentText is served here")
        status, answer = self.textract(request)
        body = json.dumps(answer).encode()
        headers = [("Content-Type", "application/x-amz-json-1.1")]
        if status != 200:
            headers.append(("X-Amzn-ErrorType", answer["__type"]))
        return reply(start_response, status, body, headers)

    # ------------------------------------------------------------------------------------------------------------ S3

    def _is_s3(self, environ: dict[str, Any], path: str) -> bool:
        if path.startswith(("/moto-api", "/_")) or environ.get("HTTP_X_AMZ_TARGET"):
            return False
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        if authorization:
            scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([\w-]+)/", authorization)
            return bool(scope and scope[1] == "s3")
        return bool(self.adapter.has_bucket(path.lstrip("/").partition("/")[0]))

    def _s3(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        bucket, _, key = environ.get("PATH_INFO", "").lstrip("/").partition("/")
        bucket, key = decode_path(bucket), decode_path(key)
        cors = self._cors_headers(environ, bucket)
        if method == "OPTIONS":
            if cors:
                return reply(start_response, 200, b"", cors)
            return s3_error(start_response, 403, "AccessForbidden", "CORSResponse: This CORS request is not allowed.")
        answer_with_cors = add_headers(
            start_response, [*cors, ("Vary", "Origin")] if environ.get("HTTP_ORIGIN") else []
        )
        body = read_body(environ)
        replace_body(environ, body)
        query = environ.get("QUERY_STRING", "")
        content_type = environ.get("CONTENT_TYPE", "")
        if method == "POST" and not key and content_type.startswith("multipart/form-data"):
            return self._form_upload(environ, answer_with_cors, bucket)
        try:
            self._authenticate(environ, method, query)
        except SignatureError as error:
            status = 400 if error.code == "AuthorizationQueryParametersError" else 403
            return s3_error(answer_with_cors, status, error.code, error.message)
        signer = access_key(environ)
        deleted = deleted_versions(environ, body)
        for wanted in s3_actions(method, bucket, key, query, environ, deleted):
            if not self.may(signer, wanted):
                return s3_error(answer_with_cors, 403, "AccessDenied", f"Not authorized to perform: {wanted.action}")
        if method in MUTATIONS:
            return self._mutate(environ, answer_with_cors, bucket, key, body)
        if key and not self._may_know_of_absence(signer, bucket, key):
            return s3_error(answer_with_cors, 403, "AccessDenied", "Access Denied")
        if key:
            return self.moto(environ, answer_with_cors)
        with self.write_lock:  # moto's listing walks over its table, which must not change meanwhile
            return [b"".join(self.moto(environ, answer_with_cors))]

    def _may_know_of_absence(self, signer: str, bucket: str, key: str) -> bool:
        """S3 answers 403 for a key that is absent to whoever may not list the whole bucket."""
        if not self.adapter.has_bucket(bucket) or key in self.adapter.bucket(bucket).keys:
            return True
        return self.may(signer, RequestedAction("s3:ListBucket", f"arn:aws:s3:::{bucket}"))

    def _mutate(
        self, environ: dict[str, Any], start_response: Any, bucket: str, key: str, body: bytes
    ) -> Iterable[bytes]:
        """One writer at a time: If-None-Match and If-Match decide as one step. Then to disk, then the answer."""
        answer = CapturedResponse()
        with self.write_lock, self.adapter.collect_events() as events:
            content = b"".join(self.moto(environ, answer))
            if answer.status < 300:
                keys = [key] if key else [name for name, _ in deleted_versions(environ, body)]
                self.on_object_change(bucket, keys, events)
        start_response(answer.status_line, answer.headers)
        return [content]

    def _authenticate(self, environ: dict[str, Any], method: str, query: str) -> None:
        if environ.get("HTTP_AUTHORIZATION"):
            return
        if "X-Amz-Signature=" not in query:
            raise SignatureError("AccessDenied", "Access Denied")
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") and isinstance(value, str)
        }
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            headers.setdefault(name.replace("_", "-").lower(), environ.get(name, ""))
        raw_path = environ.get("REQUEST_URI", "").split("?", 1)[0] or quote(environ.get("PATH_INFO", ""))
        if raw_path.startswith("http"):
            raw_path = "/" + raw_path.split("/", 3)[3]
        # The signer encodes each byte of the key but "/", "-", "_", "." and "~"; some clients decode in between.
        check_presigned_url(method, quote(unquote(raw_path), safe="/-_.~"), query, headers, datetime.now(UTC))

    def _form_upload(self, environ: dict[str, Any], start_response: Any, bucket: str) -> Iterable[bytes]:
        _, form, files = parse_form_data(environ, max_form_memory_size=MAXIMUM_FORM_BYTES)
        fields = {name: form[name] for name in form}
        file = files.get("file")
        if file is not None:
            content, filename = file.read(), file.filename or ""
        elif "file" in fields:
            content, filename = fields.pop("file").encode(), ""
        else:
            message = "POST requires exactly one file upload per request."
            return s3_error(start_response, 400, "InvalidArgument", message)
        key_field = next((name for name in fields if name.lower() == "key"), None)
        if not self.adapter.has_bucket(bucket):
            return s3_error(start_response, 404, "NoSuchBucket", "The specified bucket does not exist")
        if key_field is None:
            return s3_error(start_response, 400, "InvalidArgument", "Bucket POST must contain a field named 'key'.")
        key = fields[key_field] = fields[key_field].replace("${filename}", filename)
        try:
            check_form(bucket, fields, len(content), datetime.now(UTC))
        except PolicyError as error:
            return s3_error(start_response, error.status, error.code, error.message, **error.details)
        values = {name.lower(): value for name, value in fields.items()}
        signer = values.get("x-amz-credential", "").partition("/")[0]
        if not self.may(signer, RequestedAction("s3:PutObject", f"arn:aws:s3:::{bucket}/{key}")):
            return s3_error(start_response, 403, "AccessDenied", "Access Denied")
        metadata = {name: value for name, value in values.items() if name.startswith("x-amz-meta-")}
        for name in ("Content-Type", "Content-Disposition", "Cache-Control", "Content-Encoding"):
            if name.lower() in values:
                metadata[name] = values[name.lower()]
        with self.write_lock, self.adapter.collect_events() as events:
            etag = self.adapter.put_object(bucket, key, content, metadata)
            self.on_object_change(bucket, [key], events)
        location = f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}/{bucket}/{quote(key)}"
        headers = [("ETag", etag), ("Location", location)]
        status = values.get("success_action_status", "204")
        redirect = values.get("success_action_redirect")
        if redirect:
            joined = f"{redirect}{'&' if '?' in redirect else '?'}bucket={bucket}&key={quote(key)}&etag={quote(etag)}"
            return reply(start_response, 303, b"", [("ETag", etag), ("Location", joined)])
        if status == "201":
            text = (
                '<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>'
                f"<Location>{escape(location)}</Location><Bucket>{escape(bucket)}</Bucket>"
                f"<Key>{escape(key)}</Key><ETag>{escape(etag)}</ETag></PostResponse>"
            )
            return reply(start_response, 201, text.encode(), [*headers, ("Content-Type", "application/xml")])
        return reply(start_response, 200 if status == "200" else 204, b"", headers)

    def _cors_headers(self, environ: dict[str, Any], bucket: str) -> list[tuple[str, str]]:
        """The bucket's answer to a cross-origin request; nothing when no rule allows it."""
        origin = environ.get("HTTP_ORIGIN")
        if not origin:
            return []
        preflight = environ["REQUEST_METHOD"] == "OPTIONS"
        method = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD") if preflight else environ["REQUEST_METHOD"]
        wanted = [
            name.strip().lower()
            for name in environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").split(",")
            if preflight and name.strip()
        ]
        for rule in self.cors_rules.get(bucket, []):
            allowed = [str(name).lower() for name in rule.get("AllowedHeaders", [])]
            if (
                method in rule["AllowedMethods"]
                and any(glob(pattern, origin) for pattern in rule["AllowedOrigins"])
                and all(any(glob(pattern, name) for pattern in allowed) for name in wanted)
            ):
                any_origin = rule["AllowedOrigins"] == ["*"]
                headers = [
                    ("Access-Control-Allow-Origin", "*" if any_origin else origin),
                    ("Access-Control-Allow-Methods", ", ".join(rule["AllowedMethods"])),
                ]
                if not any_origin:
                    headers.append(("Access-Control-Allow-Credentials", "true"))
                if wanted:
                    headers.append(("Access-Control-Allow-Headers", ", ".join(wanted)))
                if preflight and rule.get("MaxAge"):
                    headers.append(("Access-Control-Max-Age", str(rule["MaxAge"])))
                if rule.get("ExposedHeaders"):
                    headers.append(("Access-Control-Expose-Headers", ", ".join(rule["ExposedHeaders"])))
                return headers
        return []


class CapturedResponse:
    """A `start_response` that keeps what it is told."""

    def __init__(self) -> None:
        self.status_line = "500 Internal Server Error"
        self.headers: list[tuple[str, str]] = []

    def __call__(self, status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], None]:
        self.status_line, self.headers = status, list(headers)
        return lambda _written: None

    @property
    def status(self) -> int:
        return int(self.status_line.split()[0])


def add_headers(start_response: Any, extra: list[tuple[str, str]]) -> Any:
    def wrapped(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        return start_response(status, [*headers, *extra])

    return wrapped


def deleted_versions(environ: dict[str, Any], body: bytes) -> list[tuple[str, str]]:
    """The keys and versions (empty: none named) of a DeleteObjects request; none for other requests on a bucket."""
    if "delete" not in parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        return []
    root = ET.fromstring(body)  # noqa: S314 - written by our own SDK, and local
    found = []
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "Object":
            parts = {child.tag.rpartition("}")[2]: child.text or "" for child in element}
            found.append((parts.get("Key", ""), parts.get("VersionId", "")))
    return found


def glob(pattern: str, text: str) -> bool:
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, text) is not None


STATUS_TEXT = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    303: "See Other",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
}


def reply(
    start_response: Any, status: int, body: bytes, headers: list[tuple[str, str]] | None = None
) -> Iterable[bytes]:
    length = [] if status == 204 else [("Content-Length", str(len(body)))]
    start_response(f"{status} {STATUS_TEXT.get(status, 'Unknown')}", [*(headers or []), *length])
    return [body]


def aws_error(start_response: Any, status: int, code: str, message: str) -> Iterable[bytes]:
    body = json.dumps({"Type": "User", "Message": message, "__type": code}).encode()
    headers = [("Content-Type", "application/json"), ("X-Amzn-ErrorType", code)]
    return reply(start_response, status, body, headers)


def denied(start_response: Any, action: str) -> Iterable[bytes]:
    return aws_error(start_response, 400, "AccessDeniedException", f"User is not authorized to perform: {action}")


def s3_error(start_response: Any, status: int, code: str, message: str, **details: str) -> Iterable[bytes]:
    extra = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in details.items())
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error>'
        f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>{extra}</Error>"
    )
    return reply(start_response, status, text.encode(), [("Content-Type", "application/xml")])
