"""What a target is asked and what it answers: the contract between the engine and the kinds of targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from evalhub.connections.chat import CallFailed, ChatReply, ChatRequest

JsonValue = Any


@dataclass(frozen=True, slots=True)
class Question:
    """What a target may know of an item; never the expected answer.

    `output` and `trace` are the recorded answer that came with the data, if one did.
    """

    input: str
    context: Sequence[JsonValue] | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    output: str | None = None
    trace: JsonValue = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one question, once.

    `output` is None where there is no answer; then `error_code` and `error_message` say why. `context` are the passages
    the target says it used, None where it says nothing: then the item's own stand. `calls` is what was sent and what
    came back, for people to read. Tokens and cost are None where nobody counted them.
    """

    output: str | None
    context: Sequence[JsonValue] | None = None
    trace: JsonValue = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    milliseconds: int | None = None
    cost: Decimal | None = None
    error_code: str = ""
    error_message: str = ""
    is_cached: bool = False
    calls: Sequence[Mapping[str, JsonValue]] = ()

    @classmethod
    def failed(cls, code: str, message: str, *, calls: Sequence[Mapping[str, JsonValue]] = ()) -> Answer:
        return cls(output=None, error_code=code, error_message=message, calls=calls)

    @classmethod
    def of_failure(cls, failure: CallFailed) -> Answer:
        """The answer to keep where the call came to nothing."""
        return cls.failed(failure.fault, failure.message)


class HttpReply(Protocol):
    """What an HTTP endpoint answered when all went well."""

    @property
    def status(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def milliseconds(self) -> int: ...


class Client(Protocol):
    """Asks the endpoint of one connection. Raises `CallFailed`, also for a status other than success."""

    async def chat(self, request: ChatRequest) -> ChatReply: ...

    async def send(
        self, *, method: str, path: str, body: JsonValue, headers: Mapping[str, str], key_header: str
    ) -> HttpReply:
        """Send below the connection's address, its key in the header of that name: "Bearer …" in Authorization."""
        ...


class Answerer(Protocol):
    """Asks one target. Lets `CallFailed` through: the engine knows what it means for the run.

    Trouble with one question (a value that its item lacks, a reply without an answer) is an answer with an error.
    `client` is None for targets that ask nobody. `repeat` counts from 0 where an item is asked several times.
    """

    async def answer(self, question: Question, *, client: Client | None, repeat: int) -> Answer: ...
