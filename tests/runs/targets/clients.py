"""A client that answers from a list and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from evalhub.connections.chat import CallFailed, ChatReply, ChatRequest, JsonValue, ReplyMode


@dataclass(frozen=True, slots=True)
class GivenReply:
    """An HTTP endpoint's reply."""

    text: str
    status: int = 200
    milliseconds: int = 12


@dataclass(slots=True)
class ScriptedClient:
    """Answers each call with `reply`, or raises it."""

    reply: GivenReply | ChatReply | CallFailed
    requests: list[ChatRequest] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def chat(self, request: ChatRequest) -> ChatReply:
        self.requests.append(request)
        if isinstance(self.reply, ChatReply):
            return self.reply
        raise self.reply if isinstance(self.reply, CallFailed) else AssertionError("no chat reply was given")

    async def send(
        self, *, method: str, path: str, body: JsonValue, headers: Mapping[str, str], key_header: str
    ) -> GivenReply:
        self.sent.append({"method": method, "path": path, "body": body, "headers": headers, "key_header": key_header})
        if isinstance(self.reply, GivenReply):
            return self.reply
        raise self.reply if isinstance(self.reply, CallFailed) else AssertionError("no HTTP reply was given")


def chat_reply(text: str = "Because.", **overrides: Any) -> ChatReply:
    values: dict[str, Any] = {
        "text": text,
        "model": "stub-1",
        "input_tokens": 11,
        "output_tokens": 7,
        "cost": Decimal("0.000123"),
        "milliseconds": 42,
        "mode": ReplyMode.PLAIN,
        "sent": {"model": "stub-1"},
    }
    return ChatReply(**{**values, **overrides})
