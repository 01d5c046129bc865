"""Parts of the gateway that need no running function; the rest is in tests/integration/local."""

import json
from typing import Any

import pytest
from cvmaker_local.api_gateway import (
    ApiGateway,
    Refusal,
    Request,
    TokenBucket,
    UsagePlan,
    arn_matches,
    compile_route,
    media_type_matches,
    route_order,
)
from cvmaker_local.runtime_host import InvokeResult

OPERATION = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "x/functions/arn:f/invocations"}}


def gateway(paths: dict[str, Any], answer: Any = None, error: str | None = None, **body: Any) -> ApiGateway:
    def invoke(_: str, event: dict[str, Any]) -> InvokeResult:
        payload = {"statusCode": 200, "body": json.dumps(event)} if answer is None else answer
        return InvokeResult(payload, error, "", 1.0, "id")

    return ApiGateway({"paths": paths, **body}, ["v1"], invoke, region="r", account="1")


def request(path: str, method: str = "GET", **headers: str) -> Request:
    return Request(method, path, [], list(headers.items()), b"")


def test_literal_segments_win_over_parameters_and_those_over_greedy_ones() -> None:
    paths = {"/{proxy+}": {"get": OPERATION}, "/jobs/{id}": {"get": OPERATION}, "/jobs/search": {"get": OPERATION}}
    api = gateway(paths)
    for path, resource in {
        "/v1/jobs/search": "/jobs/search",
        "/v1/jobs/7": "/jobs/{id}",
        "/v1/a/b": "/{proxy+}",
    }.items():
        event = json.loads(api.handle(request(path)).body)
        assert event["resource"] == resource
    assert sorted(paths, key=route_order) == ["/jobs/search", "/jobs/{id}", "/{proxy+}"]


def test_a_parameter_never_spans_segments() -> None:
    assert compile_route("/jobs/{id}").fullmatch("/jobs/a/b") is None
    assert compile_route("/a.b/{id}").fullmatch("/aXb/1") is None


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 1},
        "text",
        None.__class__,
        {"statusCode": "x"},
        {"statusCode": 200, "body": {}},
        {"statusCode": 200, "extra": 1},
    ],
)
def test_wrong_proxy_answers_are_refused(answer: Any) -> None:
    with pytest.raises(Refusal, match="MALFORMED_PROXY_RESPONSE"):
        gateway({"/x": {"get": OPERATION}}, answer).handle(request("/v1/x"))


def test_a_function_error_is_refused() -> None:
    with pytest.raises(Refusal, match="MALFORMED_PROXY_RESPONSE"):
        gateway({"/x": {"get": OPERATION}}, {"errorType": "E"}, error="Unhandled").handle(request("/v1/x"))


def test_gateway_response_templates_and_specific_over_default() -> None:
    responses = {
        "DEFAULT_4XX": {"responseTemplates": {"application/json": '{"t":$context.error.messageString}'}},
        "THROTTLED": {
            "statusCode": 503,
            "responseParameters": {
                "gatewayresponse.header.Retry-After": "'1'",
                "gatewayresponse.header.X-Echo": "method.request.header.X-In",
            },
        },
    }
    api = gateway({})
    api.responses = responses
    asked = request("/v1/x", **{"X-In": "in"})
    assert api.gateway_response(asked, Refusal("INVALID_API_KEY")).body == b'{"t":"Forbidden"}'
    throttled = api.gateway_response(asked, Refusal("THROTTLED"))
    headers = dict(throttled.headers)
    assert (throttled.status, headers["Retry-After"], headers["X-Echo"]) == (503, "1", "in")
    assert json.loads(throttled.body) == {"message": "Too Many Requests"}


def test_the_bucket_refills_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    bucket = TokenBucket(rate=2, burst=3)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]


def test_the_quota_is_per_key() -> None:
    plan = UsagePlan(quota=2)
    for _ in range(2):
        plan.admit("a")
    with pytest.raises(Refusal, match="QUOTA_EXCEEDED"):
        plan.admit("a")
    plan.admit("b")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        ("arn:aws:execute-api:r:1:api/v1/GET/jobs", True),
        ("arn:aws:execute-api:r:1:api/*", True),
        ("arn:aws:execute-api:r:1:api/v1/?ET/jobs", True),
        ("arn:aws:execute-api:r:1:api/v1/POST/*", False),
        ("arn:aws:execute-api:r:1:other/*", False),
    ],
)
def test_policy_resources(pattern: str, expected: bool) -> None:
    assert arn_matches(pattern, "arn:aws:execute-api:r:1:api/v1/GET/jobs") is expected


def test_media_types() -> None:
    assert media_type_matches("application/pdf; q=1", ["application/pdf"])
    assert media_type_matches("image/png", ["image/*"])
    assert not media_type_matches("*/*", ["application/pdf"])
    assert not media_type_matches(None, ["*/*"])


def test_an_authorizers_nested_context_is_a_configuration_error() -> None:
    schemes = {
        "Owner": {
            "x-amazon-apigateway-authorizer": {
                "type": "request",
                "authorizerUri": "u",
                "authorizerResultTtlInSeconds": 0,
            }
        }
    }
    policy = {"principalId": "p", "policyDocument": {"Statement": []}, "context": {"nested": {}}}
    api = gateway(
        {"/x": {"get": {**OPERATION, "security": [{"Owner": []}]}}}, policy, components={"securitySchemes": schemes}
    )
    with pytest.raises(Refusal, match="AUTHORIZER_CONFIGURATION_ERROR"):
        api.handle(request("/v1/x"))
