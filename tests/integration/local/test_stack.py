"""The local stack on a small template of the product's shape: every mechanism, executed."""

import base64
import json
import os
import secrets
import signal
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from cvmaker_local.runtime_host import UnknownFunctionError
from cvmaker_local.stack import LocalStack

TEMPLATE = Path(__file__).parents[2] / "data" / "local_stack" / "template.yaml"
ORIGIN = "http://app.test"


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(TEMPLATE, openai_api_key="", pinecone_api_key="", maximum_concurrency=6) as running:
        yield running


def start(stack: LocalStack, **payload: Any) -> str:
    arn: str = stack.client("stepfunctions").start_execution(
        stateMachineArn=stack.state_machine_arn, name=secrets.token_hex(8), input=json.dumps(payload)
    )["executionArn"]
    return arn


def history(stack: LocalStack, arn: str) -> list[str]:
    return [event["type"] for event in stack.execution_history(arn)]


def keys(stack: LocalStack, prefix: str) -> list[str]:
    listed = stack.client("s3").list_objects_v2(Bucket=stack.bucket, Prefix=prefix)
    return [item["Key"] for item in listed.get("Contents", [])]


def eventually(condition: Any, timeout: float = 30.0) -> Any:
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)
    return found


class TestFunctions:
    def test_sees_its_declared_environment_and_lambdas_own(
        self, stack: LocalStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        result = stack.invoke("Probe", {"do": "environment"})
        variables = result.payload["variables"]
        assert variables["GREETING"] == "hello"
        assert variables["BUCKET"] == stack.bucket
        assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
        assert variables["AWS_ENDPOINT_URL"] == stack.endpoint_url
        assert variables["SELF_URL"] == stack.api_url == stack.outputs["ApiUrl"]
        assert "VIRTUAL_ENV" not in variables
        assert not {"OPENAI_API_KEY", "PYTEST_CURRENT_TEST"} & set(variables)

    def test_paths_below_opt_are_the_layers(self, stack: LocalStack) -> None:
        variables = stack.invoke("Probe", {"do": "environment"}).payload["variables"]
        assert Path(variables["WORDS_FILE"]).read_text(encoding="utf-8") == "words\n"
        assert "MISSING_FILE" not in variables

    def test_imports_its_layer_its_requirements_and_the_runtime(self, stack: LocalStack) -> None:
        for module in ("layer_words", "pydantic", "boto3"):
            assert stack.invoke("Probe", {"do": "import", "module": module}).error is None, module

    def test_cannot_import_what_it_does_not_declare(self, stack: LocalStack) -> None:
        result = stack.invoke("Probe", {"do": "import", "module": "yaml"})
        assert (result.error, result.error_type) == ("Unhandled", "ModuleNotFoundError")

    def test_a_process_is_reused_and_another_started_under_load(self, stack: LocalStack) -> None:
        first = stack.invoke("Probe", {"do": "environment"}).payload["pid"]
        assert stack.invoke("Probe", {"do": "environment"}).payload["pid"] == first
        with ThreadPoolExecutor(3) as executor:
            began = time.monotonic()
            results = list(executor.map(lambda _: stack.invoke("Probe", {"do": "sleep", "seconds": 1}), range(3)))
        assert all(result.error is None for result in results)
        assert time.monotonic() - began < 2.9

    def test_time_limit(self, stack: LocalStack) -> None:
        result = stack.invoke("Probe", {"do": "sleep", "seconds": 20})
        assert result.error_type == "Sandbox.Timedout"
        assert "Task timed out after 5.00 seconds" in result.payload["errorMessage"]

    def test_memory_limit(self, stack: LocalStack) -> None:
        result = stack.invoke("Probe", {"do": "allocate", "megabytes": 400})
        assert result.error_type == "Runtime.ExitError"
        assert stack.invoke("Probe", {"do": "allocate", "megabytes": 20}).error is None

    def test_answer_larger_than_lambda_allows(self, stack: LocalStack) -> None:
        assert stack.invoke("Probe", {"do": "large"}).error_type == "Function.ResponseSizeTooLarge"

    def test_unknown_function(self, stack: LocalStack) -> None:
        with pytest.raises(UnknownFunctionError):
            stack.invoke("Nobody", {})

    def test_invoke_through_the_sdk_with_alias_and_error_header(self, stack: LocalStack) -> None:
        client = stack.client("lambda")
        alias = f"{stack.adapter.physical_id('Probe')}:live"
        answer = client.invoke(FunctionName=alias, Payload=b'{"do": "refuse"}', LogType="Tail")
        assert answer["FunctionError"] == "Unhandled"
        payload = json.load(answer["Payload"])
        assert (payload["errorType"], payload["errorMessage"]) == ("InputError", "not this one")
        log = base64.b64decode(answer["LogResult"]).decode()
        assert log.startswith("START RequestId: ")
        assert "[ERROR] InputError: not this one" in log, "what the function printed before it answered"
        assert "REPORT RequestId: " in log
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.invoke(FunctionName="nobody", Payload=b"{}")

    def test_secret_as_in_the_template_and_keys_put_in_afterwards(self, stack: LocalStack) -> None:
        assert stack.invoke("Probe", {"do": "secret"}).payload == {"api_key": "from the template"}
        secret = stack.client("secretsmanager").get_secret_value(SecretId=stack.adapter.physical_id("OpenAiSecret"))
        assert json.loads(secret["SecretString"]) == {"api_key": "", "embeddings_api_key": "local"}

    def test_logs_by_content(self, stack: LocalStack) -> None:
        marker = secrets.token_hex(8)
        httpx.get(f"{stack.api_url}/rest/{marker}")
        httpx.get(f"{stack.api_url}/open")
        lines = stack.logs("answering None")
        assert any("REPORT RequestId" in line and "Max Memory Used" in line for line in lines)
        stack.invoke("Probe", {"do": marker})
        assert sum("START RequestId" in line for line in stack.logs(marker)) == 2, "also by what the event was about"
        assert "answering None" in (stack.data_dir / "logs" / "Probe.log").read_text(encoding="utf-8")


class TestStateMachine:
    def test_retries_a_transient_error_until_it_passes(self, stack: LocalStack) -> None:
        arn = start(stack, do="fail-until", count=2)
        execution = stack.wait_for_execution(arn)
        assert execution.status == "SUCCEEDED"
        assert json.loads(execution.output or "") == {"result": {"retry_count": 2}}
        assert history(stack, arn).count("TaskFailed") == 2

    def test_gives_up_after_the_last_attempt_and_goes_through_catch(self, stack: LocalStack) -> None:
        arn = start(stack, do="fail-until", count=9)
        execution = stack.wait_for_execution(arn)
        assert (execution.status, execution.error) == ("FAILED", "TransientError")
        assert history(stack, arn).count("TaskFailed") == 4
        assert "FailStateEntered" in history(stack, arn)

    def test_an_input_error_is_not_retried(self, stack: LocalStack) -> None:
        arn = start(stack, do="refuse")
        assert stack.wait_for_execution(arn).error == "InputError"
        assert history(stack, arn).count("TaskFailed") == 1

    def test_a_dead_process_is_retried_once(self, stack: LocalStack) -> None:
        arn = start(stack, do="die-once")
        assert json.loads(stack.wait_for_execution(arn).output or "") == {"result": {"retry_count": 1}}

    def test_a_process_killed_from_outside_in_mid_stage_is_retried(self, stack: LocalStack) -> None:
        arn = start(stack, do="sleep", seconds=1.5)
        busy = eventually(lambda: list(stack.host.pool("Probe").busy))
        time.sleep(0.3)
        os.kill(busy[0].process.pid, signal.SIGKILL)
        assert stack.wait_for_execution(arn).status == "SUCCEEDED"
        failed = [event for event in stack.execution_history(arn) if event["type"] == "TaskFailed"]
        assert [event["taskFailedEventDetails"]["error"] for event in failed] == ["Runtime.ExitError"]

    def test_a_function_past_its_time_limit_is_retried_once(self, stack: LocalStack) -> None:
        arn = start(stack, do="sleep", seconds=20)
        execution = stack.wait_for_execution(arn)
        assert (execution.status, execution.error) == ("FAILED", "Sandbox.Timedout")
        assert history(stack, arn).count("TaskFailed") == 2

    def test_a_name_is_used_once(self, stack: LocalStack) -> None:
        client = stack.client("stepfunctions")
        name = secrets.token_hex(8)
        arguments = {"stateMachineArn": stack.state_machine_arn, "name": name}
        arn = client.start_execution(input='{"do": "echo"}', **arguments)["executionArn"]
        stack.wait_for_execution(arn)
        with pytest.raises(client.exceptions.ExecutionAlreadyExists):
            client.start_execution(input='{"do": "echo", "again": true}', **arguments)

    def test_an_aborted_execution_ends_at_once_and_says_so(self, stack: LocalStack) -> None:
        arn = start(stack, do="sleep", seconds=2)
        eventually(lambda: stack.host.pool("Probe").busy)
        stack.client("stepfunctions").stop_execution(executionArn=arn)
        execution = stack.wait_for_execution(arn, timeout=1.5)
        assert execution.status == "ABORTED"
        recorded = f"recorded/Step Functions Execution Status Change/{execution.name}"
        eventually(lambda: keys(stack, recorded))
        event = json.load(stack.client("s3").get_object(Bucket=stack.bucket, Key=recorded)["Body"])
        assert event["detail"]["status"] == "ABORTED"
        assert event["detail"]["executionArn"] == arn

    def test_a_machine_past_its_time_limit_is_timed_out_and_says_so(
        self, stack: LocalStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No Catch sees this: only the event tells."""
        events: list[dict[str, Any]] = []
        monkeypatch.setattr(stack.adapter, "on_event", events.append)
        wait = {"StartAt": "Wait", "TimeoutSeconds": 1, "States": {"Wait": {"Type": "Wait", "Seconds": 3, "End": True}}}
        client = stack.client("stepfunctions")
        machine = client.create_state_machine(
            name="slow", definition=json.dumps(wait), roleArn="arn:aws:iam::123456789012:role/any"
        )["stateMachineArn"]
        arn = client.start_execution(stateMachineArn=machine)["executionArn"]
        assert stack.wait_for_execution(arn).status == "TIMED_OUT"
        eventually(lambda: [event["detail"]["status"] for event in events] == ["RUNNING", "TIMED_OUT"])
        assert events[-1]["detail-type"] == "Step Functions Execution Status Change"
        assert events[-1]["detail"]["stateMachineArn"] == machine

    def test_a_failed_execution_emits_its_status(self, stack: LocalStack) -> None:
        execution = stack.wait_for_execution(start(stack, do="refuse"))
        eventually(lambda: keys(stack, f"recorded/Step Functions Execution Status Change/{execution.name}"))


class TestEvents:
    def test_an_upload_starts_the_machine_with_the_transformed_input(self, stack: LocalStack) -> None:
        before = len(stack.executions())
        key = 'uploads/Größe + "x" & y/source.pdf'
        stack.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=b"x")
        execution = stack.wait_for_executions()[-1]
        assert len(stack.executions()) == before + 1
        assert json.loads(execution.input) == {"do": "claim", "key": key}
        assert execution.status == "SUCCEEDED"

    def test_other_keys_start_nothing(self, stack: LocalStack) -> None:
        before = len(stack.executions())
        stack.client("s3").put_object(Bucket=stack.bucket, Key="uploads/a/posting.pdf", Body=b"x")
        assert len(stack.wait_for_executions()) == before

    def test_the_same_event_five_times_at_once_is_claimed_once(self, stack: LocalStack) -> None:
        key = f"uploads/{secrets.token_hex(4)}/source.pdf"
        barrier = threading.Barrier(5)

        def deliver() -> str:
            barrier.wait()
            return stack.adapter.start_execution(stack.state_machine_arn, json.dumps({"do": "claim", "key": key}))  # type: ignore[no-any-return]

        with ThreadPoolExecutor(5) as executor:
            arns = [future.result() for future in [executor.submit(deliver) for _ in range(5)]]
        outputs = [json.loads(stack.wait_for_execution(arn).output or "") for arn in arns]
        assert len(set(arns)) == 5
        assert sum(output["result"]["claimed"] for output in outputs) == 1

    def test_sequencers_are_unique_and_grow(self, stack: LocalStack) -> None:
        for number in range(3):
            stack.client("s3").put_object(Bucket=stack.bucket, Key=f"record/{number}", Body=b"x")
        names = [f"recorded/Object Created/record-{number}" for number in range(3)]
        eventually(lambda: set(names) <= set(keys(stack, "recorded/Object Created/record-")))
        events = [json.load(stack.client("s3").get_object(Bucket=stack.bucket, Key=name)["Body"]) for name in names]
        sequencers = [event["detail"]["object"]["sequencer"] for event in events]
        assert sequencers == sorted(set(sequencers))
        assert events[0]["detail"]["reason"] == "PutObject"
        assert events[0]["detail"]["object"]["size"] == 1

    def test_deletion_and_expiry_emit_their_reasons(self, stack: LocalStack) -> None:
        s3 = stack.client("s3")
        for key in ("results/old", "results/gone"):
            s3.put_object(Bucket=stack.bucket, Key=key, Body=b"x")
        s3.delete_object(Bucket=stack.bucket, Key="results/gone")
        gone = stack.expire_objects(datetime.now(UTC) + timedelta(days=31))
        assert gone == [(stack.bucket, "results/old")]
        reasons = {}
        for name in ("results-old", "results-gone"):
            key = f"recorded/Object Deleted/{name}"
            eventually(lambda key=key: keys(stack, key))
            event = json.load(s3.get_object(Bucket=stack.bucket, Key=key)["Body"])
            reasons[name] = event["detail"]["reason"]
        assert reasons == {"results-old": "Lifecycle Expiration", "results-gone": "DeleteObject"}

    def test_an_undeliverable_event_goes_to_the_dead_letter_queue(self, stack: LocalStack) -> None:
        self.drain(stack)
        stack.client("s3").put_object(Bucket=stack.bucket, Key="lost/file", Body=b"x")
        message = eventually(lambda: self.drain(stack))[0]
        assert json.loads(message["Body"])["detail"]["object"]["key"] == "lost/file"
        assert message["MessageAttributes"]["TARGET_ARN"]["StringValue"].endswith(":nobody")

    def test_a_failing_asynchronous_function_goes_to_its_failure_queue(self, stack: LocalStack) -> None:
        self.drain(stack)
        stack.client("s3").put_object(Bucket=stack.bucket, Key="record/fail", Body=b"x")
        record = json.loads(eventually(lambda: self.drain(stack))[0]["Body"])
        assert record["requestContext"]["approximateInvokeCount"] == 3
        assert record["requestPayload"]["detail"]["object"]["key"] == "record/fail"
        assert record["responsePayload"]["errorType"] == "RuntimeError"

    def test_a_scheduled_rule_runs_on_demand(self, stack: LocalStack) -> None:
        assert stack.run_schedule("Hourly") == 1
        eventually(lambda: keys(stack, "recorded/Scheduled Event/"))

    @staticmethod
    def drain(stack: LocalStack) -> list[dict[str, Any]]:
        client = stack.client("sqs")
        url = client.list_queues()["QueueUrls"][0]
        messages: list[dict[str, Any]] = client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])
        for message in messages:
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return messages


class TestS3:
    def form(self, stack: LocalStack, signed_key: str = "forms/source.pdf", **changes: Any) -> dict[str, Any]:
        form: dict[str, Any] = stack.client("s3").generate_presigned_post(
            stack.bucket,
            signed_key,
            Fields={"Content-Type": "application/pdf"},
            Conditions=[{"Content-Type": "application/pdf"}, ["content-length-range", 1, 1000]],
            ExpiresIn=changes.pop("expires", 60),
        )
        form["fields"] |= changes
        return form

    def post(self, form: dict[str, Any], content: bytes = b"%PDF-1.7") -> httpx.Response:
        return httpx.post(form["url"], data=form["fields"], files={"file": ("cv.pdf", content, "application/pdf")})

    def refusal(self, response: httpx.Response) -> str:
        return ET.fromstring(response.text).findtext("Code") or ""

    def test_a_form_upload_is_stored_as_signed(self, stack: LocalStack) -> None:
        response = self.post(self.form(stack))
        assert response.status_code == 204
        stored = stack.client("s3").get_object(Bucket=stack.bucket, Key="forms/source.pdf")
        assert stored["Body"].read() == b"%PDF-1.7"
        assert stored["ContentType"] == "application/pdf"
        assert response.headers["etag"] == stored["ETag"]

    @pytest.mark.parametrize(
        ("changes", "content", "status", "code"),
        [
            ({"key": "forms/other.pdf"}, b"x", 403, "AccessDenied"),
            ({"Content-Type": "text/html"}, b"x", 403, "AccessDenied"),
            ({"x-amz-meta-extra": "1"}, b"x", 403, "AccessDenied"),
            ({"x-amz-signature": "0" * 64}, b"x", 403, "SignatureDoesNotMatch"),
            ({"policy": ""}, b"x", 403, "AccessDenied"),
            ({}, b"", 400, "EntityTooSmall"),
            ({}, b"x" * 1001, 400, "EntityTooLarge"),
            ({"expires": -5}, b"x", 403, "AccessDenied"),
        ],
    )
    def test_a_form_that_breaks_its_policy_is_refused(
        self, stack: LocalStack, changes: dict[str, Any], content: bytes, status: int, code: str
    ) -> None:
        response = self.post(self.form(stack, "forms/refused.pdf", **changes), content)
        assert (response.status_code, self.refusal(response)) == (status, code)
        assert not keys(stack, "forms/refused") + keys(stack, "forms/other")

    def test_presigned_links_expire_and_cannot_be_altered(self, stack: LocalStack) -> None:
        s3 = stack.client("s3")
        name = "links/Lebenslauf + é (1).pdf"
        s3.put_object(Bucket=stack.bucket, Key=name, Body=b"content")
        s3.put_object(Bucket=stack.bucket, Key="links/other", Body=b"secret")
        arguments = {
            "Bucket": stack.bucket,
            "Key": name,
            "ResponseContentDisposition": 'attachment; filename="x y.pdf"',
        }
        url = s3.generate_presigned_url("get_object", Params=arguments, ExpiresIn=60)
        good = httpx.get(url)
        assert (good.status_code, good.content) == (200, b"content")
        assert good.headers["content-disposition"] == 'attachment; filename="x y.pdf"'
        simple = s3.generate_presigned_url(
            "get_object", Params={"Bucket": stack.bucket, "Key": "links/a"}, ExpiresIn=60
        )
        altered = httpx.get(simple.replace("links/a", "links/other"))
        assert (altered.status_code, self.refusal(altered)) == (403, "SignatureDoesNotMatch")
        expired = httpx.get(s3.generate_presigned_url("get_object", Params=arguments, ExpiresIn=-1))
        assert expired.status_code in (400, 403)

    def test_nobody_reads_without_a_signature(self, stack: LocalStack) -> None:
        assert httpx.get(f"{stack.endpoint_url}/{stack.bucket}/forms/source.pdf").status_code == 403
        assert httpx.get(f"{stack.endpoint_url}/{stack.bucket}").status_code == 403

    def test_cors_by_the_buckets_rule(self, stack: LocalStack) -> None:
        url = f"{stack.endpoint_url}/{stack.bucket}"
        headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
        preflight = httpx.options(url, headers=headers)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == ORIGIN
        assert preflight.headers["access-control-max-age"] == "600"
        for changes in ({"Origin": "http://evil.test"}, {"Access-Control-Request-Method": "DELETE"}):
            refused = httpx.options(url, headers=headers | changes)
            assert refused.status_code == 403
            assert "access-control-allow-origin" not in refused.headers
        form = self.form(stack, "forms/cors.pdf")
        posted = httpx.post(form["url"], data=form["fields"], files={"file": b"x"}, headers={"Origin": ORIGIN})
        assert posted.headers["access-control-allow-origin"] == ORIGIN
        assert posted.headers["access-control-expose-headers"] == "ETag"

    def test_conditional_writes_have_one_winner(self, stack: LocalStack) -> None:
        s3 = stack.client("s3")
        barrier = threading.Barrier(8)

        def write(number: int) -> bool:
            barrier.wait()
            try:
                s3.put_object(Bucket=stack.bucket, Key="race/claim", Body=str(number).encode(), IfNoneMatch="*")
            except ClientError as error:
                return error.response["Error"]["Code"] != "PreconditionFailed"
            return True

        with ThreadPoolExecutor(8) as executor:
            assert sum(executor.map(write, range(8))) == 1
        etag = s3.head_object(Bucket=stack.bucket, Key="race/claim")["ETag"]
        s3.put_object(Bucket=stack.bucket, Key="race/claim", Body=b"taken over", IfMatch=etag)
        with pytest.raises(ClientError, match="PreconditionFailed"):
            s3.put_object(Bucket=stack.bucket, Key="race/claim", Body=b"too late", IfMatch=etag)
        with pytest.raises(ClientError, match="PreconditionFailed"):
            s3.get_object(Bucket=stack.bucket, Key="race/claim", IfMatch=etag)


class TestApi:
    def headers(self, **changes: str) -> dict[str, str]:
        return {"x-api-key": "local", "Authorization": "Bearer good", "Origin": ORIGIN} | changes

    def test_proxy_event(self, stack: LocalStack) -> None:
        url = f"{stack.api_url}/probe/a%2Fb%20c?x=1&x=2"
        response = httpx.post(url, headers=self.headers(), content="ü".encode())
        event = response.json()
        assert response.headers.get_list("x-two") == ["a", "b"]
        assert event["pathParameters"] == {"name": "a/b c"}
        assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
        assert (event["body"], event["isBase64Encoded"]) == ("ü", False)
        assert event["resource"] == "/probe/{name}"
        assert event["requestContext"]["authorizer"]["owner"] == "owner-good"
        assert event["requestContext"]["authorizer"]["admin"] == "false"

    def test_binary_bodies_both_ways(self, stack: LocalStack) -> None:
        url = f"{stack.api_url}/probe/pdf"
        asked = httpx.get(url, headers=self.headers(Accept="application/pdf"))
        assert asked.content == b"%PDF-1.7 \xff\x00"
        assert httpx.get(url, headers=self.headers(Accept="*/*")).text == "JVBERi0xLjcg/wA="
        sent = httpx.put(
            f"{stack.api_url}/probe/x", headers=self.headers(**{"Content-Type": "application/pdf"}), content=b"\xff\x00"
        ).json()
        assert (sent["body"], sent["isBase64Encoded"]) == ("/wA=", True)

    @pytest.mark.parametrize(
        ("changes", "status", "title"),
        [
            ({"Authorization": ""}, 401, "Unauthorized"),
            ({"Authorization": "Bearer nobody"}, 401, "Unauthorized"),
            (
                {"Authorization": "Bearer bad"},
                403,
                "User is not authorized to access this resource with an explicit deny",
            ),
            ({"x-api-key": "stolen"}, 403, "Forbidden"),
        ],
    )
    def test_refusals_carry_cors_and_the_templates_words(
        self, stack: LocalStack, changes: dict[str, str], status: int, title: str
    ) -> None:
        response = httpx.get(f"{stack.api_url}/probe/x", headers=self.headers(**changes))
        assert (response.status_code, response.json()) == (status, {"title": title})
        assert response.headers["access-control-allow-origin"] == ORIGIN

    def test_preflight_needs_neither_key_nor_owner(self, stack: LocalStack) -> None:
        response = httpx.options(f"{stack.api_url}/probe/x", headers={"Origin": ORIGIN})
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert response.headers["access-control-allow-headers"] == "Authorization,X-Api-Key"

    def test_unknown_routes_and_stages(self, stack: LocalStack) -> None:
        assert httpx.get(f"{stack.api_url}/nothing").json() == {"title": "Missing Authentication Token"}
        assert httpx.post(f"{stack.api_url}/open").status_code == 403
        assert httpx.get(f"{stack.api_server.url}/v2/open").json() == {"title": "Forbidden"}

    def test_greedy_path_and_open_route(self, stack: LocalStack) -> None:
        assert httpx.get(f"{stack.api_url}/rest/a/b/c").json()["pathParameters"] == {"path": "a/b/c"}
        assert httpx.get(f"{stack.api_url}/open").status_code == 200

    def test_a_failing_or_wrong_function_is_502(self, stack: LocalStack) -> None:
        for name in ("wrong", "raise"):
            response = httpx.get(f"{stack.api_url}/probe/{name}", headers=self.headers())
            assert (response.status_code, response.json()["message"]) == (502, "Internal server error")

    def test_too_large_a_body_is_413(self, stack: LocalStack) -> None:
        response = httpx.post(f"{stack.api_url}/open", content=b"x" * (10 * 1024 * 1024 + 1))
        assert response.status_code == 413

    def test_authorizer_answers_are_cached(self, stack: LocalStack) -> None:
        calls = {
            httpx.get(f"{stack.api_url}/probe/x", headers=self.headers()).json()["requestContext"]["authorizer"][
                "calls"
            ]
            for _ in range(2)
        }
        assert len(calls) == 1

    def test_slow_function_is_504(self, stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stack.gateway, "integration_timeout_seconds", 0.0)
        assert httpx.get(f"{stack.api_url}/open").status_code == 504

    def test_zz_throttled_above_the_usage_plan(self, stack: LocalStack) -> None:
        """Last of its class: it spends the key's burst."""
        statuses = [httpx.get(f"{stack.api_url}/probe/x", headers=self.headers()).status_code for _ in range(20)]
        assert statuses[-1] == 429
        assert httpx.get(f"{stack.api_url}/open").status_code == 200
