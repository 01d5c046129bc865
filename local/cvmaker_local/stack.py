"""The local stack: `template.yaml`, running on this machine.

>>> with LocalStack(Path("template.yaml")) as stack:            # doctest: +SKIP
...     stack.client("s3").put_object(Bucket=stack.bucket, Key="uploads/cv.pdf", Body=content)
...     stack.wait_for_executions()
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import logging
import os
import platform
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cvmaker_local.clients import Clients
from cvmaker_local.event_bus import EventBus, UndeliverableError
from cvmaker_local.faults import FaultInjector
from cvmaker_local.http_server import HttpServer, PortInUseError, WsgiApplication
from cvmaker_local.permissions import Role, read_roles, role_of
from cvmaker_local.requested_actions import RequestedAction, function_of_key, key_of_process
from cvmaker_local.runtime_host import (
    FunctionConfiguration,
    InvokeResult,
    RuntimeHost,
    UnknownFunctionError,
)
from cvmaker_local.signatures import SECRET_KEY
from cvmaker_local.storage import Storage, StoredExecution
from cvmaker_local.template import API_PLACEHOLDER, TranslatedTemplate, map_strings, translate

if TYPE_CHECKING:
    from cvmaker_local.user_pool import UserPool

__all__ = ["InvokeResult", "LocalStack", "PortInUseError", "StackInUseError"]

logger = logging.getLogger(__name__)

REGION = "eu-west-1"
STACK_NAME = "cvmaker-local"
LOCAL_KEY = "local"
TEMPORARY_PREFIX = "cvmaker-stack-"
# Lambda tries a failed asynchronous invocation twice more.
ASYNCHRONOUS_DELAYS = (1.0, 2.0)


class StackInUseError(RuntimeError):
    """Another process runs a stack on the same data folder."""


class LocalStack:
    """The deployed architecture on one machine.

    Parameters
    ----------
    template
        template.yaml; the only description of the system.
    data_dir
        Where uploads, results, vectors and logs are kept; None: a temporary folder that goes with the stack.
    api_port
        Port of the API; 0 takes a free one.
    web_port
        Port of the web app's server; None: no web app. Its origin becomes the parameter ``AppOrigin``.
    parameters
        Values for the template's parameters; they win over the stack's own choices.
    openai_api_key, openai_base_url, pinecone_api_key
        Default: ``OPENAI_API_KEY``, ``OPENAI_BASE_URL``, ``PINECONE_API_KEY`` of the environment (and ``OPENAI_MODEL``
        for the parameter OpenAiModel). Without a key there is no model; embeddings and vectors then come from the
        local servers. ``CVMAKER_EMBEDDINGS=local`` keeps embeddings local in any case.
    watch_code
        Use changed code at once (development).
    prestart
        Start the pipeline's function processes in the background while the first ones work.
    maximum_concurrency
        Processes per function; default: as many as processors, at least 3 and at most 8.
    python, runtime_site
        Run the artefacts of ``sam build`` (`template` is then the one in its folder) with that interpreter; the folder
        `runtime_site` holds what Lambda's runtime brings: ``awslambdaric`` and ``boto3`` for it.
    wait_scale
        What the state machine's waits before a retry are multiplied with (load and fault tests compress time).
    faults
        Spoils chosen calls on their way to the services (see `faults`).
    """

    def __init__(
        self,
        template: Path | str = Path("template.yaml"),
        data_dir: Path | str | None = None,
        api_port: int = 0,
        parameters: Mapping[str, str] | None = None,
        *,
        web_port: int | None = None,
        web_root: Path | None = None,
        openai_api_key: str | None = None,
        openai_base_url: str | None = None,
        pinecone_api_key: str | None = None,
        watch_code: bool = False,
        prestart: bool = True,
        maximum_concurrency: int | None = None,
        python: Path | None = None,
        runtime_site: Path | None = None,
        vector_delay_seconds: float = 0.2,
        wait_scale: float = 1.0,
        faults: FaultInjector | None = None,
    ) -> None:
        self.wait_scale = wait_scale
        self.faults = faults
        self.template_path = Path(template).resolve()
        self.parameters = dict(parameters or {})
        self.web_root = web_root
        self.watch_code = watch_code
        self.prestart = prestart
        self.maximum_concurrency = maximum_concurrency or min(8, max(3, os.cpu_count() or 1))
        self.python = python
        self.runtime_site = runtime_site
        self.vector_delay_seconds = vector_delay_seconds
        environment = os.environ
        self.openai_api_key = openai_api_key if openai_api_key is not None else environment.get("OPENAI_API_KEY", "")
        self.openai_base_url = openai_base_url or environment.get("OPENAI_BASE_URL", "")
        self.pinecone_api_key = (
            pinecone_api_key if pinecone_api_key is not None else environment.get("PINECONE_API_KEY", "")
        )
        self.region = REGION
        self.outputs: dict[str, str] = {}
        self.bucket = ""
        self.state_machine_arn = ""
        self.api_key = ""
        self.user_pool: UserPool | None = None
        self.resumed: list[str] = []
        self.left_out: dict[str, str] = {}
        self._temporary = data_dir is None
        self.data_dir = (
            Path(data_dir).resolve() if data_dir is not None else Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX))
        )
        self._closers: list[Callable[[], Any]] = []
        self._stop_lock = threading.Lock()
        self._started = False
        self._textract: Any = None
        self._failure_queues: dict[str, str] = {}
        self.roles: dict[str, Role] = {}
        self._ports = (api_port, web_port)
        self.translated: TranslatedTemplate
        self.host: RuntimeHost
        self.bus: EventBus
        self.adapter: Any

    # ---------------------------------------------------------------------------------------------------- life cycle

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Start everything; on failure nothing is left running.

        Raises
        ------
        PortInUseError, StackInUseError, TemplateError
        """
        if self._started:
            return self
        self._started = True
        atexit.register(self.stop)
        self._handle_termination()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def _handle_termination(self) -> None:
        """Make SIGTERM unwind like Ctrl-C, unless the program handles it: documents must not stay behind."""
        if threading.current_thread() is not threading.main_thread():
            return
        if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
            return

        def terminate(number: int, _: object) -> None:
            raise SystemExit(128 + number)

        def restore() -> None:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, signal.SIG_DFL)

        signal.signal(signal.SIGTERM, terminate)
        self._closers.append(restore)

    def _start(self) -> None:
        self._shield_from_aws_settings()
        self._lock_data_dir()
        self._log_to_file()
        self._bind_servers()
        self._start_providers()
        self._start_user_pool()
        from moto.moto_server import werkzeug_app

        from cvmaker_local.aws_endpoint import AwsEndpoint
        from cvmaker_local.moto_adapter import ACCOUNT, MotoAdapter

        self.storage = Storage(self.data_dir / "state.sqlite")
        self._closers.append(self.storage.close)
        self.adapter = MotoAdapter(
            self.region, self.endpoint_url, self._on_event, self.storage.save_execution, self.wait_scale
        )
        self.adapter.install()
        self._closers.append(self.adapter.uninstall)
        self.bus = EventBus(
            self.adapter.rules,
            {
                "states": self._send_to_state_machine,
                "lambda": self._send_to_function,
                "sqs": lambda arn, payload: self.adapter.send_to_queue(arn, payload, {}),
                "logs": lambda arn, payload: logger.info("event for %s: %s", arn, payload),
            },
            self.adapter.send_to_queue,
            account=ACCOUNT,
            region=self.region,
        )
        self._closers.append(self.bus.close)
        self.host = RuntimeHost(
            self.data_dir / "runtime",
            self.data_dir / "logs",
            self._base_environment(),
            maximum_concurrency=self.maximum_concurrency,
            python=self.python,
            runtime_site=self.runtime_site,
            watch_code=self.watch_code,
        )
        self._closers.append(self.host.close)
        werkzeug_app.DISABLE_GLOBAL_CORS = True  # S3's CORS answers follow the bucket's rules
        moto_application = werkzeug_app.DomainDispatcherApplication(werkzeug_app.create_backend_app)
        self.endpoint = AwsEndpoint(
            moto_application,
            self._invoke_for_client,
            self._detect_text,
            self.adapter,
            self._on_object_change,
            self._may,
        )
        self.endpoint_server.start(self._spoiled("aws", self.endpoint))
        self._create_resources()
        self._restore()
        self._start_gateway()
        if self.prestart:
            self.host.prestart(self.pipeline_functions())
            if self.embeddings_url:
                self.embeddings.warm_up()
        self.bus.start_timers()
        threading.Thread(target=self._expire_daily, name="lifecycle", daemon=True).start()
        self._closers.append(self.adapter.freeze)

    def _shield_from_aws_settings(self) -> None:
        """While the stack runs, this process knows no AWS profile or endpoint of the person: nothing may reach AWS."""
        saved = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}

        def restore() -> None:
            for name in [name for name in os.environ if name.startswith("AWS_")]:
                del os.environ[name]
            os.environ.update(saved)

        for name in saved:
            del os.environ[name]
        os.environ.update(
            AWS_CONFIG_FILE=os.devnull,
            AWS_SHARED_CREDENTIALS_FILE=os.devnull,
            AWS_EC2_METADATA_DISABLED="true",
            AWS_DEFAULT_REGION=self.region,
        )
        self._closers.append(restore)

    def _lock_data_dir(self) -> None:
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's documents
        lock = (self.data_dir / ".lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise StackInUseError(f"Another local stack already uses {self.data_dir}.") from None
        self._closers.append(lock.close)
        if self._temporary:
            remove_abandoned_folders(self.data_dir.parent)
        # Sandboxes of a stack that was killed.
        shutil.rmtree(self.data_dir / "runtime" / "tmp", ignore_errors=True)

    def _log_to_file(self) -> None:
        """The stack's own warnings and moto's go to logs/stack.log: the terminal belongs to the program."""
        folder = self.data_dir / "logs"
        folder.mkdir(exist_ok=True)
        handler = logging.FileHandler(folder / "stack.log", encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        loggers = [logging.getLogger(name) for name in ("cvmaker_local", "moto")]

        def restore() -> None:
            for log in loggers:
                log.removeHandler(handler)
                log.propagate = True
            handler.close()

        for log in loggers:
            log.addHandler(handler)
            log.propagate = False
        self._closers.append(restore)

    def _bind_servers(self) -> None:
        """Bind all ports first: addresses go into the template's parameters."""
        from cvmaker_local.aws_endpoint_handler import EndpointRequestHandler

        api_port, web_port = self._ports
        self.endpoint_server = self._bind(0, EndpointRequestHandler)
        self.api_server = self._bind(api_port)
        self.web_server = self._bind(web_port) if web_port is not None else None
        self.endpoint_url = self.endpoint_server.url
        self._clients = Clients(self.endpoint_url, self.region)
        self.api_url = f"{self.api_server.url}/v1"
        self.web_url = self.web_server.url if self.web_server else ""

    def _bind(self, port: int, handler: Any = None) -> HttpServer:
        server = HttpServer(port, handler) if handler else HttpServer(port)
        self._closers.append(server.stop)
        return server

    def _start_providers(self) -> None:
        """The servers that stand in for Pinecone and OpenAI's embeddings, unless a key names the real ones."""
        self.pinecone_url = ""
        self.embeddings_url = ""
        if not self.pinecone_api_key:
            from cvmaker_local.pinecone_server import PineconeServer, VectorStore

            store = VectorStore(self.data_dir / "vectors.sqlite", self.vector_delay_seconds)
            self._closers.append(store.close)
            server = self._bind(0)
            self.pinecone = PineconeServer(store, server.url, LOCAL_KEY)
            self.pinecone_url = server.url
            server.start(self._spoiled("pinecone", self.pinecone))
        if not self.openai_api_key or os.environ.get("CVMAKER_EMBEDDINGS") == "local":
            from cvmaker_local.embeddings_server import EmbeddingsServer

            server = self._bind(0)
            self.embeddings = EmbeddingsServer(LOCAL_KEY)
            self._closers.append(self.embeddings.close)
            self.embeddings_url = f"{server.url}/v1"
            server.start(self._spoiled("embeddings", self.embeddings))

    def _spoiled(self, service: str, application: WsgiApplication) -> WsgiApplication:
        """A server's application with the fault injector, if there is one, in front of it."""
        return self.faults.before(service, application, self) if self.faults else application

    def _base_environment(self) -> dict[str, str]:
        return {
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_EC2_METADATA_DISABLED": "true",
            **self._proxy_environment(),
        }

    def _proxy_environment(self) -> dict[str, str]:
        """How this machine reaches the internet, for functions that call a real provider; else nothing."""
        if not (self.openai_api_key or self.pinecone_api_key):
            return {}
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
        found = {name: value for name in names if (value := os.environ.get(name) or os.environ.get(name.lower()))}
        if any(name.endswith("_PROXY") for name in found):
            known = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
            found["NO_PROXY"] = ",".join([*filter(None, [known]), "127.0.0.1", "localhost"])
        return found

    def template_parameters(self) -> dict[str, str]:
        """What a local deployer would choose."""
        architecture = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
        chosen = {"StageName": "local", "FunctionArchitecture": architecture, "TracingMode": "PassThrough"}
        if self.web_url:
            chosen["AppOrigin"] = self.web_url
        chosen |= self._provider_parameters()
        return chosen | self.parameters

    def _provider_parameters(self) -> dict[str, str]:
        chosen = {}
        if self.openai_base_url:
            chosen["OpenAiBaseUrl"] = self.openai_base_url
        if os.environ.get("OPENAI_MODEL"):
            chosen["OpenAiModel"] = os.environ["OPENAI_MODEL"]
        if self.embeddings_url:
            from cvmaker_local.embeddings_server import DIMENSIONS, MODEL_NAME

            chosen |= {
                "EmbeddingsBaseUrl": self.embeddings_url,
                "EmbeddingModel": MODEL_NAME,
                "EmbeddingDimensions": str(DIMENSIONS),
            }
        if self.pinecone_url:
            chosen["PineconeControlPlaneUrl"] = self.pinecone_url
        if self.user_pool is not None:
            chosen |= {"CognitoIssuer": self.user_pool.issuer, "CognitoClientId": self.user_pool.client_id}
        return chosen

    def _start_user_pool(self) -> None:
        """Where the deployment would create a user pool, this machine's own speaks for it."""
        if self.parameters.get("CreateUserPool") != "on":
            return
        from cvmaker_local.user_pool import UserPool

        # What a deployer would find at the pool's own address is here at another: an existing pool, to the template.
        self.parameters["CreateUserPool"] = "off"
        server = self._bind(0)
        self.user_pool = UserPool(server.url, self.web_url)
        server.start(self.user_pool)

    def _create_resources(self) -> None:
        wanted = self.template_parameters()
        self.translated = translate(self.template_path, wanted, self.region)
        self.left_out = self.translated.left_out
        declared = self.translated.parameters
        values = {name: str(value) for name, value in wanted.items() if name in declared}
        outputs = self.adapter.create_stack(STACK_NAME, self.translated.cloudformation, values)
        self.outputs = self._localise(outputs)
        self._configure_buckets()
        self._read_roles()
        self._register_functions()
        machines = self.adapter.state_machines()
        self.state_machine_arn = str(machines[0].arn) if machines else ""
        self._put_secrets()

    def _localise(self, value: Any) -> Any:
        """The API's cloud address becomes its local one."""
        address = f"https://{API_PLACEHOLDER}.execute-api.{self.region}.amazonaws.com"
        return map_strings(value, lambda text: text.replace(address, self.api_server.url))

    def _read_roles(self) -> None:
        """What each function, and the state machine, may do; by logical id."""
        resources = self.translated.cloudformation["Resources"]
        roles = read_roles(resources, self.adapter.resolve)
        machines = [name for name, item in resources.items() if item["Type"] == "AWS::StepFunctions::StateMachine"]
        for logical_id in machines[:1]:  # one signs for all: there is one
            role = role_of(resources[logical_id]["Properties"].get("RoleArn"))
            self.roles[logical_id] = roles.get(role or "", Role([]))
            self.adapter.sign_tasks_as(key_of_process(logical_id, 0))
        for logical_id, properties in self.translated.functions.items():
            self.roles[logical_id] = roles.get(role_of(properties.get("Role")) or "", Role([]))

    def _may(self, key: str, wanted: RequestedAction) -> bool:
        """Whether a caller may do something: a function by its role, the person at this machine everything."""
        function = function_of_key(key)
        if function is None:
            return True
        allowed = function in self.roles and self.roles[function].may(wanted.action, wanted.resource, wanted.context)
        if not allowed:
            logger.warning("%s may not %s", function, wanted.action)
        return allowed

    def _configure_buckets(self) -> None:
        """What moto's CloudFormation leaves out of a bucket: notifications, CORS, versions, expiry."""
        for logical_id, resource in self.translated.cloudformation["Resources"].items():
            if resource["Type"] != "AWS::S3::Bucket":
                continue
            name = self.adapter.physical_id(logical_id)
            self.bucket = self.bucket or name
            properties = self.adapter.resolve(resource.get("Properties", {}))
            if "EventBridgeConfiguration" in (properties.get("NotificationConfiguration") or {}):
                self.adapter.event_buckets.add(name)
                self.adapter.bucket(name).set_notification_configuration({"EventBridgeConfiguration": {}})
            self.endpoint.cors_rules[name] = (properties.get("CorsConfiguration") or {}).get("CorsRules", [])
            versioning = (properties.get("VersioningConfiguration") or {}).get("Status")
            if versioning:
                self.adapter.bucket(name).versioning_status = versioning
            self._configure_expiry(name, properties)

    def _configure_expiry(self, name: str, properties: dict[str, Any]) -> None:
        rules = []
        for rule in (properties.get("LifecycleConfiguration") or {}).get("Rules", []):
            if rule.get("ExpirationInDays"):
                expiry = {
                    "ID": rule.get("Id", "rule"),
                    "Status": rule["Status"],
                    "Filter": {"Prefix": rule.get("Prefix", "")},
                    "Expiration": {"Days": int(rule["ExpirationInDays"])},
                }
                rules.append(expiry)
        if rules:
            self.client("s3").put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})

    def _register_functions(self) -> None:
        for logical_id, raw in self.translated.functions.items():
            code = raw.get("_code")
            properties = self.adapter.resolve({key: value for key, value in raw.items() if key != "_code"})
            variables = (properties.get("Environment") or {}).get("Variables") or {}
            # Ref of a left-out layer is its placeholder.
            layers = [
                path
                for wanted in properties.get("Layers", [])
                for name, path in self.translated.layers.items()
                if wanted == f"local-{name}"
            ]
            if code is None:
                logger.warning("%s has no code folder and cannot be invoked", logical_id)
                continue
            name = self.adapter.physical_id(logical_id)
            arn = self.adapter.resolve({"Fn::GetAtt": [logical_id, "Arn"]})
            reserved = properties.get("ReservedConcurrentExecutions")
            self.host.add(
                FunctionConfiguration(
                    name=name,
                    logical_id=logical_id,
                    arn=arn,
                    handler=properties["Handler"],
                    task_root=code,
                    layers=tuple(layers),
                    environment={key: str(value) for key, value in self._localise(variables).items()},
                    timeout_seconds=float(properties.get("Timeout", 3)),
                    memory_mb=int(properties.get("MemorySize", 128)),
                    reserved_concurrency=int(reserved) if reserved is not None else None,
                )
            )

        for resource in self.translated.event_invoke:
            properties = self.adapter.resolve(resource["Properties"])
            destination = ((properties.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination", "")
            if ":sqs:" in destination:
                self._failure_queues[self.host.pool(properties["FunctionName"]).configuration.logical_id] = destination

    def _put_secrets(self) -> None:
        """As a deployer does after deployment: put the keys into the secrets, found by their logical ids."""
        for logical_id, resource in self.translated.cloudformation["Resources"].items():
            if resource["Type"] == "AWS::SecretsManager::Secret":
                value = self._secret_value(logical_id)
                if value is not None:
                    self.adapter.put_secret(self.adapter.physical_id(logical_id), json.dumps(value))

    def _secret_value(self, logical_id: str) -> dict[str, str] | None:
        name = logical_id.lower()
        if "openai" in name:
            value = {"api_key": self.openai_api_key}
            if self.embeddings_url:
                value["embeddings_api_key"] = LOCAL_KEY
            return value
        if "pinecone" in name:
            return {"api_key": self.pinecone_api_key or LOCAL_KEY}
        return None

    def _restore(self) -> None:
        """Bring back what was accepted before the last stop; jobs in flight go on."""
        for version in self.storage.versions():
            self.adapter.restore_version(version)
        for execution in self.storage.executions():
            if self.adapter.restore_execution(execution):
                self.resumed.append(execution.arn)
        for event in self.storage.undelivered_events():
            self._deliver(event)

    def _start_gateway(self) -> None:
        """The API, served from the template's OpenAPI body, and the web app beside it."""
        from cvmaker_local.api_gateway import ApiGateway, UsagePlan
        from cvmaker_local.moto_adapter import ACCOUNT
        from cvmaker_local.web_server import WebServer, hosting_headers

        self.api_key = LOCAL_KEY
        for key in self.translated.api_keys:
            self.api_key = str(self.adapter.resolve(key).get("Properties", {}).get("Value") or LOCAL_KEY)
        if self.web_server is not None:
            configuration: dict[str, Any] = {"apiUrl": self.api_url, "apiKey": self.api_key}
            parameters = self.template_parameters()
            issuer = parameters.get("CognitoIssuer", "")
            if issuer:
                configuration["signIn"] = {"authority": issuer, "clientId": parameters.get("CognitoClientId", "")}
            places = {"api": self.api_url, "store": self.endpoint_url, "sign_in": issuer}
            headers = hosting_headers(self.template_path, places)
            self.web_server.start(WebServer(self.web_root, self.web_url, configuration, headers))
        if not self.translated.rest_apis:
            return
        api = next(iter(self.translated.rest_apis.values()))
        body = self.adapter.resolve(api["Properties"].get("Body") or {})
        stages = [self.adapter.resolve(stage)["Properties"] for stage in self.translated.api_stages]
        plan = UsagePlan()
        for resource in self.translated.usage_plans:
            properties = self.adapter.resolve(resource).get("Properties", {})
            throttle, quota = properties.get("Throttle") or {}, properties.get("Quota") or {}
            if throttle:
                plan.rate, plan.burst = float(throttle["RateLimit"]), float(throttle["BurstLimit"])
            if quota.get("Period") == "DAY":
                plan.quota = int(quota["Limit"])
        settings = [item for stage in stages for item in stage.get("MethodSettings") or []]
        limits = next((item for item in settings if "ThrottlingRateLimit" in item), None)
        self.gateway = ApiGateway(
            body,
            [stage["StageName"] for stage in stages],
            self.host.invoke,
            api_keys=[self.api_key],
            usage_plan=plan,
            stage_throttle=(float(limits["ThrottlingRateLimit"]), float(limits["ThrottlingBurstLimit"]))
            if limits
            else None,
            region=self.region,
            account=ACCOUNT,
        )
        self.api_url = f"{self.api_server.url}/{stages[0]['StageName']}" if stages else self.api_url
        self.api_server.start(self.gateway)

    def stop(self) -> None:
        """Stop everything that was started, in reverse order. Idempotent."""
        with self._stop_lock:
            if not self._started:
                return
            self._started = False
            atexit.unregister(self.stop)
            while self._closers:
                closer = self._closers.pop()
                try:
                    closer()
                except Exception:
                    # The rest must still be stopped.
                    logger.exception("a part of the local stack did not stop cleanly")
            if self._temporary:
                shutil.rmtree(self.data_dir, ignore_errors=True)

    def wait_for_signal(self) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        stopped = threading.Event()
        previous = {
            number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            while not stopped.wait(1.0):
                pass
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    # -------------------------------------------------------------------------------------------------------- events

    def _on_object_change(self, bucket: str, keys: list[str], events: list[dict[str, Any]]) -> None:
        """Called before the client is answered: to disk first, then on their way."""
        waiting = list(events)
        for key in keys:
            mine = [event for event in waiting if event["detail"].get("object", {}).get("key") == key]
            waiting = [event for event in waiting if event not in mine]
            self.storage.replace_key(bucket, key, self.adapter.stored_versions(bucket, key), mine)
        for event in waiting:
            self.storage.add_event(event)
        for event in events:
            self._deliver(event)

    def _on_event(self, event: dict[str, Any]) -> None:
        with contextlib.suppress(Exception):  # an execution may end while the stack stops
            self.storage.add_event(event)
            self._deliver(event)

    def _deliver(self, event: dict[str, Any]) -> None:
        def delivered() -> None:
            if self.adapter.frozen:  # a target that was killed with the stack has not had its event
                return
            with contextlib.suppress(Exception):  # the stack may have stopped: then it is delivered once more
                self.storage.event_delivered(event["id"])

        self.bus.put(event, delivered)

    def _send_to_state_machine(self, arn: str, payload: str) -> None:
        self.adapter.start_execution(arn, payload)

    def _send_to_function(self, arn: str, payload: str) -> None:
        """An asynchronous invocation: Lambda itself tries three times, then drops the event."""
        for delay in (*ASYNCHRONOUS_DELAYS, None):
            try:
                result = self.host.invoke(arn, payload.encode())
            except UnknownFunctionError as error:
                raise UndeliverableError(f"No such function: {arn}") from error
            if result.error is None:
                return
            logger.warning("asynchronous invocation of %s failed: %s", arn, result.error_type)
            if delay is not None and self.bus.stopped.wait(delay):
                return
        self._send_to_failure_queue(arn, payload, result)

    def _send_to_failure_queue(self, arn: str, payload: str, result: InvokeResult) -> None:
        """The function's OnFailure destination, as `AWS::Lambda::EventInvokeConfig` names it."""
        queue = self._failure_queues.get(self.host.pool(arn).configuration.logical_id)
        if queue is None:
            return
        record = {
            "version": "1.0",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "requestContext": {
                "requestId": result.request_id,
                "functionArn": arn,
                "condition": "RetriesExhausted",
                "approximateInvokeCount": len(ASYNCHRONOUS_DELAYS) + 1,
            },
            "requestPayload": json.loads(payload),
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": result.error},
            "responsePayload": result.payload,
        }
        self.adapter.send_to_queue(queue, json.dumps(record), {})

    def run_schedule(self, name: str) -> int:
        """Fire the scheduled rules whose name contains `name`, now; returns how many targets they have."""
        return self.bus.run_schedule(name)

    def _expire_daily(self) -> None:
        """S3 applies lifecycle rules once a day; here also at the start, for a stack that is seldom up."""
        while not self.adapter.frozen:
            self.expire_objects()
            if self.bus.stopped.wait(24 * 3600.0):
                return

    def expire_objects(self, now: Any = None) -> list[tuple[str, str]]:
        """Run S3's lifecycle expiry as of `now`; returns the (bucket, key) pairs that were removed."""
        with self.endpoint.write_lock, self.adapter.collect_events() as events:
            gone: list[tuple[str, str]] = self.adapter.expire_objects(now)
            for bucket in {bucket for bucket, _ in gone}:
                self._on_object_change(bucket, [key for owner, key in gone if owner == bucket], events)
        return gone

    # ----------------------------------------------------------------------------------------------------- functions

    def invoke(self, name: str, event: Any) -> InvokeResult:
        """Run one function (logical id, name or ARN) and wait for its result.

        Raises
        ------
        UnknownFunctionError
        """
        return self.host.invoke(name, event)

    def _invoke_for_client(self, name: str, payload: bytes, asynchronous: bool) -> InvokeResult:
        if not asynchronous:
            return self.host.invoke(name, payload)
        self.host.pool(name)  # unknown functions are refused at once
        threading.Thread(target=self._send_to_function, args=(name, payload.decode()), daemon=True).start()
        return InvokeResult(None, None, "", 0.0, "")

    def _detect_text(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self._textract is None:
            from cvmaker_local.textract import LocalTextract

            self._textract = LocalTextract(lambda bucket, key: self.adapter.bucket(bucket).keys[key].value)
        answer: tuple[int, dict[str, Any]] = self._textract(request)
        return answer

    def pipeline_functions(self) -> list[str]:
        """Logical ids of the functions that a state machine calls when nothing fails, in order."""
        names: list[str] = []
        for machine in self.adapter.state_machines():
            for arn in functions_on_the_way(json.loads(machine.definition)):
                name = self.host.pool(arn).configuration.logical_id
                if name not in names:
                    names.append(name)
        return names

    def logs(self, text: str = "") -> list[str]:
        """Log lines of every invocation that mentions `text` (a job id, say), oldest first."""
        return self.host.logs(text)

    # ------------------------------------------------------------------------------------------------------- clients

    def client(self, service: str) -> Any:
        """A boto3 client for the local endpoint."""
        return self._clients.get(service)

    # ---------------------------------------------------------------------------------------------------- executions

    def executions(self, status: str | None = None) -> list[StoredExecution]:
        """All executions of the stack's state machines, oldest first."""
        from cvmaker_local.moto_adapter import stored_execution

        found = [stored_execution(item) for machine in self.adapter.state_machines() for item in machine.executions]
        return sorted((item for item in found if status in (None, item.status)), key=lambda item: item.started)

    def execution_history(self, arn: str) -> list[dict[str, Any]]:
        """The events of an execution."""
        history: dict[str, Any] = self.client("stepfunctions").get_execution_history(executionArn=arn)
        return list(history["events"])

    def wait_for_execution(self, arn: str, timeout: float = 120.0) -> StoredExecution:
        """Wait until an execution ends.

        Raises
        ------
        TimeoutError
        """
        for _ in poll(timeout):
            found = next((item for item in self.executions() if item.arn == arn), None)
            if found is not None and found.status != "RUNNING":
                return found
        raise TimeoutError(f"{arn} still runs after {timeout:.0f} s")

    def wait_for_executions(self, timeout: float = 120.0) -> list[StoredExecution]:
        """Wait until nothing is under way: no event undelivered, no execution running; returns all executions."""
        for _ in poll(timeout):
            if self.bus.wait_idle(0.05) and not self.executions("RUNNING"):
                return self.executions()
        raise TimeoutError(f"executions still run after {timeout:.0f} s")

    def job_files(self, owner: str, job_id: str) -> dict[str, int]:
        """Names and sizes (bytes) of the files in a job's folder."""
        prefix = f"jobs/{owner}/{job_id}/"
        keys = self.adapter.bucket(self.bucket).keys
        return {name.removeprefix(prefix): keys[name].size for name in list(keys) if name.startswith(prefix)}

    def wait_for_job(
        self,
        owner: str,
        job_id: str,
        timeout: float = 300.0,
        on_progress: Callable[[set[str]], None] | None = None,
        until: Iterable[str] = ("certificate.json", "error.json"),
    ) -> dict[str, int]:
        """Wait until a job has one of the files in `until`; tells `on_progress` of each new set of files.

        Raises
        ------
        TimeoutError
        """
        seen: set[str] = set()
        final = set(until)
        for _ in poll(timeout):
            files = self.job_files(owner, job_id)
            if set(files) != seen:
                seen = set(files)
                if on_progress is not None:
                    on_progress(seen)
            if final & seen:
                return files
        raise TimeoutError(f"job {job_id} is not finished after {timeout:.0f} s")


def functions_on_the_way(definition: dict[str, Any]) -> list[str]:
    """ARNs of the functions in the states that lead from the start without a Catch, in order."""
    found: list[str] = []
    states, waiting, seen = definition["States"], [definition["StartAt"]], set()
    while waiting:
        name = waiting.pop(0)
        if name in seen or name not in states:
            continue
        seen.add(name)
        state = states[name]
        target = (state.get("Parameters") or {}).get("FunctionName") or state.get("Resource", "")
        if ":function:" in target:
            found.append(target)
        following = [state.get("Next"), *(choice.get("Next") for choice in state.get("Choices", []))]
        waiting += [item for item in [*following, state.get("Default")] if item]
    return found


def remove_abandoned_folders(folder: Path) -> None:
    """Temporary folders of stacks that were killed: a live one holds its lock, and documents must not stay behind."""
    for left in folder.glob(f"{TEMPORARY_PREFIX}*"):
        try:
            if time.time() - (left / ".lock").stat().st_mtime < 1.0:  # made, perhaps not locked yet
                continue
            with (left / ".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
        except OSError:  # in use, someone else's, or not begun yet
            continue


def poll(timeout: float, interval: float = 0.03) -> Iterator[None]:
    """Yield now and again until `timeout` seconds have passed."""
    deadline = time.monotonic() + timeout
    while True:
        yield
        if time.monotonic() > deadline:
            return
        time.sleep(interval)
