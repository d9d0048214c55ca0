"""A proxy that speaks https in front of a server that does not, as people put one before EvalHub."""

from __future__ import annotations

import asyncio
import ssl
import threading
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

# Of one leg of the way only.
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host"})


class TlsProxy:
    """Passes every request on, and says what the caller asked for in `X-Forwarded-Host` and `-Proto`."""

    def __init__(self, upstream: str, certificate: ssl.SSLContext) -> None:
        self._upstream = upstream
        self._certificate = certificate
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tls proxy", daemon=True)

    @property
    def address(self) -> str:
        return f"https://localhost:{self._runner.addresses[0][1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        self._session = aiohttp.ClientSession()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._certificate).start()

    async def _stop(self) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        headers |= {"X-Forwarded-Host": request.host, "X-Forwarded-Proto": "https"}
        body = await request.read()
        sent = self._session.request(
            request.method, self._upstream + request.path_qs, headers=headers, data=body, allow_redirects=False
        )
        async with sent as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
            return web.Response(status=answer.status, headers=kept, body=await answer.read())
