"""Everything that touches moto's inside: start-up, hooks, and what it lacks in S3 and Step Functions.

moto's services live in module-level tables, so one process runs one stack at a time.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import logging
import sys
import threading
import time
import types
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import moto.stepfunctions.models as stepfunctions_models
import moto.stepfunctions.responses  # noqa: F401 - first imported while hooked, it would keep what we patch for good
from moto.backends import get_backend as get_moto_service
from moto.cloudformation.models import Stack, cloudformation_backends
from moto.cloudformation.parsing import clean_json
from moto.core.config import default_user_config
from moto.events.models import Rule, events_backends
from moto.s3 import notifications
from moto.s3.models import FakeDeleteMarker, FakeKey, s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends

from cvmaker_local import cloudformation
from cvmaker_local.clients import Clients
from cvmaker_local.event_bus import UndeliverableError, new_event
from cvmaker_local.storage import StoredExecution, StoredVersion

logger = logging.getLogger(__name__)

ACCOUNT = "123456789012"  # moto's default account
SERVICES_WITH_STATE = (
    "s3",
    "stepfunctions",
    "events",
    "lambda",
    "secretsmanager",
    "sqs",
    "iam",
    "cloudformation",
    "logs",
    "cloudwatch",
    "kms",
    "ssm",
    "apigateway",
)
FINAL_STATES = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


class MotoAdapter:
    """One stack's view of moto.

    Parameters
    ----------
    region
        Where everything lives.
    endpoint_url
        Where tasks of a state machine send their calls.
    on_event
        Receives every event that a service emits (S3, Step Functions, PutEvents), outside of any lock.
    on_execution
        Receives each execution when it starts and when it ends.
    wait_scale
        What the waits before a retry are multiplied with; below 1, hours of back-off pass in minutes.
    """

    active: MotoAdapter | None = None

    def __init__(
        self,
        region: str,
        endpoint_url: str,
        on_event: Callable[[dict[str, Any]], None],
        on_execution: Callable[[StoredExecution], None],
        wait_scale: float = 1.0,
    ) -> None:
        self.wait_scale = wait_scale
        self.region = region
        self.endpoint_url = endpoint_url
        self.on_event = on_event
        self.on_execution = on_execution
        self.event_buckets: set[str] = set()
        # Starts at the present so that sequencers also grow across restarts.
        self._sequence = itertools.count(time.time_ns())
        self._collected = threading.local()
        self._start_lock = threading.RLock()
        self._undo: list[Callable[[], None]] = []
        self._task_clients = Clients(
            endpoint_url,
            region,
            parameter_validation=False,
            retries={"total_max_attempts": 1},
            connect_timeout=60,
            read_timeout=24 * 3600,
        )
        self.stack: Any = None
        self.frozen = False

    # ------------------------------------------------------------------------------------------------- life cycle

    def install(self) -> None:
        """Empty moto and hook into it."""
        if MotoAdapter.active is not None:
            raise RuntimeError("Another local stack runs in this process; stop it first.")
        MotoAdapter.active = self
        self.reset()
        cloudformation.register()
        configuration = dict(default_user_config)
        default_user_config["stepfunctions"] = {"execute_state_machine": True}
        default_user_config["lambda"] = {"use_docker": False}
        self._undo.append(lambda: (default_user_config.clear(), default_user_config.update(configuration))[0])
        self._patch(stepfunctions_models, "stepfunctions_backends", stepfunctions_parser_backends)
        self._patch(notifications, "_send_event_bridge_message", self._on_s3_event)
        self._patch(Rule, "send_to_targets", self._on_rule_event)
        self._patch(BaseExecutionWorkerCommunication, "terminated", self._on_terminated())
        self._patch(Execution, "stop", self._on_stop())
        self._patch(StepFunctionsParserBackend, "start_execution", self._on_start())
        # Its waits go on after an execution was stopped, which nobody notices: the next task is not begun.
        self._patch(retrier_decl, "time", types.SimpleNamespace(sleep=lambda s: time.sleep(s * self.wait_scale)))
        self._patch(Stack, "parse_template", staticmethod(json.loads))  # ours is JSON; YAML takes 20 times as long
        self._patch(StepFunctionsParserBackend, "get_execution_history", self._on_history())
        # moto makes a new boto3 client for every task (up to a second each on a small machine): share ours.
        for module in [item for item in list(sys.modules.values()) if hasattr(item, "boto_client_for")]:
            self._patch(module, "boto_client_for", self._client_for_task)

    def freeze(self) -> None:
        """Stop all executions and report nothing more: what ends while the stack stops is unfinished, not failed."""
        self.frozen = True
        for machine in self.state_machines():
            for execution in machine.executions:
                if getattr(execution.exec_worker, "env", None) is not None:
                    now = dt.datetime.now(tz=dt.UTC)
                    execution.exec_worker.stop(stop_date=now, error=None, cause=None)

    def uninstall(self) -> None:
        """Unhook and empty moto."""
        while self._undo:
            self._undo.pop()()
        self.reset()
        MotoAdapter.active = None

    def _patch(self, owner: Any, name: str, value: Any) -> None:
        original = owner.__dict__.get(name, getattr(owner, name))
        setattr(owner, name, value)
        self._undo.append(lambda: setattr(owner, name, original))

    @staticmethod
    def reset() -> None:
        for service in SERVICES_WITH_STATE:
            get_moto_service(service).reset()
        stepfunctions_parser_backends.reset()

    def _client_for_task(self, *_: Any, service: str, **__: Any) -> Any:
        """A client for a state machine's task: no retries of its own and no time limit, both belong to the state."""
        return self._task_clients.get(service)

    def sign_tasks_as(self, access_key: str) -> None:
        """Whose rights the tasks of state machines have; to be called before the first task."""
        self._task_clients.access_key = access_key

    # --------------------------------------------------------------------------------------------- CloudFormation

    def create_stack(self, name: str, template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, str]:
        """Create the resources; returns the outputs."""
        backend = cloudformation_backends[ACCOUNT][self.region]
        self.stack = backend.create_stack(name=name, template=json.dumps(template), parameters=parameters)
        found = [self.stack.output_map[name] for name in self.stack.output_map.outputs]
        return {output.key: output.value for output in found if output is not None}

    def resolve(self, value: Any) -> Any:
        """A piece of the template with its intrinsic functions evaluated."""
        return clean_json(json.loads(json.dumps(value)), self.stack.resource_map)

    def physical_id(self, logical_id: str) -> str:
        resource = self.stack.resource_map[logical_id]
        return str(resource.physical_resource_id)

    # ------------------------------------------------------------------------------------------------------------ S3

    @contextlib.contextmanager
    def collect_events(self) -> Iterator[list[dict[str, Any]]]:
        """Events of this thread's requests go into the list instead of being sent, until the block ends."""
        events: list[dict[str, Any]] = []
        self._collected.events = events
        try:
            yield events
        finally:
            self._collected.events = None

    def emit(self, event: dict[str, Any]) -> None:
        collected = getattr(self._collected, "events", None)
        if collected is not None:
            collected.append(event)
        else:
            self.on_event(event)

    def _on_s3_event(self, _account_id: str, bucket: Any, event_name: Any, key: Any) -> None:
        """Stands in for moto's: a unique sequencer, AWS's reasons, and no event for a bucket that wants none."""
        self.emit_s3(str(getattr(event_name, "value", event_name)), bucket, key)

    def emit_s3(self, event_name: str, bucket: Any, key: Any, reason: str | None = None) -> None:
        if bucket.name not in self.event_buckets:
            return
        kind = event_name.removeprefix("s3:")
        details: dict[str, Any] = {"key": key.name, "sequencer": f"{next(self._sequence):016X}"}
        if key.version_id and key.version_id != "null":
            details["version-id"] = key.version_id
        detail: dict[str, Any] = {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": details,
            "request-id": uuid.uuid4().hex[:16].upper(),
            "requester": ACCOUNT,
            "source-ip-address": "127.0.0.1",
        }
        if kind.startswith("ObjectCreated:"):
            detail_type = "Object Created"
            details["size"], details["etag"] = key.size, key.etag.strip('"')
            method = kind.partition(":")[2]
            detail["reason"] = {
                "Put": "PutObject",
                "Post": "POST Object",
                "Copy": "CopyObject",
                "CompleteMultipartUpload": "CompleteMultipartUpload",
            }.get(method, method)
        elif kind.startswith("ObjectRemoved:"):
            detail_type = "Object Deleted"
            detail["reason"] = reason or "DeleteObject"
            marker = isinstance(key, FakeDeleteMarker)
            detail["deletion-type"] = "Delete Marker Created" if marker else "Permanently Deleted"
        else:
            return
        resources = [f"arn:aws:s3:::{bucket.name}"]
        event = new_event("aws.s3", detail_type, detail, account=ACCOUNT, region=self.region, resources=resources)
        self.emit(event)

    def bucket(self, name: str) -> Any:
        return s3_backends[ACCOUNT]["aws"].get_bucket(name)

    def has_bucket(self, name: str) -> bool:
        return name in s3_backends[ACCOUNT]["aws"].buckets

    def put_object(self, bucket: str, key: str, content: bytes, metadata: dict[str, str], method: str = "POST") -> str:
        """Store an object as a browser's form upload does; returns its ETag."""
        new_key = s3_backends[ACCOUNT]["aws"].put_object(bucket, key, content, request_method=method)
        new_key.set_metadata(dict(metadata))
        return str(new_key.etag)

    def expire_objects(self, now: dt.datetime | None = None) -> list[tuple[str, str]]:
        """Apply the buckets' expiry rules as S3's nightly run does; returns (bucket, key) of what went."""
        now = (now or dt.datetime.now(dt.UTC)).replace(tzinfo=None)
        gone: list[tuple[str, str]] = []
        for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
            for rule in bucket.rules:
                days = getattr(rule, "expiration_days", None)
                if rule.status != "Enabled" or not days:
                    continue
                prefix = rule.prefix or (rule.filter.prefix if rule.filter else "") or ""
                for name in list(bucket.keys):
                    key = bucket.keys[name]
                    old = key.last_modified.replace(tzinfo=None) + dt.timedelta(days=int(days)) <= now
                    if name.startswith(prefix) and old and isinstance(key, FakeKey):
                        bucket.keys.pop(name)
                        self.emit_s3("s3:ObjectRemoved:Delete", bucket, key, reason="Lifecycle Expiration")
                        gone.append((bucket.name, name))
        return gone

    def stored_versions(self, bucket: str, key: str) -> list[StoredVersion]:
        """All versions of a key, as they go to disk."""
        result = []
        for version in self.bucket(bucket).keys.getlist(key, []):
            if isinstance(version, FakeDeleteMarker):
                attributes = {"delete_marker": True, "last_modified": version.last_modified.timestamp()}
                result.append(StoredVersion(bucket, key, version.version_id, attributes, None))
                continue
            attributes = {
                "etag": version.etag.strip('"'),
                "last_modified": version.last_modified.replace(tzinfo=dt.UTC).timestamp(),
                "storage_class": version.storage_class,
                "encryption": version.encryption,
                "metadata": dict(version.metadata),
            }
            result.append(StoredVersion(bucket, key, version.version_id, attributes, version.value))
        return result

    def restore_version(self, stored: StoredVersion) -> None:
        """Put a stored version back, without an event."""
        if not self.has_bucket(stored.bucket):
            logger.warning("the bucket %s of stored objects is not in the template any more", stored.bucket)
            return
        bucket = self.bucket(stored.bucket)
        versions = bucket.keys.getlist(stored.key, [])
        last_modified = dt.datetime.fromtimestamp(stored.attributes["last_modified"], dt.UTC)
        restored: Any
        if stored.content is None:
            restored = FakeDeleteMarker(versions[-1])
            restored._version_id = stored.version_id  # noqa: SLF001 - moto has no public way
        else:
            restored = FakeKey(
                name=stored.key,
                bucket_name=stored.bucket,
                value=stored.content,
                account_id=ACCOUNT,
                region_name=self.region,
                storage=stored.attributes["storage_class"],
                etag=stored.attributes["etag"],
                is_versioned=bucket.is_versioned,
                version_id=stored.version_id,
                encryption=stored.attributes["encryption"],
            )
            restored.set_metadata(stored.attributes["metadata"], replace=True)
        restored.last_modified = last_modified.replace(tzinfo=None)
        bucket.keys.setlist(stored.key, [*versions, restored])

    # --------------------------------------------------------------------------------------------------- EventBridge

    def rules(self) -> list[Any]:
        backend = events_backends[ACCOUNT][self.region]
        return [rule for bus in backend.event_buses.values() for rule in bus.rules.values()]

    def _on_rule_event(self, rule: Any, event: dict[str, Any], **_: Any) -> None:
        """PutEvents calls this once per rule; the bus matches all rules itself, so only the first call counts."""
        bus = events_backends[ACCOUNT][self.region].event_buses.get(rule.event_bus_name)
        if bus is not None and next(iter(bus.rules.values())) is rule:
            moment = dt.datetime.fromtimestamp(float(event["time"]), dt.UTC)
            self.emit({**event, "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ")})

    # ----------------------------------------------------------------------------------------------- Step Functions

    def state_machines(self) -> list[Any]:
        return list(self._stepfunctions().state_machines)

    def _stepfunctions(self) -> Any:
        return stepfunctions_parser_backends[ACCOUNT][self.region]

    def start_execution(self, state_machine_arn: str, payload: str, name: str | None = None) -> str:
        """Start a state machine; returns the execution's ARN. As EventBridge does when no name is given."""
        try:
            execution = self._stepfunctions().start_execution(state_machine_arn, name, payload)
        except stepfunctions_models.StateMachineDoesNotExist as error:
            raise UndeliverableError(str(error)) from error
        return str(execution.exec_arn)

    def _on_start(self) -> Callable[..., Any]:
        original = StepFunctionsParserBackend.start_execution
        adapter = self

        def start_execution(
            backend: Any,
            state_machine_arn: str,
            name: Any = None,
            execution_input: Any = None,
            trace_header: Any = None,
        ) -> Any:
            # The check for a used name and the entry into the list are one step in the cloud.
            with adapter._start_lock:
                name = name or str(uuid.uuid4())
                machine = backend.describe_state_machine(state_machine_arn)
                known = {item.name for item in machine.executions}
                if name not in known:
                    # On disk before it runs: a kill right after must not lose it.
                    adapter.on_execution(adapter._new_execution(machine, name, execution_input or "{}"))
                execution = original(backend, state_machine_arn, name, execution_input, trace_header)
            if name not in known:
                adapter.emit(adapter._status_event(execution))
            return execution

        return start_execution

    def _new_execution(self, machine: Any, name: str, payload: str) -> StoredExecution:
        try:
            text = json.dumps(json.loads(payload))
        except ValueError:
            raise stepfunctions_models.InvalidExecutionInput("Invalid State Machine Execution Input") from None
        arn = f"arn:aws:states:{self.region}:{ACCOUNT}:execution:{machine.name}:{name}"
        return StoredExecution(arn, name, machine.arn, text, "RUNNING", time.time())

    def _on_terminated(self) -> Callable[..., None]:
        original = BaseExecutionWorkerCommunication.terminated
        adapter = self

        def terminated(communication: Any) -> None:
            execution = communication.execution
            if execution.exec_status in FINAL_STATES:  # already stopped by StopExecution
                return
            original(communication)
            adapter._ended(execution)

        return terminated

    def _on_stop(self) -> Callable[..., None]:
        adapter = self

        def stop(execution: Any, stop_date: Any, error: str | None, cause: str | None) -> None:
            """At once, as in the cloud; a function that is running meanwhile runs to its end."""
            if execution.exec_status in FINAL_STATES:
                return
            execution.exec_worker.stop(stop_date=stop_date, cause=cause, error=error)
            execution.exec_status = "ABORTED"
            execution.stop_date = dt.datetime.now(tz=dt.UTC)
            adapter._ended(execution)

        return stop

    def _on_history(self) -> Callable[..., Any]:
        original = StepFunctionsParserBackend.get_execution_history

        def get_execution_history(backend: Any, execution_arn: str) -> Any:
            execution = backend.describe_execution(execution_arn)
            if getattr(execution.exec_worker, "env", None) is None:  # not begun yet, or from before a restart
                return {"events": []}
            return original(backend, execution_arn)

        return get_execution_history

    def _ended(self, execution: Any) -> None:
        if self.frozen:
            return
        self.on_execution(stored_execution(execution))
        self.on_event(self._status_event(execution))

    def _status_event(self, execution: Any) -> dict[str, Any]:
        stored = stored_execution(execution)
        detail = {
            "executionArn": stored.arn,
            "stateMachineArn": stored.state_machine_arn,
            "name": stored.name,
            "status": stored.status,
            "startDate": int(stored.started * 1000),
            "stopDate": int(stored.stopped * 1000) if stored.stopped else None,
            "input": stored.input,
            "output": stored.output,
            "inputDetails": {"included": True},
            "outputDetails": {"included": True} if stored.output is not None else None,
            "error": stored.error,
            "cause": stored.cause,
        }
        return new_event(
            "aws.states",
            "Step Functions Execution Status Change",
            detail,
            account=ACCOUNT,
            region=self.region,
            resources=[stored.arn],
        )

    def restore_execution(self, stored: StoredExecution) -> bool:
        """Put an execution from before a restart back.

        One that was running is started again under its own name: its stages find their artefacts and go on.
        Returns whether it runs.
        """
        machine = next((item for item in self.state_machines() if item.arn == stored.state_machine_arn), None)
        if machine is None:
            return False
        if stored.status not in FINAL_STATES:
            self.start_execution(stored.state_machine_arn, stored.input, stored.name)
            return True
        execution = Execution(
            name=stored.name,
            sm_type=machine.sm_type,
            role_arn=machine.roleArn,
            exec_arn=stored.arn,
            account_id=ACCOUNT,
            region_name=self.region,
            state_machine=machine,
            start_date=dt.datetime.fromtimestamp(stored.started, dt.UTC),
            cloud_watch_logging_session=None,
            activity_store={},
            input_data=stored.input,
        )
        execution.exec_status = EXECUTION_STATUS[stored.status]
        if stored.stopped is not None:
            execution.stop_date = dt.datetime.fromtimestamp(stored.stopped, dt.UTC)
        execution.output = json.loads(stored.output) if stored.output else None
        execution.error, execution.cause = stored.error, stored.cause
        execution.exec_worker = types.SimpleNamespace(env=None)
        machine.executions.append(execution)
        return False

    # ------------------------------------------------------------------------------------------------ other services

    def send_to_queue(self, queue_arn: str, body: str, attributes: dict[str, str]) -> None:
        backend = sqs_backends[ACCOUNT][self.region]
        backend.send_message(
            queue_name=queue_arn.rsplit(":", 1)[-1],
            message_body=body,
            message_attributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )

    def put_secret(self, secret_id: str, value: str) -> None:
        secretsmanager_backends[ACCOUNT][self.region].put_secret_value(
            secret_id=secret_id,
            secret_string=value,
            secret_binary=None,
            client_request_token=str(uuid.uuid4()),
            version_stages=["AWSCURRENT"],
        )


EXECUTION_STATUS: dict[str, Any] = {}


def fill_execution_status() -> None:
    from moto.stepfunctions.parser.api import ExecutionStatus

    EXECUTION_STATUS.update({str(status.value): status for status in ExecutionStatus})


fill_execution_status()


def stored_execution(execution: Any) -> StoredExecution:
    """What is remembered of one of moto's executions."""
    status = str(getattr(execution.exec_status, "value", execution.exec_status))
    return StoredExecution(
        arn=execution.exec_arn,
        name=execution.name,
        state_machine_arn=execution.state_machine_arn,
        input=json.dumps(execution.input_data),
        status=status,
        started=execution.start_date.timestamp(),
        stopped=execution.stop_date.timestamp() if execution.stop_date else None,
        output=json.dumps(execution.output) if status == "SUCCEEDED" else None,
        error=execution.error,
        cause=execution.cause,
    )
