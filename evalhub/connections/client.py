"""The one client through which an endpoint is asked: limits, retries, breaker, modes of reply and costs together."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Generic, TypeVar

import orjson

from evalhub.connections.breaker import Breaker, BreakerOpen
from evalhub.connections.chat import CallFailed, CallFault, ChatReply, ChatRequest, JsonValue, ReplyMode
from evalhub.connections.endpoint import Endpoint
from evalhub.connections.gate import Gate, Passage
from evalhub.connections.limits import AdaptiveLimit, Bucket
from evalhub.connections.refusals import Refusal, refusal_of, without_key
from evalhub.connections.retries import OVERLOADED, RetryPolicy, asked_wait, exhausted_for
from evalhub.connections.transport import KEY_HEADER, Answer, Transport, key_headers, open_transport
from evalhub.connections.wire import (
    Completion,
    UnreadableReply,
    chat_body,
    estimated_tokens,
    modes_from,
    read_completion,
)

T = TypeVar("T")

_MODEST_START = 8
# Statuses that say that the request is at fault: where it asked for a schema, it may do without.
_MAYBE_THE_MODE = frozenset({400, 415, 422, 501})


@dataclass(frozen=True, slots=True)
class JsonReply:
    """What an HTTP endpoint answered: its JSON read, None where it answered with text of another kind."""

    body: JsonValue
    text: str
    status: int
    headers: Mapping[str, str]
    milliseconds: int


@dataclass(frozen=True, slots=True)
class ClientStats:
    """What the client has done so far and is doing now. `cost` counts replies whose price is known."""

    in_flight: int
    limit: int
    calls: int
    retries: int
    rate_limited: int
    input_tokens: int
    output_tokens: int
    cost: Decimal


@dataclass(slots=True)
class Learnt:
    """What this process has found out about an endpoint; the next client begins with it."""

    limit: int | None = None
    modes: dict[str, ReplyMode] = field(default_factory=dict)


@dataclass(slots=True)
class _Sums:
    calls: int = 0
    retries: int = 0
    rate_limited: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)


_learnt: dict[tuple[int, str], Learnt] = defaultdict(Learnt)


@contextlib.asynccontextmanager
async def open_client(
    endpoint: Endpoint, *, ceiling: int | None = None, policy: RetryPolicy | None = None
) -> AsyncIterator[ModelClient]:
    """A client of the endpoint, for one event loop. Raises `HostRefused`, and `CallFailed` for an unknown host.

    `ceiling` is this process's part of the connection's ceiling; limits a minute are taken in the same proportion.
    """
    most = max(1, min(ceiling or endpoint.max_concurrency, endpoint.max_concurrency))
    learnt = _learnt[endpoint.id, endpoint.base_url]
    limit = AdaptiveLimit(ceiling=most, start=learnt.limit or max(_MODEST_START, most // 4))
    share = most / endpoint.max_concurrency
    now = time.monotonic()
    gate = Gate(
        limit,
        requests=_bucket(endpoint.requests_per_minute, share=share, now=now),
        tokens=_bucket(endpoint.tokens_per_minute, share=share, now=now),
    )
    async with open_transport(endpoint) as transport:
        try:
            yield ModelClient(endpoint, transport, gate, learnt=learnt, policy=policy or RetryPolicy())
        finally:
            learnt.limit = limit.size


def _bucket(per_minute: int | None, *, share: float, now: float) -> Bucket | None:
    return Bucket(per_minute=per_minute * share, now=now) if per_minute else None


class ModelClient:
    """Asks one endpoint, as many questions at once as it bears. Made by `open_client`."""

    def __init__(
        self, endpoint: Endpoint, transport: Transport, gate: Gate, *, learnt: Learnt, policy: RetryPolicy
    ) -> None:
        self.endpoint = endpoint
        self._transport = transport
        self._gate = gate
        self._learnt = learnt
        self._policy = policy
        self._breakers: dict[str, Breaker] = defaultdict(Breaker)
        self._sums = _Sums()

    @property
    def stats(self) -> ClientStats:
        sums = self._sums
        return ClientStats(
            in_flight=self._gate.in_flight,
            limit=self._gate.limit.size,
            calls=sums.calls,
            retries=sums.retries,
            rate_limited=sums.rate_limited,
            input_tokens=sums.input_tokens,
            output_tokens=sums.output_tokens,
            cost=sums.cost,
        )

    def stop(self) -> None:
        """Begin no further call: those that wait raise `CallsStopped`, those in flight come to their end."""
        self._gate.stop()

    def set_ceiling(self, ceiling: int) -> None:
        """Keep to more or fewer calls at once from now on, as the grant was renewed."""
        self._gate.limit.set_ceiling(min(ceiling, self.endpoint.max_concurrency))

    async def __call__(self, request: ChatRequest) -> ChatReply:
        """The client is a `Chat`."""
        return await self.chat(request)

    async def chat(self, request: ChatRequest, *, only: ReplyMode | None = None) -> ChatReply:
        """Ask for a chat completion. Raises `CallFailed`, `BreakerOpen`, `CallsStopped`.

        A schema is asked for in the strictest mode of reply that the endpoint knows, or in none but `only`.
        """
        with self._watched(self._breakers[request.model]) as breaker:
            if only is not None:
                return await self._chat_in(only, request, breaker)
            known = self._learnt.modes.get(request.model, ReplyMode.SCHEMA) if request.schema else ReplyMode.PLAIN
            *stricter, last = modes_from(known)
            for mode in stricter:
                with contextlib.suppress(_ModeRefused):
                    return await self._chat_in(mode, request, breaker)
            return await self._chat_in(last, request, breaker)

    async def send(
        self,
        *,
        method: str,
        path: str,
        body: JsonValue,
        headers: Mapping[str, str] | None = None,
        key_header: str = KEY_HEADER,
    ) -> JsonReply:
        """Send JSON to a path below the base URL, the key in the header of that name.

        Raises as `chat`, and for a reply that is called JSON and is not.
        """

        async def ask() -> Answer:
            sent = {**(headers or {}), **key_headers(self.endpoint, key_header)}
            return await self._transport.send(method=method, path=path, body=body, headers=sent)

        # Paths may hold an item's values, so they do not tell one kind of call from another.
        with self._watched(self._breakers[method]) as breaker:
            call = _Call(ask, read=_read_json, breaker=breaker)
            (answer, content), milliseconds = await self._until_answered(call)
        return JsonReply(
            body=content,
            text=answer.content.decode(errors="replace"),
            status=answer.status,
            headers=answer.headers,
            milliseconds=milliseconds,
        )

    async def _chat_in(self, mode: ReplyMode, request: ChatRequest, breaker: Breaker) -> ChatReply:
        """Ask in one mode of reply and remember that the endpoint can do it. Raises `_ModeRefused`."""
        body = chat_body(request, defaults=self.endpoint.parameters, mode=mode)
        tokens = estimated_tokens(body)
        call = _Call(
            partial(self._transport.chat, body),
            read=lambda answer: read_completion(answer.content),
            breaker=breaker,
            tokens=tokens,
            model=request.model,
        )
        try:
            completion, milliseconds = await self._until_answered(call)
        except Refusal as refusal:
            if request.schema is None or mode is ReplyMode.PLAIN or refusal.status not in _MAYBE_THE_MODE:
                raise
            raise _ModeRefused(refusal) from None
        if request.schema is not None:
            self._learnt.modes[request.model] = mode
        return ChatReply(
            text=completion.text,
            model=completion.model or request.model,
            input_tokens=completion.input_tokens,
            output_tokens=completion.output_tokens,
            cost=self._charge(completion, estimated=tokens),
            milliseconds=milliseconds,
            mode=mode,
            sent=body,
            tool_calls=completion.tool_calls,
        )

    def _charge(self, completion: Completion, *, estimated: int) -> Decimal | None:
        """Add up tokens and cost, and correct the budget of the minute."""
        cost = self.endpoint.cost(input_tokens=completion.input_tokens, output_tokens=completion.output_tokens)
        self._sums.input_tokens += completion.input_tokens or 0
        self._sums.output_tokens += completion.output_tokens or 0
        self._sums.cost += cost or 0
        if completion.input_tokens is not None:
            self._gate.settle_tokens(completion.input_tokens + (completion.output_tokens or 0) - estimated)
        return cost

    async def _until_answered(self, call: _Call[T]) -> tuple[T, int]:
        """Try until there is an answer that can be read, or no sense in trying; gives it with its milliseconds."""
        for tried in count(1):
            try:
                return await self._once(call)
            except CallFailed as failure:
                if _is_final(failure) or tried >= self._policy.tries_for(failure.fault):
                    raise
                asked = failure.asked_wait if isinstance(failure, Refusal) else None
                await self._gate.pause(self._policy.wait(tried=tried, asked=asked))
                self._sums.retries += 1
        raise AssertionError("count() does not end")

    async def _once(self, call: _Call[T]) -> tuple[T, int]:
        async with self._gate.passage(tokens=call.tokens) as passage:
            call.breaker.check()
            self._sums.calls += 1
            started = time.monotonic()
            try:
                answer = await call.ask()
            except CallFailed as failure:
                if failure.fault is CallFault.TIMED_OUT:
                    self._gate.limit.rejected(epoch=passage.epoch)
                raise
            milliseconds = round((time.monotonic() - started) * 1000)
            self._heed(answer, passage)
        if not answer.is_success:
            raise refusal_of(answer, endpoint=self.endpoint, model=call.model)
        try:
            return call.read(answer), milliseconds
        except UnreadableReply as unreadable:
            words = without_key(str(unreadable), self.endpoint.api_key)
            message = f"{self.endpoint.name} sent a reply that cannot be read: {words}."
            raise CallFailed(CallFault.BROKEN_REPLY, message) from None

    def _heed(self, answer: Answer, passage: Passage) -> None:
        """Let the limit grow or fall by what the endpoint says of its own."""
        if answer.status in OVERLOADED:
            self._sums.rate_limited += answer.status == 429
            if self._gate.limit.rejected(epoch=passage.epoch):
                self._gate.rest(min(asked_wait(answer.headers) or 0.0, self._policy.longest_wait))
            return
        if answer.is_success:
            self._gate.limit.succeeded(epoch=passage.epoch, holds_back=self._gate.is_holding_back)
        exhausted = exhausted_for(answer.headers)
        if exhausted is not None:
            self._gate.rest(min(exhausted, self._policy.longest_wait))

    @contextlib.contextmanager
    def _watched(self, breaker: Breaker) -> Iterator[Breaker]:
        """Tell the breaker how the call ended."""
        try:
            yield breaker
        except BreakerOpen:
            raise
        except CallFailed as failure:
            breaker.failed(failure)
            raise
        breaker.succeeded()


@dataclass(slots=True)
class _Call(Generic[T]):
    """One question: how it is sent, how its answer is read, and who stops it."""

    ask: Callable[[], Awaitable[Answer]]
    _: KW_ONLY
    read: Callable[[Answer], T]
    breaker: Breaker
    tokens: int = 0
    model: str = ""


class _ModeRefused(CallFailed):
    """The endpoint may not know the mode of reply; one that asks less of it may do."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.fault, refusal.message)


def _is_final(failure: CallFailed) -> bool:
    if isinstance(failure, Refusal):
        return failure.is_final
    return isinstance(failure, BreakerOpen)


def _read_json(answer: Answer) -> tuple[Answer, JsonValue]:
    try:
        return answer, orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        if "json" in answer.headers.get("content-type", ""):
            raise UnreadableReply("it is not JSON") from None
        return answer, None
