"""A receiver of webhooks on loopback: real HTTP, verifying signatures by the specification's own library."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError


@dataclass(frozen=True)
class Reply:
    """What the receiver answers. One that `hangs` answers only when it is closed."""

    status: int = 204
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False


@dataclass(frozen=True)
class Received:
    """One request: its headers in small letters, and what it said, None where the signature was wrong."""

    path: str
    headers: Mapping[str, str]
    message: Any


class Receiver:
    """Answers with `replies` in their order, and with `then` after the last. `secret` is what it verifies with."""

    def __init__(self) -> None:
        self.secret = ""
        self.replies: list[Reply] = []
        self.then = Reply()
        self.received: list[Received] = []
        self._closing = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver._answer(self)

            def do_GET(self) -> None:
                receiver._answer(self)

            def log_message(self, *_: object) -> None:
                """Tests read what was received instead."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.received]

    @property
    def messages(self) -> list[Any]:
        """Of the requests that were signed well."""
        return [one.message for one in self.received if one.message is not None]

    def of_type(self, kind: str) -> list[Any]:
        return [message["data"] for message in self.messages if message["type"] == kind]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in request.headers.items()}
        reply = self.replies.pop(0) if self.replies else self.then
        self.received.append(Received(request.path, headers, self._verified(body, headers)))
        if reply.hangs:
            self._closing.wait(30)
        request.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(reply.body)

    def _verified(self, body: bytes, headers: dict[str, str]) -> dict[str, Any] | None:
        try:
            message: dict[str, Any] = Verifier(self.secret).verify(body, headers)
        except WebhookVerificationError:
            return None
        return message
