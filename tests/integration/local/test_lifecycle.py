"""Start, stop, restart, kill: nothing accepted is lost, and no process stays behind."""

import json
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from cvmaker_local.stack import LocalStack, PortInUseError, StackInUseError

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "tests" / "data" / "local_stack" / "template.yaml"
OPTIONS: dict[str, Any] = {"openai_api_key": "", "pinecone_api_key": ""}


def run_script(body: str, *prefix: str, **variables: str) -> subprocess.Popen[str]:
    """A program that has a stack, in a process of its own, with more environment variables."""
    script = f"from pathlib import Path\nfrom cvmaker_local.stack import LocalStack\nT = Path({str(TEMPLATE)!r})\n"
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", script + textwrap.dedent(body)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "local"), **variables},
    )


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def wait_gone(pids: list[int], seconds: float = 5.0) -> list[int]:
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def test_stop_leaves_no_process_and_no_folder() -> None:
    with LocalStack(TEMPLATE, **OPTIONS) as stack:
        stack.invoke("Probe", {})
        pids, folder = stack.host.process_ids(), stack.data_dir
        assert pids
    assert wait_gone(pids, 0.5) == []
    assert not folder.exists()


def test_objects_versions_vectors_and_executions_survive_a_restart(tmp_path: Path) -> None:
    key = "uploads/a b/source.pdf"
    with LocalStack(TEMPLATE, tmp_path, **OPTIONS) as stack:
        s3 = stack.client("s3")
        s3.put_object(Bucket=stack.bucket, Key=key, Body=b"content", ContentType="application/pdf", Metadata={"a": "b"})
        s3.put_object(Bucket=stack.bucket, Key="deleted", Body=b"x")
        s3.delete_object(Bucket=stack.bucket, Key="deleted")
        [execution] = stack.wait_for_executions()
        before = s3.head_object(Bucket=stack.bucket, Key=key)
        bucket, vectors = stack.bucket, stack.pinecone.store
        vectors.create_index("index", 2, "cosine", {})
        vectors.write(
            {"kind": "upsert", "index": "index", "namespace": "n", "vectors": [{"id": "v", "values": [1.0, 0.0]}]}
        )
    with LocalStack(TEMPLATE, tmp_path, **OPTIONS) as stack:
        s3 = stack.client("s3")
        assert stack.bucket == bucket
        after = s3.get_object(Bucket=bucket, Key=key)
        assert after["Body"].read() == b"content"
        for name in ("ETag", "ContentType", "Metadata", "LastModified", "ContentLength"):
            assert after[name] == before[name], name
        assert {item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]} == {
            key,
            f"claims/{key}",
            *recorded(stack),
        }
        described = stack.client("stepfunctions").describe_execution(executionArn=execution.arn)
        assert (described["status"], described["output"]) == ("SUCCEEDED", execution.output)
        time.sleep(0.3)
        assert [row[0] for row in stack.pinecone.store.rows("index", "n")] == ["v"]
        assert len(stack.wait_for_executions()) == 1, "restoring must not start anything"


def test_what_is_past_its_retention_goes_at_the_next_start(tmp_path: Path) -> None:
    with LocalStack(TEMPLATE, tmp_path, **OPTIONS) as stack:
        for key in ("results/old", "results/new", "kept/old"):
            stack.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=b"x")
    with sqlite3.connect(tmp_path / "state.sqlite") as database:
        for key in ("results/old", "kept/old"):
            database.execute(
                "UPDATE object_version SET attributes = json_set(attributes, '$.last_modified', ?) WHERE key = ?",
                (time.time() - 31 * 24 * 3600, key),
            )
    with LocalStack(TEMPLATE, tmp_path, **OPTIONS) as stack:
        deadline = time.monotonic() + 30
        while not recorded(stack):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        listed = stack.client("s3").list_objects_v2(Bucket=stack.bucket)["Contents"]
        assert {item["Key"] for item in listed} == {"results/new", "kept/old", *recorded(stack)}
        assert recorded(stack) == ["recorded/Object Deleted/results-old"]


def recorded(stack: LocalStack) -> list[str]:
    listed = stack.client("s3").list_objects_v2(Bucket=stack.bucket, Prefix="recorded/")
    return [item["Key"] for item in listed.get("Contents", [])]


def test_an_execution_under_way_when_the_stack_is_killed_goes_on_after_the_restart(tmp_path: Path) -> None:
    name = secrets.token_hex(8)
    process = run_script(
        f"""
        with LocalStack(T, {str(tmp_path)!r}, openai_api_key="", pinecone_api_key="") as stack:
            stack.client("stepfunctions").start_execution(
                stateMachineArn=stack.state_machine_arn, name={name!r},
                input='{{"do": "claim", "key": "k", "seconds": 2}}')
            import time; time.sleep(1)
            print(*stack.host.process_ids(), flush=True)
            time.sleep(60)
        """
    )
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    assert pids
    process.kill()
    process.wait()
    assert wait_gone(pids) == [], "function processes outlive a killed stack"
    with LocalStack(TEMPLATE, tmp_path, **OPTIONS) as stack:
        [arn] = stack.resumed
        assert arn.endswith(name)
        execution = stack.wait_for_execution(arn)
        assert json.loads(execution.output or "") == {"result": {"claimed": True}}


def test_an_execution_under_way_when_the_stack_is_stopped_is_unfinished_not_failed(tmp_path: Path) -> None:
    with LocalStack(TEMPLATE, tmp_path, **OPTIONS) as stack:
        arn = stack.adapter.start_execution(stack.state_machine_arn, '{"do": "sleep", "seconds": 2}')
        stack.client("s3").put_object(Bucket=stack.bucket, Key="record/sleep", Body=b"x")
        time.sleep(0.5)
    with LocalStack(TEMPLATE, tmp_path, **OPTIONS) as stack:
        assert stack.resumed == [arn]
        assert stack.wait_for_execution(arn).status == "SUCCEEDED"
        assert recorded(stack) == ["recorded/Object Created/record-sleep"]


def test_an_upload_accepted_before_a_kill_is_delivered_after_the_restart(tmp_path: Path) -> None:
    """The event is on disk with the object before the client is answered."""
    process = run_script(
        f"""
        import os
        stack = LocalStack(T, {str(tmp_path)!r}, openai_api_key="", pinecone_api_key="", prestart=False).start()
        stack.bus.put = lambda *_: 0   # the moment between the answer and the delivery
        stack.client("s3").put_object(Bucket=stack.bucket, Key="uploads/x/source.pdf", Body=b"x")
        os.kill(os.getpid(), 9)
        """
    )
    assert process.wait(60) == -signal.SIGKILL
    with LocalStack(TEMPLATE, tmp_path, **OPTIONS) as stack:
        [execution] = stack.wait_for_executions()
        assert json.loads(execution.input)["key"] == "uploads/x/source.pdf"
        assert execution.status == "SUCCEEDED"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_cleanly(number: signal.Signals) -> None:
    process = run_script(
        """
        with LocalStack(T, openai_api_key="", pinecone_api_key="") as stack:
            stack.invoke("Probe", {})
            print(*stack.host.process_ids(), stack.data_dir, flush=True)
            stack.wait_for_signal()
        print("stopped", flush=True)
        """
    )
    assert process.stdout is not None
    *pids, folder = process.stdout.readline().split()
    time.sleep(0.3)
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output.strip()) == (0, "stopped"), errors
    assert wait_gone([int(pid) for pid in pids], 0.5) == []
    assert not Path(folder).exists()


def test_a_program_ended_in_mid_work_leaves_no_document_behind() -> None:
    process = run_script(
        """
        with LocalStack(T, openai_api_key="", pinecone_api_key="") as stack:
            print(stack.data_dir, flush=True)
            stack.invoke("Probe", {"do": "sleep", "seconds": 2})
        """
    )
    assert process.stdout is not None
    folder = process.stdout.readline().strip()
    time.sleep(0.5)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert not Path(folder).exists()


def test_a_port_in_use_is_said_so_and_leaves_nothing_running() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"Port {port} is in use"):
            LocalStack(TEMPLATE, api_port=port, **OPTIONS).start()
    with LocalStack(TEMPLATE, api_port=port, **OPTIONS) as stack:
        assert stack.api_url == f"http://127.0.0.1:{port}/v1"


def test_a_data_folder_has_one_stack(tmp_path: Path) -> None:
    with LocalStack(TEMPLATE, tmp_path, **OPTIONS), pytest.raises(StackInUseError):
        LocalStack(TEMPLATE, tmp_path, **OPTIONS).start()


def test_changed_code_is_used_at_once(tmp_path: Path) -> None:
    copy = tmp_path / "app"
    shutil.copytree(TEMPLATE.parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    code = copy / "functions" / "recorder" / "app.py"
    code.write_text("def handler(event, context):\n    return 1\n", encoding="utf-8")
    with LocalStack(copy / "template.yaml", watch_code=True, **OPTIONS) as stack:
        assert stack.invoke("Recorder", {}).payload == 1
        code.write_text("def handler(event, context):\n    return 22\n", encoding="utf-8")
        time.sleep(0.6)
        assert stack.invoke("Recorder", {}).payload == 22


def test_runs_with_the_network_cut() -> None:
    cut = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if shutil.which("unshare") is None or subprocess.run([*cut, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs `unshare -rn` and `ip`, which this machine or user does not have")
    process = run_script(
        """
        import socket
        try:
            socket.create_connection(("192.0.2.1", 80), 1)
            raise SystemExit("the network is not cut")
        except OSError:
            pass
        with LocalStack(T, openai_api_key="", pinecone_api_key="") as stack:
            stack.client("s3").put_object(Bucket=stack.bucket, Key="uploads/x/source.pdf", Body=b"x")
            print([execution.status for execution in stack.wait_for_executions()])
        """,
        *cut,
    )
    output, errors = process.communicate(timeout=60)
    assert output.strip() == "['SUCCEEDED']", errors


def test_the_folder_of_a_killed_stack_goes_at_the_next_start() -> None:
    process = run_script(
        """
        import os
        stack = LocalStack(T, openai_api_key="", pinecone_api_key="", prestart=False).start()
        print(stack.data_dir, flush=True)
        os.kill(os.getpid(), 9)
        """
    )
    output, _ = process.communicate(timeout=60)
    left = Path(output.strip())
    assert left.exists()
    assert left.stat().st_mode & 0o077 == 0, "documents are for their owner only"
    with LocalStack(TEMPLATE, prestart=False, **OPTIONS) as stack:
        assert stack.data_dir.exists()
        assert not left.exists()


def test_nothing_is_printed_when_a_job_fails() -> None:
    process = run_script(
        """
        with LocalStack(T, openai_api_key="", pinecone_api_key="") as stack:
            arn = stack.adapter.start_execution(stack.state_machine_arn, '{"do": "refuse"}')
            assert stack.wait_for_execution(arn).status == "FAILED"
            assert "InputError" in (stack.data_dir / "logs" / "stack.log").read_text()
        """
    )
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_stack_stopped_while_the_model_loads_ends_in_order() -> None:
    process = run_script(
        """
        with LocalStack(T, openai_api_key="", pinecone_api_key="") as stack:
            pass
        """
    )
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_persons_own_aws_and_proxy_settings_change_nothing() -> None:
    process = run_script(
        """
        import os
        with LocalStack(T, openai_api_key="", pinecone_api_key="") as stack:
            stack.client("s3").put_object(Bucket=stack.bucket, Key="uploads/x/source.pdf", Body=b"x")
            print([execution.status for execution in stack.wait_for_executions()])
            variables = stack.invoke("Probe", {"do": "environment"}).payload["variables"]
            print(sorted(name for name in variables if "PROXY" in name.upper() or name == "AWS_PROFILE"))
        print(os.environ["AWS_PROFILE"])
        """,
        AWS_PROFILE="no-such-profile",
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
        HTTP_PROXY="http://127.0.0.1:9",
        http_proxy="http://127.0.0.1:9",
    )
    output, errors = process.communicate(timeout=60)
    assert output.splitlines() == ["['SUCCEEDED']", "[]", "no-such-profile"], errors


def test_with_keys_the_functions_are_led_to_the_real_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("OPENAI_MODEL", "some-model")
    keys: dict[str, Any] = {
        "openai_api_key": "sk-1",
        "openai_base_url": "http://llm.test/v1",
        "pinecone_api_key": "pc-1",
    }
    with LocalStack(TEMPLATE, prestart=False, **keys) as stack:
        assert (stack.pinecone_url, stack.embeddings_url) == ("", "")
        parameters = stack.template_parameters()
        assert parameters["OpenAiBaseUrl"] == "http://llm.test/v1"
        assert parameters["OpenAiModel"] == "some-model"
        assert not {"PineconeControlPlaneUrl", "EmbeddingsBaseUrl", "EmbeddingModel"} & set(parameters)
        secret = stack.client("secretsmanager").get_secret_value(SecretId=stack.adapter.physical_id("OpenAiSecret"))
        assert json.loads(secret["SecretString"]) == {"api_key": "sk-1"}
        variables = stack.invoke("Probe", {"do": "environment"}).payload["variables"]
        assert variables["HTTPS_PROXY"] == "http://proxy.test:3128"
        assert "127.0.0.1" in variables["NO_PROXY"]
        assert not [name for name, value in variables.items() if value in ("sk-1", "pc-1")], "keys are in secrets only"
    monkeypatch.setenv("CVMAKER_EMBEDDINGS", "local")
    with LocalStack(TEMPLATE, prestart=False, **keys) as stack:
        assert stack.template_parameters()["EmbeddingsBaseUrl"] == stack.embeddings_url != ""
        secret = stack.client("secretsmanager").get_secret_value(SecretId=stack.adapter.physical_id("OpenAiSecret"))
        assert json.loads(secret["SecretString"]) == {"api_key": "sk-1", "embeddings_api_key": "local"}
