"""The line to an endpoint over which one answer or one verdict is asked for: cached, counted, and cut off in time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from evalhub.connections.breaker import BreakerOpen
from evalhub.connections.chat import CallFailed, ChatReply, ChatRequest
from evalhub.connections.client import ModelClient
from evalhub.connections.gate import CallsStopped
from evalhub.connections.models import Connection
from runs.choices import CacheKind, CachePolicy
from runs.execution.cache import Entry, chat_request, kept_reply, key_of, reply_to_keep
from runs.execution.gate import Gate, Halted
from runs.targets.answer import HttpReply

JsonValue = Any
T = TypeVar("T")
LookUp = Callable[[CacheKind, str], Awaitable[Mapping[str, JsonValue] | None]]


@dataclass(frozen=True, slots=True)
class KeptHttpReply:
    """What an HTTP endpoint once sent."""

    status: int
    text: str
    milliseconds: int


@dataclass(slots=True)
class Line:
    """Asks one connection for one item. Raises `CallFailed`, and `Halted` once the run is to ask no more.

    `entries` is what the cache may keep if the replies turn out to be of use; `replies` is every chat in order.
    """

    connection: Connection
    client: ModelClient
    gate: Gate
    look_up: LookUp
    policy: CachePolicy
    kind: CacheKind
    repeat: int = 0
    replies: list[ChatReply] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    is_cached: bool = True
    cost: Decimal = Decimal(0)

    async def __call__(self, request: ChatRequest) -> ChatReply:
        reply = await self.chat(request)
        self.replies.append(reply)
        return reply

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Ask a chat model, or the cache."""
        request = replace(request, repeat=self.repeat)
        key_hash = self._key_of(chat_request(request))
        kept = await self._kept(key_hash)
        if kept is not None:
            return kept_reply(kept)
        reply = await self._ask(request.model, lambda: self.client.chat(request))
        self.cost += reply.cost or 0
        self.gate.note_success(self._name(request.model), reply.cost)
        self._keep(key_hash, reply_to_keep(reply))
        return reply

    async def send(
        self, *, method: str, path: str, body: JsonValue, headers: Mapping[str, str], key_header: str
    ) -> HttpReply:
        """Ask an HTTP endpoint, or the cache."""
        request = {"method": method, "path": path, "body": body, "headers": dict(headers)}
        key_hash = self._key_of(request)
        kept = await self._kept(key_hash)
        if kept is not None:
            return KeptHttpReply(**kept)
        reply = await self._ask(path, lambda: self.client.send(**request, key_header=key_header))
        self.gate.note_success(self._name(path), None)
        if 200 <= reply.status < 300:
            kept = {"status": reply.status, "text": reply.text, "milliseconds": reply.milliseconds}
            self._keep(key_hash, kept)
        return reply

    async def _ask(self, what: str, call: Callable[[], Awaitable[T]]) -> T:
        self.gate.enter()
        try:
            return await call()
        except CallsStopped:
            raise Halted from None
        except BreakerOpen as failure:
            self.gate.close(failure.message)
            raise Halted from failure
        except CallFailed as failure:
            self.gate.note_failure(self._name(what), failure)
            raise
        finally:
            self.gate.leave()

    def _name(self, what: str) -> str:
        return f"{self.connection.pk} {what}"

    def _key_of(self, request: Mapping[str, JsonValue]) -> str:
        if self.policy == CachePolicy.NO_CACHE:
            return ""
        connection = self.connection
        return key_of(base_url=connection.base_url, defaults=connection.parameters, request=request, repeat=self.repeat)

    async def _kept(self, key_hash: str) -> Mapping[str, JsonValue] | None:
        kept = await self.look_up(self.kind, key_hash) if self.policy == CachePolicy.REUSE else None
        self.is_cached = self.is_cached and kept is not None
        return kept

    def _keep(self, key_hash: str, reply: Mapping[str, JsonValue]) -> None:
        if self.policy != CachePolicy.NO_CACHE:
            self.entries.append(Entry(self.kind, key_hash, reply))
