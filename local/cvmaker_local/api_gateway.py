"""API Gateway (REST) for one API: serves the OpenAPI body that SAM made of the template.

Routes, path parameters, REQUEST authorizers with their cache, API keys, usage plans, throttling, mock integrations for
CORS preflights, Lambda proxy events, binary bodies, limits and gateway responses behave as the service documents them:
https://docs.aws.amazon.com/apigateway/latest/developerguide/
"""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import json
import logging
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from cvmaker_local.runtime_host import MAXIMUM_SYNCHRONOUS_PAYLOAD, InvokeResult, UnknownFunctionError

logger = logging.getLogger(__name__)

INTEGRATION_TIMEOUT_SECONDS = 29.0
MAXIMUM_PAYLOAD_BYTES = 10 * 1024 * 1024
HTTP_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"}
# Response type → status and message, as listed under "gateway response types".
GATEWAY_RESPONSES: dict[str, tuple[int, str | None]] = {
    "ACCESS_DENIED": (403, "User is not authorized to access this resource"),
    "API_CONFIGURATION_ERROR": (500, "Internal server error"),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, None),
    "AUTHORIZER_FAILURE": (500, None),
    "INTEGRATION_FAILURE": (504, "Internal server error"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out"),
    "INVALID_API_KEY": (403, "Forbidden"),
    "MALFORMED_PROXY_RESPONSE": (502, "Internal server error"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),
    "QUOTA_EXCEEDED": (429, "Limit Exceeded"),
    "REQUEST_TOO_LARGE": (413, "Request Too Long"),
    "THROTTLED": (429, "Too Many Requests"),
    "UNAUTHORIZED": (401, "Unauthorized"),
}
# Names in AWS's documentation differ from the statuses only here.
LAMBDA_FAILED = "MALFORMED_PROXY_RESPONSE"
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "keep-alive", "date", "server"}

Invoke = Callable[[str, dict[str, Any]], InvokeResult]


class Refusal(Exception):
    """The gateway answers in place of the function."""

    def __init__(self, response_type: str, message: str | None = None) -> None:
        super().__init__(response_type)
        self.response_type = response_type
        self.message = message


@dataclass
class Request:
    """One HTTP request, split up; header names keep the client's spelling."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    body: bytes
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    received: float = field(default_factory=time.time)
    stage: str = ""
    resource: str = ""
    path_parameters: dict[str, str] = field(default_factory=dict)
    authorizer: dict[str, Any] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Answer:
    """What goes back to the client."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class TokenBucket:
    """A rate per second with a burst, refilled continuously."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self.tokens = burst
        self.updated = time.monotonic()
        self.lock = threading.Lock()

    def take(self) -> bool:
        with self.lock:
            now = time.monotonic()
            self.tokens = min(self.burst, self.tokens + (now - self.updated) * self.rate)
            self.updated = now
            if self.tokens < 1:
                return False
            self.tokens -= 1
            return True


@dataclass
class UsagePlan:
    """Throttle (requests per second, burst) and quota (requests per day) of each API key."""

    rate: float | None = None
    burst: float | None = None
    quota: int | None = None
    buckets: dict[str, TokenBucket] = field(default_factory=dict)
    used: dict[tuple[str, str], int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, key: str) -> None:
        """Count one request of a key.

        Raises
        ------
        Refusal
            THROTTLED or QUOTA_EXCEEDED.
        """
        with self.lock:
            if self.rate is not None and self.burst is not None:
                bucket = self.buckets.setdefault(key, TokenBucket(self.rate, self.burst))
                if not bucket.take():
                    raise Refusal("THROTTLED")
            if self.quota is not None:
                day = (key, datetime.now(UTC).strftime("%Y-%m-%d"))
                if self.used.get(day, 0) >= self.quota:
                    raise Refusal("QUOTA_EXCEEDED")
                self.used[day] = self.used.get(day, 0) + 1


class ApiGateway:
    """WSGI application for one REST API.

    Parameters
    ----------
    body
        The API's OpenAPI document, intrinsic functions resolved.
    stages
        Names of its stages.
    invoke
        Runs a function by ARN.
    api_keys
        Valid key values.
    usage_plan
        Limits per key.
    stage_throttle
        (requests per second, burst) of all clients together, or None.
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        stages: Iterable[str],
        invoke: Invoke,
        *,
        api_keys: Iterable[str] = (),
        usage_plan: UsagePlan | None = None,
        stage_throttle: tuple[float, float] | None = None,
        region: str = "",
        account: str = "",
        integration_timeout_seconds: float = INTEGRATION_TIMEOUT_SECONDS,
    ) -> None:
        self.paths: Mapping[str, Any] = body.get("paths") or {}
        self.routes = [(route, compile_route(route)) for route in sorted(self.paths, key=route_order)]
        components = body.get("components") or {}
        self.schemes: Mapping[str, Any] = components.get("securitySchemes") or body.get("securityDefinitions") or {}
        self.default_security = body.get("security")
        self.binary_types = [str(item) for item in body.get("x-amazon-apigateway-binary-media-types") or []]
        self.responses: Mapping[str, Any] = body.get("x-amazon-apigateway-gateway-responses") or {}
        self.stages = set(stages)
        self.invoke = invoke
        self.api_keys = set(api_keys)
        self.usage_plan = usage_plan or UsagePlan()
        self.stage_bucket = TokenBucket(*stage_throttle) if stage_throttle else None
        self.region, self.account = region, account
        self.integration_timeout_seconds = integration_timeout_seconds
        self._authorizations: dict[tuple[str, ...], tuple[float, dict[str, Any]]] = {}
        self._executor = ThreadPoolExecutor(max_workers=32, thread_name_prefix="api")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = read_request(environ)
        try:
            answer = self.handle(request)
        except Refusal as refusal:
            answer = self.gateway_response(request, refusal)
        except Exception:
            logger.exception("the local API gateway failed")
            answer = self.gateway_response(request, Refusal("API_CONFIGURATION_ERROR"))
        headers = [
            *answer.headers,
            ("x-amzn-RequestId", request.request_id),
            ("Content-Length", str(len(answer.body))),
        ]
        start_response(f"{answer.status} {reason_phrase(answer.status)}", headers)
        return [b""] if request.method == "HEAD" else [answer.body]

    def handle(self, request: Request) -> Answer:
        """Route, authorise, meter and integrate one request.

        Raises
        ------
        Refusal
            The gateway itself answers.
        """
        if len(request.body) > MAXIMUM_PAYLOAD_BYTES:
            raise Refusal("REQUEST_TOO_LARGE")
        operation = self.route(request)
        if self.stage_bucket is not None and not self.stage_bucket.take():
            raise Refusal("THROTTLED")
        self.secure(request, operation)
        integration = operation.get("x-amazon-apigateway-integration") or {}
        if str(integration.get("type", "")).lower() == "mock":
            return mock_answer(integration)
        return self.integrate(request, integration)

    def route(self, request: Request) -> Mapping[str, Any]:
        """The operation for a path and method; sets stage, resource and path parameters."""
        stage, _, rest = request.path.lstrip("/").partition("/")
        if stage not in self.stages:
            raise Refusal("MISSING_AUTHENTICATION_TOKEN", "Forbidden")
        request.stage = stage
        for route, expression in self.routes:
            match = expression.fullmatch("/" + rest.rstrip("/") if rest else "/")
            if match is None:
                continue
            operations = self.paths[route]
            name = request.method.lower()
            operation = operations.get(name) or operations.get("x-amazon-apigateway-any-method")
            if name not in HTTP_METHODS or operation is None:
                continue
            request.resource = route
            names = re.findall(r"\{(\w+)\+?\}", route)
            request.path_parameters = {item: unquote(value) for item, value in zip(names, match.groups(), strict=True)}
            return dict(operation)
        raise Refusal("MISSING_AUTHENTICATION_TOKEN")

    # -------------------------------------------------------------------------------------------------- admission

    def secure(self, request: Request, operation: Mapping[str, Any]) -> None:
        """Authorizer first, then API key and usage plan, as the service orders them."""
        requirements = operation.get("security", self.default_security) or []
        names = [name for requirement in requirements for name in requirement]
        key_needed = False
        for name in names:
            scheme = self.schemes.get(name) or {}
            if "x-amazon-apigateway-authorizer" in scheme:
                request.authorizer = self.authorize(request, name, scheme["x-amazon-apigateway-authorizer"])
            elif str(scheme.get("name", "")).lower() == "x-api-key" or name == "api_key":
                key_needed = True
        if key_needed:
            key = request.header("x-api-key") or ""
            if key not in self.api_keys:
                raise Refusal("INVALID_API_KEY")
            self.usage_plan.admit(key)

    def authorize(self, request: Request, name: str, authorizer: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the REQUEST authorizer, or its cache; returns the context for the function.

        Raises
        ------
        Refusal
            UNAUTHORIZED, ACCESS_DENIED or AUTHORIZER_FAILURE.
        """
        sources = [
            source.strip() for source in str(authorizer.get("identitySource") or "").split(",") if source.strip()
        ]
        identity = [self.identity_value(request, source) for source in sources]
        if any(not value for value in identity):
            raise Refusal("UNAUTHORIZED")
        lifetime = float(authorizer.get("authorizerResultTtlInSeconds", 300))
        cache_key = (name, *[value or "" for value in identity])
        cached = self._authorizations.get(cache_key)
        if cached is not None and sources and cached[0] > time.monotonic():
            policy = cached[1]
        else:
            policy = self.ask_authorizer(request, authorizer)
            if sources and lifetime > 0:
                self._authorizations[cache_key] = (time.monotonic() + lifetime, policy)
        self.check_policy(request, policy)
        return {"principalId": policy["principalId"], **(policy.get("context") or {}), "integrationLatency": 1}

    def identity_value(self, request: Request, source: str) -> str | None:
        if source.startswith("method.request.header."):
            return request.header(source.removeprefix("method.request.header."))
        if source.startswith("method.request.querystring."):
            return dict(request.query).get(source.removeprefix("method.request.querystring."))
        if source == "context.identity.apiKey":
            return request.header("x-api-key")
        if source == "context.identity.sourceIp":
            return "127.0.0.1"
        return None

    def ask_authorizer(self, request: Request, authorizer: Mapping[str, Any]) -> dict[str, Any]:
        event = {"type": "REQUEST", "methodArn": self.method_arn(request), **self.proxy_event(request)}
        for name in ("body", "isBase64Encoded"):
            event.pop(name)
        event["path"] = event["requestContext"]["path"].removeprefix(f"/{request.stage}")
        try:
            result = self.invoke(function_of_uri(authorizer["authorizerUri"]), event)
        except UnknownFunctionError as error:
            raise Refusal("AUTHORIZER_CONFIGURATION_ERROR") from error
        if result.error:
            # The documented way for a function to say 401 is to raise exactly this word.
            message = result.payload.get("errorMessage") if isinstance(result.payload, dict) else ""
            raise Refusal("UNAUTHORIZED" if message == "Unauthorized" else "AUTHORIZER_FAILURE")
        policy = result.payload
        if not isinstance(policy, dict) or "principalId" not in policy or "policyDocument" not in policy:
            raise Refusal("AUTHORIZER_CONFIGURATION_ERROR")
        context = policy.get("context") or {}
        if any(isinstance(value, dict | list) for value in context.values()):
            raise Refusal("AUTHORIZER_CONFIGURATION_ERROR")
        # API Gateway hands every context value to the function as a string.
        policy["context"] = {
            name: json.dumps(value) if isinstance(value, bool) else None if value is None else str(value)
            for name, value in context.items()
        }
        return policy

    def check_policy(self, request: Request, policy: Mapping[str, Any]) -> None:
        allowed = False
        for statement in as_list(policy["policyDocument"].get("Statement")):
            actions = as_list(statement.get("Action"))
            if not any(fnmatch.fnmatchcase("execute-api:invoke", str(action).lower()) for action in actions):
                continue
            resources = [str(item) for item in as_list(statement.get("Resource"))]
            if not any(arn_matches(pattern, self.method_arn(request)) for pattern in resources):
                continue
            if statement.get("Effect") == "Deny":
                raise Refusal("ACCESS_DENIED", "User is not authorized to access this resource with an explicit deny")
            allowed = True
        if not allowed:
            raise Refusal("ACCESS_DENIED")

    def method_arn(self, request: Request) -> str:
        path = request.path.lstrip("/").partition("/")[2]
        return f"arn:aws:execute-api:{self.region}:{self.account}:localapi/{request.stage}/{request.method}/{path}"

    # ------------------------------------------------------------------------------------------------- integration

    def proxy_event(self, request: Request) -> dict[str, Any]:
        """The Lambda proxy event, payload version 1.0."""
        headers: dict[str, list[str]] = {}
        for name, value in request.headers:
            headers.setdefault(name, []).append(value)
        query: dict[str, list[str]] = {}
        for name, value in request.query:
            query.setdefault(name, []).append(value)
        binary = media_type_matches(request.header("content-type"), self.binary_types)
        body: str | None = None
        if request.body:
            body = base64.b64encode(request.body).decode() if binary else request.body.decode("utf-8", "replace")
        path = "/" + request.path.lstrip("/").partition("/")[2]
        received = datetime.fromtimestamp(request.received, UTC)
        key = request.header("x-api-key")
        return {
            "resource": request.resource,
            "path": path,
            "httpMethod": request.method,
            "headers": {name: values[-1] for name, values in headers.items()} or None,
            "multiValueHeaders": headers or None,
            "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
            "multiValueQueryStringParameters": query or None,
            "pathParameters": request.path_parameters or None,
            "stageVariables": None,
            "requestContext": {
                "accountId": self.account,
                "apiId": "localapi",
                "authorizer": request.authorizer,
                "domainName": request.header("host") or "127.0.0.1",
                "domainPrefix": "127",
                "extendedRequestId": request.request_id,
                "httpMethod": request.method,
                "identity": {
                    "apiKey": key,
                    "apiKeyId": hashlib.sha256(key.encode()).hexdigest()[:10] if key in self.api_keys and key else None,
                    "sourceIp": "127.0.0.1",
                    "userAgent": request.header("user-agent"),
                },
                "path": request.path,
                "protocol": "HTTP/1.1",
                "requestId": request.request_id,
                "requestTime": received.strftime("%d/%b/%Y:%H:%M:%S +0000"),
                "requestTimeEpoch": int(request.received * 1000),
                "resourceId": hashlib.sha256(request.resource.encode()).hexdigest()[:6],
                "resourcePath": request.resource,
                "stage": request.stage,
            },
            "body": body,
            "isBase64Encoded": bool(body is not None and binary),
        }

    def integrate(self, request: Request, integration: Mapping[str, Any]) -> Answer:
        event = self.proxy_event(request)
        if len(json.dumps(event)) > MAXIMUM_SYNCHRONOUS_PAYLOAD:
            raise Refusal("REQUEST_TOO_LARGE")
        future = self._executor.submit(self.invoke, function_of_uri(integration.get("uri", "")), event)
        try:
            result = future.result(timeout=self.integration_timeout_seconds)
        except FutureTimeoutError:
            raise Refusal("INTEGRATION_TIMEOUT") from None
        except UnknownFunctionError as error:
            raise Refusal("API_CONFIGURATION_ERROR") from error
        if result.error:
            logger.warning("%s %s: the function failed with %s", request.method, request.resource, result.error_type)
            raise Refusal(LAMBDA_FAILED)
        return self.proxy_answer(request, result.payload)

    def proxy_answer(self, request: Request, payload: Any) -> Answer:
        """A function's answer as HTTP; anything but the agreed shape is 502."""
        known = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
        if not isinstance(payload, dict) or set(payload) - known - {"cookies"}:
            raise Refusal(LAMBDA_FAILED)
        try:
            status = int(payload.get("statusCode", 200))
        except (TypeError, ValueError):
            raise Refusal(LAMBDA_FAILED) from None
        body = payload.get("body")
        if body is not None and not isinstance(body, str):
            raise Refusal(LAMBDA_FAILED)
        many = payload.get("multiValueHeaders") or {}
        single = {
            name: value
            for name, value in (payload.get("headers") or {}).items()
            if name.lower() not in {item.lower() for item in many}
        }
        headers = [(name, str(value)) for name, values in many.items() for value in values]
        headers += [(name, str(value)) for name, value in single.items() if value is not None]
        headers = [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP]
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))
        content = (body or "").encode()
        first_accepted = (request.header("accept") or "").split(",")[0]
        if payload.get("isBase64Encoded") and media_type_matches(first_accepted, self.binary_types):
            content = base64.b64decode(content)
        return Answer(status, headers, content)

    def gateway_response(self, request: Request, refusal: Refusal) -> Answer:
        """The API's own words for a refusal, or the service's default."""
        status, default = GATEWAY_RESPONSES[refusal.response_type]
        message = refusal.message or default
        custom = self.responses.get(refusal.response_type) or self.responses.get(f"DEFAULT_{status // 100}XX") or {}
        status = int(custom.get("statusCode", status))
        headers = {"x-amzn-ErrorType": refusal.response_type, "Content-Type": "application/json"}
        for target, value in (custom.get("responseParameters") or {}).items():
            name = target.removeprefix("gatewayresponse.header.")
            text = str(value)
            if text.startswith("'"):
                resolved: str | None = text.strip("'")
            elif text.startswith("method.request.header."):
                resolved = request.header(text.removeprefix("method.request.header."))
            else:
                resolved = None
            if resolved is not None:
                headers[name] = resolved
        templates = custom.get("responseTemplates") or {}
        template = templates.get("application/json", '{"message":$context.error.messageString}')
        variables = {
            "$context.error.messageString": json.dumps(message),
            "$context.error.message": message or "",
            "$context.error.responseType": refusal.response_type,
            "$context.requestId": request.request_id,
            "$context.status": str(status),
        }
        for name in sorted(variables, key=len, reverse=True):
            template = template.replace(name, variables[name])
        return Answer(status, list(headers.items()), template.encode())


def read_request(environ: dict[str, Any]) -> Request:
    """A WSGI request; the body is read whole, but never more than the gateway takes plus one byte."""
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-").title(), str(value))
        for name, value in environ.items()
        if name.startswith("HTTP_") and name != "HTTP_TRANSFER_ENCODING"
    ]
    if environ.get("CONTENT_TYPE"):
        headers.append(("Content-Type", environ["CONTENT_TYPE"]))
    stream = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH")
    if environ.get("wsgi.input_terminated"):
        body = stream.read(MAXIMUM_PAYLOAD_BYTES + 1)
    else:
        body = stream.read(int(length)) if length else b""
    # PATH_INFO is decoded; path parameters need the client's own encoding.
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ.get("PATH_INFO", "/")
    path = re.sub(r"^https?://[^/]+", "", raw).split("?", 1)[0]
    query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return Request(environ["REQUEST_METHOD"], path, query, headers, body)


def compile_route(route: str) -> re.Pattern[str]:
    """``/jobs/{id}/files/{path+}`` → an expression with one group per parameter."""
    parts = re.split(r"(\{\w+\+?\})", route)
    expression = "".join(
        ("(.+)" if part.endswith("+}") else "([^/]+)") if part.startswith("{") else re.escape(part) for part in parts
    )
    return re.compile(expression)


def route_order(route: str) -> tuple[tuple[int, str], ...]:
    """Literal segments win over parameters, parameters over greedy ones."""
    return tuple(
        (2 if part.endswith("+}") else 1 if part.startswith("{") else 0, part) for part in route.strip("/").split("/")
    )


def function_of_uri(uri: str) -> str:
    """The function's ARN in ``arn:aws:apigateway:…:lambda:path/2015-03-31/functions/ARN/invocations``."""
    match = re.search(r"/functions/([^/]+)/invocations", uri)
    return match[1] if match else uri


def mock_answer(integration: Mapping[str, Any]) -> Answer:
    """A mock integration's default response: the CORS preflights that SAM writes."""
    response = (integration.get("responses") or {}).get("default") or {}
    headers = [
        (target.removeprefix("method.response.header."), str(value).strip("'"))
        for target, value in (response.get("responseParameters") or {}).items()
        if target.startswith("method.response.header.")
    ]
    template = (response.get("responseTemplates") or {}).get("application/json", "")
    return Answer(
        int(response.get("statusCode", 200)), [*headers, ("Content-Type", "application/json")], template.encode()
    )


def media_type_matches(value: str | None, patterns: Iterable[str]) -> bool:
    media_type = (value or "").split(";")[0].strip().lower()
    return bool(media_type) and any(fnmatch.fnmatchcase(media_type, pattern.lower()) for pattern in patterns)


def arn_matches(pattern: str, arn: str) -> bool:
    """IAM's wildcards: ``*`` any characters, ``?`` one."""
    expression = "".join(".*" if item == "*" else "." if item == "?" else re.escape(item) for item in pattern)
    return re.fullmatch(expression, arn) is not None


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def reason_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
