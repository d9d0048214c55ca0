"""What is said to a model endpoint and what comes back. No Django and no network here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

JsonValue = Any


class ReplyMode(StrEnum):
    """How an endpoint was asked to hold to a schema, from strict to none."""

    SCHEMA = "schema"
    JSON = "json"
    PLAIN = "plain"


class CallFault(StrEnum):
    """Why a call came to nothing, as far as it makes a difference to what is done next."""

    REFUSED_KEY = "refused_key"
    UNKNOWN_MODEL = "unknown_model"
    BAD_REQUEST = "bad_request"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    BROKEN_REPLY = "broken_reply"
    HOST_NOT_ALLOWED = "host_not_allowed"


class CallFailed(Exception):
    """A call that came to nothing after all its retries. `message` is a sentence for people, without secrets."""

    def __init__(self, fault: CallFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One chat completion to ask for.

    `messages` are `{"role": …, "content": …}`. `schema` is the JSON schema that the reply has to follow, None for free
    text. `repeat` tells apart answers to the same question that are wanted several times; it is not sent.
    """

    model: str
    messages: Sequence[Mapping[str, JsonValue]]
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    schema: Mapping[str, JsonValue] | None = None
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What the endpoint answered.

    `model` is the one that the endpoint names; `cost` is in US dollars, None where prices are not known; `sent` is the
    request's body as it went out. A cached reply costs nothing now and keeps what it once took.
    """

    text: str
    model: str
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    milliseconds: int
    mode: ReplyMode
    sent: Mapping[str, JsonValue]
    tool_calls: Sequence[JsonValue] = ()
    is_cached: bool = False


class Chat(Protocol):
    """Asks an endpoint. Raises `CallFailed`."""

    async def __call__(self, request: ChatRequest) -> ChatReply: ...
