"""A model endpoint on loopback that misbehaves as it is told: real HTTP, in a thread of its own.

    with StubEndpoint(Behaviour(latency=0.3, rate_limited=0.1)) as stub:
        ...  # call stub.base_url, change stub.behaviour, read stub.counts

The fixture `stub` gives one that answers at once.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import orjson
import pytest
from aiohttp import web

MODEL = "stub-1"
VERDICT = '{"explanation": "Fine.", "score": 1.0}'


def fixed_reply(_body: Mapping[str, Any]) -> str:
    return VERDICT


@dataclass
class Behaviour:
    """What the endpoint does with a request. Shares are between 0 and 1 and hit requests at random.

    `reply` makes the message's content from the request's body. `at_most` calls at once are served, and those beyond
    turned away. `modes` are the types of `response_format` it knows; None knows all. `json` answers every path
    other than chat completions, and `text`, where there is one, in its place.
    """

    latency: float = 0.0
    reply: Callable[[Mapping[str, Any]], str] = fixed_reply
    rate_limited: float = 0.0
    retry_after: str = "0.05"
    server_error: float = 0.0
    malformed: float = 0.0
    cut: float = 0.0
    hang: float = 0.0
    hang_seconds: float = 60.0
    at_most: int | None = None
    api_key: str | None = None
    models: frozenset[str] | None = None
    modes: frozenset[str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None
    json: Any = None
    text: str | None = None


class StubEndpoint:
    """The running endpoint and what it saw.

    `counts` has a key for every kind of answer (`ok`, `rate_limited`, `over_the_limit`, `hang`, …); `requests` the
    bodies of chat requests in the order of their arrival, `others` the method, path and body of all other ones.
    """

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        *,
        port: int = 0,
        seed: int = 7,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self.counts: Counter[str] = Counter()
        self.requests: list[dict[str, Any]] = []
        self.others: list[tuple[str, str, str]] = []
        self.headers: list[Mapping[str, str]] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.port = port
        self._tls = tls
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stub endpoint", daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def calls(self) -> int:
        return sum(self.counts.values())

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_route("*", "/{path:.*}", self._any)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._tls)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = orjson.loads(await request.read())
        self.requests.append(body)
        return await self._served(request, lambda: _completion(body, self.behaviour.reply(body)), body)

    async def _any(self, request: web.Request) -> web.StreamResponse:
        self.others.append((request.method, request.path_qs, await request.text()))
        return await self._served(request, lambda: self.behaviour.json)

    async def _served(
        self, request: web.Request, answer: Callable[[], Any], chat: Mapping[str, Any] | None = None
    ) -> web.StreamResponse:
        self.headers.append(request.headers.copy())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            kind = self._refusal(request, chat) or self._fault() or "ok"
            self.counts[kind] += 1
            if kind in _REFUSALS:
                return self._error(*_REFUSALS[kind])
            await asyncio.sleep(self.behaviour.hang_seconds if kind == "hang" else self.behaviour.latency)
            return await self._written(request, kind, orjson.dumps(answer()))
        finally:
            self.in_flight -= 1

    def _refusal(self, request: web.Request, chat: Mapping[str, Any] | None) -> str | None:
        """Why the request will never be served, or not now."""
        behaviour = self.behaviour
        if behaviour.api_key and request.headers.get("Authorization") != f"Bearer {behaviour.api_key}":
            return "wrong_key"
        if behaviour.at_most is not None and self.in_flight > behaviour.at_most:
            return "over_the_limit"
        if chat is None:
            return None
        if behaviour.models is not None and chat["model"] not in behaviour.models:
            return "unknown_model"
        mode = chat.get("response_format", {}).get("type")
        return "unknown_mode" if mode and behaviour.modes is not None and mode not in behaviour.modes else None

    def _fault(self) -> str | None:
        """At most one of the faults, each as often as it is told to."""
        if self.behaviour.status is not None:
            return "status"
        drawn = self._random.random()
        for kind in ("rate_limited", "server_error", "malformed", "cut", "hang"):
            drawn -= getattr(self.behaviour, kind)
            if drawn < 0:
                return kind
        return None

    async def _written(self, request: web.Request, kind: str, content: bytes) -> web.StreamResponse:
        if kind == "cut":
            return await _cut(request, content)
        if kind == "malformed":
            content = content[: len(content) // 2]
        status = self.behaviour.status or 200
        if kind in {"ok", "status"} and self.behaviour.text is not None:
            return web.Response(text=self.behaviour.text, status=status, headers=self._headers())
        return web.Response(body=content, status=status, content_type="application/json", headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return dict(self.behaviour.headers)

    def _error(self, status: int, code: str, message: str) -> web.Response:
        headers = {**self._headers(), "Retry-After": self.behaviour.retry_after} if status == 429 else self._headers()
        body = orjson.dumps({"error": {"message": message, "code": code}})
        return web.Response(body=body, status=status, content_type="application/json", headers=headers)


_REFUSALS = {
    "wrong_key": (401, "invalid_api_key", "Incorrect API key provided."),
    "unknown_model": (404, "model_not_found", "The model does not exist."),
    "unknown_mode": (400, "unknown_parameter", "response_format is not supported."),
    "over_the_limit": (429, "rate_limit_exceeded", "Too many at once."),
    "rate_limited": (429, "rate_limit_exceeded", "Slow down."),
    "server_error": (500, "server_error", "Something broke."),
}


def _completion(body: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }


async def _cut(request: web.Request, content: bytes) -> web.StreamResponse:
    """Half of what was promised, and the line goes dead."""
    response = web.StreamResponse(headers={"Content-Length": str(len(content)), "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(content[: len(content) // 2])
    if request.transport:
        request.transport.close()
    return response


@pytest.fixture
def stub() -> Iterator[StubEndpoint]:
    with StubEndpoint() as endpoint:
        yield endpoint
