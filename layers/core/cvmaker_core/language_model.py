"""The one place that talks to a chat model.

A model only ever *proposes*: whoever calls this verifies the answer. So nothing here raises
for a model's or a provider's fault; every way to fail is a typed warning on the outcome, and
the stage goes on with its deterministic baseline. The one exception is asked for: a budget that
`waits` lets a throttled call (429) raise `ProviderThrottled`, so that the state machine waits and
the job is slowed down rather than left without its proposals.

- Any OpenAI-compatible server works. The Responses API with a strict JSON Schema is tried
  first; a server without it is asked through Chat Completions, with less and less help from
  the server for the answer's form.
- Nothing is stored at the provider (`store=false`) and contact details are removed from what
  is sent.
- Retries live in the SDK alone (two, honouring Retry-After), stop at the deadline, and never
  follow a spent quota.
- The budget is checked before a call, from an estimate that errs upwards.
"""

import json
import re
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cvmaker_core.aws import read_secret
from cvmaker_core.contact_details import redact_value
from cvmaker_core.errors import ProviderThrottled, TransientError
from cvmaker_core.hashing import content_hash
from cvmaker_core.prices import ModelPrice, dearest_model_price, model_price
from cvmaker_core.schema.artefacts import StageWarning, Tokens
from cvmaker_core.settings import ModelSettings

if TYPE_CHECKING:
    import httpx2
    from openai import OpenAI

Answer = TypeVar("Answer", bound=BaseModel)

MAX_RETRIES = 2
MAX_ANSWER_BYTES = 2 * 1024 * 1024
CONNECT_SECONDS = 5.0
SAFETY_MARGIN_SECONDS = 5.0  # left to a stage for its baseline and for writing the artefact
SHORTEST_USEFUL_CALL_SECONDS = 1.0
BYTES_PER_TOKEN = 3  # English is near 4, German near 3.3, Chinese 3 (one sign): an upper estimate of tokens
_WARNINGS = Path(__file__).with_name("data") / "model_warnings.json"
_FRONT_MATTER = re.compile(r"\A---\n(?P<header>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)

# From most to least help with the answer's form.
_UNUSED_SCHEMA_KEYS = {"default", "title", "properties", "$defs"}
_WAYS_TO_ASK = ("responses", "chat_schema", "chat_json", "chat_text")


class LanguageModelConfiguration(BaseModel):
    """Which model, where, and how long it may take. Frozen: it is the key of the client kept per container."""

    model_config = ConfigDict(frozen=True)

    api_key: str = Field(default="", repr=False)
    base_url: str = ""
    model: str = "gpt-6-luna"
    timeout_seconds: float = 60.0
    reasoning_effort: str = ""
    usd_per_million_input: float | None = None
    usd_per_million_output: float | None = None
    max_answer_tokens: int = Field(default=100_000, description="Upper limit for every answer, for small servers.")
    problem: str = Field(default="", description="A warning code: why there is no model now.")

    @property
    def usable(self) -> bool:
        """A key is needed for the provider's own address only; a server of one's own may want none."""
        return not self.problem and bool(self.api_key or self.base_url)

    def price(self) -> ModelPrice:
        """Configured, else from the table; else OpenAI's dearest, or nothing for a server of one's own."""
        if self.usd_per_million_input is not None and self.usd_per_million_output is not None:
            return ModelPrice(input=self.usd_per_million_input, output=self.usd_per_million_output)
        unknown = ModelPrice(input=0, output=0) if self.base_url else dearest_model_price()
        return model_price(self.model) or unknown


@dataclass(frozen=True)
class Prompt:
    """A prompt file: `---`, `name:` and `version:` lines, `---`, then the instructions."""

    name: str
    version: str
    text: str

    @property
    def identity(self) -> str:
        """Goes into an artefact's inputs: a changed prompt is other work."""
        return f"{self.name}@{self.version}#{content_hash(self.text)[:12]}"


def load_prompt(path: Path) -> Prompt:
    """Read a prompt file.

    Raises
    ------
    ValueError
        If the header is missing: a prompt without a version cannot be told apart.

    """
    found = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    header = dict(line.split(": ", 1) for line in found["header"].splitlines()) if found else {}
    if not found or not {"name", "version"} <= header.keys():
        raise ValueError(f"{path.name} needs a header with name and version")
    return Prompt(header["name"], header["version"], found["body"].strip())


@dataclass
class JobBudget:
    """What one job may still spend on models, over all its stages and calls.

    `stopped` remembers a failure that the next call would only repeat (a bad key, a spent
    quota, no answer), so that a job pays for it once in time too. `waits` says that a throttled
    call may end the run, to be tried again later; never once an answer has been paid for, because
    the next run would pay for it again.
    """

    max_usd: float
    max_tokens: int
    spent_usd: float = 0.0
    spent_tokens: int = 0
    stopped: StageWarning | None = None
    waits: bool = False

    def allows(self, tokens: int, usd: float) -> bool:
        return self.spent_tokens + tokens <= self.max_tokens and self.spent_usd + usd <= self.max_usd

    def charge(self, tokens: int, usd: float) -> None:
        self.spent_tokens += tokens
        self.spent_usd += usd
        self.waits = False


@dataclass(frozen=True)
class ModelOutcome(Generic[Answer]):
    """Either a value of the asked-for shape, or the warning that says why there is none."""

    value: Answer | None
    warning: StageWarning | None
    tokens: Tokens = field(default_factory=Tokens)
    usd: float = 0.0
    requests: int = 0


def model_warning(code: str) -> StageWarning:
    """The warning of a code, worded in `data/model_warnings.json`."""
    return StageWarning(code=code, **_warning_texts()[code])


@lru_cache(maxsize=1)
def _warning_texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = json.loads(_WARNINGS.read_text(encoding="utf-8"))
    return texts


def estimate_tokens(text: str) -> int:
    """An upper estimate of a text's tokens, without the tokenizer's tables (which come from the network)."""
    return len(text.encode()) // BYTES_PER_TOKEN + 16


def strict_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """A model's JSON Schema as strict structured output wants it: closed objects, every property required."""

    def close(node: Any) -> Any:
        if isinstance(node, list):
            return [close(item) for item in node]
        if not isinstance(node, dict):
            return node
        closed = {key: close(value) for key, value in node.items() if key not in _UNUSED_SCHEMA_KEYS}
        for group in ("properties", "$defs"):  # their keys are names, not schema words: one may be called "title"
            if group in node:
                closed[group] = {name: close(value) for name, value in node[group].items()}
        if "properties" in closed:
            closed |= {"additionalProperties": False, "required": list(closed["properties"])}
        return closed

    schema: dict[str, Any] = close(answer.model_json_schema())
    return schema


@dataclass(frozen=True)
class _Question:
    """One question, however it is put."""

    instructions: str
    text: str
    name: str
    schema: dict[str, Any]
    max_output_tokens: int


@dataclass
class _Call:
    """One call under way: its deadline, and what the transport saw."""

    deadline: float
    waits: bool = False
    requests: int = 0
    cut: str | None = None

    @property
    def seconds_left(self) -> float:
        return self.deadline - time.monotonic()


_current_call: ContextVar[_Call] = ContextVar("_current_call")


class _Failure(Exception):
    """Ends a call with a warning code. Stays inside this module."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LanguageModel:
    """A chat model behind one configuration. Build it once per container and share it."""

    def __init__(self, configuration: LanguageModelConfiguration) -> None:
        self.configuration = configuration
        self._client: OpenAI | None = None
        self._way = 0

    @property
    def identity(self) -> str:
        """Goes into an artefact's inputs: another model, or the same name elsewhere, is other work."""
        configuration = self.configuration
        where = f"@{content_hash(configuration.base_url)[:8]}" if configuration.base_url else ""
        effort = f"/{configuration.reasoning_effort}" if configuration.reasoning_effort else ""
        return f"{configuration.model}{where}{effort}"

    def ask(
        self,
        prompt: Prompt,
        data: Any,
        answer: type[Answer],
        *,
        budget: JobBudget,
        max_output_tokens: int = 4000,
        remaining_seconds: float = 900.0,
        private: Sequence[str] = (),
    ) -> ModelOutcome[Answer]:
        """Ask for an answer of one shape.

        Parameters
        ----------
        prompt
            The instructions, from a prompt file.
        data
            JSON given to the model as data; contact details are removed from it here.
        answer
            The Pydantic model of the answer.
        budget
            The job's; charged by what the call really used.
        max_output_tokens
            Where the provider cuts the answer off; with the estimated input, what the budget must allow.
        remaining_seconds
            Time left to the function; the call, with its retries, ends well before.
        private
            Values to remove wherever they stand (see `contact_details.private_values`).

        Raises
        ------
        ProviderThrottled
            Only with a budget that waits.

        """
        if budget.stopped:
            return ModelOutcome(None, budget.stopped)
        if not self.configuration.usable:
            return self._stop(budget, self.configuration.problem or "model_no_key")
        max_output_tokens = min(max_output_tokens, self.configuration.max_answer_tokens)
        text = json.dumps(redact_value(data, private), ensure_ascii=False)
        schema = strict_schema(answer)
        question = _Question(prompt.text, text, answer.__name__, schema, max_output_tokens)
        expected_input = estimate_tokens(prompt.text + text + json.dumps(schema))
        price = self.configuration.price()
        highest = price.usd(expected_input, max_output_tokens)
        if not budget.allows(expected_input + max_output_tokens, highest):
            return ModelOutcome(None, model_warning("model_over_budget"))
        seconds = min(self.configuration.timeout_seconds, remaining_seconds - SAFETY_MARGIN_SECONDS)
        if seconds < SHORTEST_USEFUL_CALL_SECONDS:
            return ModelOutcome(None, model_warning("model_no_time"))

        call = _Call(deadline=time.monotonic() + seconds, waits=budget.waits)
        token = _current_call.set(call)
        tokens, usd = Tokens(), 0.0
        try:
            while True:
                asked_by = _WAYS_TO_ASK[self._way]
                reply = self._send(question, call)
                spent = price.usd(reply.input_tokens, reply.output_tokens)
                budget.charge(reply.input_tokens + reply.output_tokens, spent)
                tokens = Tokens(input=tokens.input + reply.input_tokens, output=tokens.output + reply.output_tokens)
                usd += spent
                value, code = (None, reply.problem) if reply.problem else _read_answer(reply.text, answer)
                again = budget.allows(expected_input + max_output_tokens, highest)
                if not (again and self._ignores_schemas(asked_by, reply)):
                    break
                self._way += 1
        except _Failure as failure:
            if failure.code == "model_timeout":  # it may have been computed and billed: the budget says so
                budget.charge(expected_input + max_output_tokens, highest)
            if failure.code == "model_throttled" and budget.waits:
                raise ProviderThrottled(
                    "provider_throttled", "The language model's provider asked us to slow down."
                ) from None
            return ModelOutcome(None, self._stop(budget, failure.code).warning, tokens, usd, call.requests)
        finally:
            _current_call.reset(token)
        return ModelOutcome(value, model_warning(code) if code else None, tokens, usd, call.requests)

    def _ignores_schemas(self, asked_by: str, reply: "_Reply") -> bool:
        """Whether a server of one's own answered the Responses API in prose: llama.cpp's heeds schemas in chat only."""
        if asked_by != "responses" or not self.configuration.base_url or reply.problem or self._way:
            return False
        return bool(reply.text.strip()) and not reply.text.lstrip().startswith(("{", "```"))

    def _stop(self, budget: JobBudget, code: str) -> ModelOutcome[Any]:
        """Every failure of the connection holds for the job's next call as well."""
        budget.stopped = model_warning(code)
        return ModelOutcome(None, budget.stopped)

    def _send(self, question: _Question, call: _Call) -> "_Reply":
        """Ask in the best way the server knows; remembers which that is."""
        import httpx2
        import openai

        client = self._connect()
        while True:
            way = _WAYS_TO_ASK[self._way]
            try:
                if way == "responses":
                    body = self._ask_responses(client, question)
                else:
                    body = self._ask_chat(client, question, way)
                break
            except openai.APIStatusError as error:
                if _can_step_down(way, error.status_code, str(error.code or "")) and way != _WAYS_TO_ASK[-1]:
                    self._way += 1
                    continue
                raise _Failure(_status_code_warning(error.status_code, str(error.code or ""))) from None
            except (openai.APITimeoutError, httpx2.TimeoutException):
                raise _Failure("model_timeout") from None
            except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, TypeError):
                raise _Failure("model_timeout" if call.seconds_left <= 0 else "model_unreachable") from None
        if call.cut:
            raise _Failure(call.cut)
        return _read_responses(body) if way == "responses" else _read_chat(body)

    def _connect(self) -> "OpenAI":
        if self._client is None:
            import httpx2
            from openai import DefaultHttpxClient, OpenAI

            timeout = httpx2.Timeout(self.configuration.timeout_seconds, connect=CONNECT_SECONDS)
            self._client = OpenAI(
                api_key=self.configuration.api_key or "none",
                base_url=self.configuration.base_url or None,
                max_retries=MAX_RETRIES,
                timeout=timeout,
                default_headers={"Accept-Encoding": "identity"},
                http_client=DefaultHttpxClient(
                    timeout=timeout, event_hooks={"request": [_before_request], "response": [_after_response]}
                ),
            )
        return self._client

    def _ask_responses(self, client: "OpenAI", question: _Question) -> Any:
        extra: dict[str, Any] = {}
        if self.configuration.reasoning_effort:
            extra["reasoning"] = {"effort": self.configuration.reasoning_effort}
        schema_format: Any = {"type": "json_schema", "name": question.name, "schema": question.schema, "strict": True}
        raw = client.responses.with_raw_response.create(
            model=self.configuration.model,
            instructions=question.instructions,
            input=[{"role": "user", "content": question.text}],
            text={"format": schema_format},
            max_output_tokens=question.max_output_tokens,
            store=False,
            **extra,
        )
        return _json_or_none(raw.http_response.content)

    def _ask_chat(self, client: "OpenAI", question: _Question, way: str) -> Any:
        extra: dict[str, Any] = {}
        instructions = question.instructions
        if way == "chat_schema":
            schema = {"name": question.name, "schema": question.schema, "strict": True}
            extra["response_format"] = {"type": "json_schema", "json_schema": schema}
        else:
            instructions += "\n\nAnswer with one JSON object of this JSON Schema:\n" + json.dumps(question.schema)
            if way == "chat_json":
                extra["response_format"] = {"type": "json_object"}
        raw = client.chat.completions.with_raw_response.create(
            model=self.configuration.model,
            messages=[{"role": "system", "content": instructions}, {"role": "user", "content": question.text}],
            max_tokens=question.max_output_tokens,
            **extra,
        )
        return _json_or_none(raw.http_response.content)


def configured_model(configuration: ModelSettings) -> LanguageModel:
    """The model that the environment names, with the key of the secret.

    A secret that cannot be read now is no reason to fail a job: the model then says so when asked.
    """
    problem = ""
    try:
        secret = read_secret(configuration.openai_secret_arn)
    except TransientError:
        secret, problem = {}, "model_secret_unavailable"
    return language_model(
        LanguageModelConfiguration(
            api_key=str(secret.get("api_key") or ""),
            base_url=configuration.openai_base_url,
            model=configuration.openai_model,
            timeout_seconds=configuration.openai_timeout_seconds,
            reasoning_effort=configuration.openai_reasoning_effort,
            usd_per_million_input=configuration.openai_usd_per_million_input,
            usd_per_million_output=configuration.openai_usd_per_million_output,
            problem=problem,
        )
    )


@lru_cache(maxsize=4)
def language_model(configuration: LanguageModelConfiguration) -> LanguageModel:
    """The model of a configuration, built once per container."""
    return LanguageModel(configuration)


# --- transport ---------------------------------------------------------------------------------


def _before_request(request: "httpx2.Request") -> None:
    """Each attempt gets the time that is left, not a fresh allowance."""
    import httpx2

    call = _current_call.get()
    call.requests += 1
    left = call.seconds_left
    if left <= 0:
        raise httpx2.ReadTimeout("deadline", request=request)
    request.extensions["timeout"] = {
        "connect": min(CONNECT_SECONDS, left),
        "read": left,
        "write": left,
        "pool": left,
    }


def _after_response(response: "httpx2.Response") -> None:
    """Bound the body in time and size, and tell the SDK when another attempt is useless."""
    call = _current_call.get()
    response.headers.pop("content-encoding", None)  # we asked for none; a compressed bomb stays small and unread
    response.stream = _bounded(response.stream, call)
    if response.status_code == 429 or response.status_code >= 500:
        response.read()
        error = _error_of(_json_or_none(response.content))
        wait = _seconds(response.headers.get("retry-after"))
        # Waiting inside a function is paid for by the millisecond; the state machine waits for nothing.
        later = call.waits and response.status_code == 429
        if later or "insufficient_quota" in (error.get("code"), error.get("type")) or wait >= call.seconds_left:
            response.headers["x-should-retry"] = "false"


def _bounded(stream: Any, call: _Call) -> Any:
    import httpx2

    class BoundedStream(httpx2.SyncByteStream):
        """A body that ends, quietly, at the size limit or the deadline; the call remembers why.

        Raising would make the SDK ask again; a body that drips for ever passes every socket timeout.
        """

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for chunk in stream:
                size += len(chunk)
                if size > MAX_ANSWER_BYTES:
                    call.cut = "model_answer_too_large"
                elif call.seconds_left <= 0:
                    call.cut = "model_timeout"
                if call.cut:
                    return
                yield chunk

        def close(self) -> None:
            stream.close()

    return BoundedStream()


def _seconds(header: str | None) -> float:
    try:
        return float(header or 0)
    except ValueError:
        return 0.0


def _json_or_none(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _error_of(body: Any) -> dict[str, Any]:
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _can_step_down(way: str, status: int, code: str) -> bool:
    """Whether the status says "I do not know this way of asking" rather than "I refuse this request"."""
    if code in {"model_not_found", "context_length_exceeded", "invalid_api_key"}:
        return False
    return status in ({404, 405, 501} if way == "responses" else {400, 422, 501})


def _status_code_warning(status: int, code: str) -> str:
    if code == "insufficient_quota":
        return "model_quota"
    return {401: "model_bad_key", 403: "model_bad_key", 404: "model_not_found", 408: "model_timeout"}.get(
        status,
        "model_throttled" if status == 429 else "model_server_error" if status >= 500 else "model_rejected_request",
    )


# --- answers -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reply:
    """What a server said: text, or the warning code of a problem, and its own count of tokens."""

    text: str = ""
    problem: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0


class _Usage(BaseModel):
    input_tokens: int = 0
    output_tokens: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Part(BaseModel):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Item(BaseModel):
    type: str = ""
    content: list[_Part] | None = None


class _Responses(BaseModel):
    status: str = "completed"
    output: list[_Item]
    usage: _Usage | None = None


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Chat(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


def _read_responses(body: Any) -> _Reply:
    try:
        answer = _Responses.model_validate(body)
    except ValidationError:
        return _Reply(problem="model_bad_answer")
    parts = [part for item in answer.output if item.type == "message" for part in item.content or []]
    usage = answer.usage or _Usage()
    problem = None
    if any(part.type == "refusal" for part in parts):
        problem = "model_refused"
    elif answer.status != "completed":
        problem = "model_truncated"
    text = "".join(part.text or "" for part in parts if part.type == "output_text")
    return _Reply(text, problem, usage.input_tokens, usage.output_tokens)


def _read_chat(body: Any) -> _Reply:
    try:
        answer = _Chat.model_validate(body)
    except ValidationError:
        return _Reply(problem="model_bad_answer")
    choice = answer.choices[0]
    usage = answer.usage or _Usage()
    problem = None
    if choice.message.refusal or choice.finish_reason == "content_filter":
        problem = "model_refused"
    elif choice.finish_reason == "length":
        problem = "model_truncated"
    return _Reply(choice.message.content or "", problem, usage.prompt_tokens, usage.completion_tokens)


def _read_answer(text: str, answer: type[Answer]) -> tuple[Answer | None, str | None]:
    """The answer in its shape, or why not. A server without JSON mode may wrap the object in prose or a fence."""
    start, end = text.find("{"), text.rfind("}")
    try:
        return answer.model_validate_json(text[start : end + 1] if 0 <= start < end else text), None
    except ValidationError:
        return None, "model_bad_answer"
