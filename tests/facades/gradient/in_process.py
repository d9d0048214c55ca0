"""The whole application in the test's own thread, behind the HTTP client that the vendor's package uses.

It sees what the test's transaction holds, so a test need not commit and clear the database again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import httpx
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

ADDRESS = "http://testserver"


def in_process() -> httpx.Client:
    """A client of the application; every call is whole before it returns."""
    return httpx.Client(transport=httpx.WSGITransport(app=_Application(get_wsgi_application())), base_url=ADDRESS)


def send_file(address: str, content: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """PUT the file with no token, as any program can."""
    with in_process() if address.startswith(ADDRESS) else httpx.Client() as plain:
        return plain.put(address, content=content, headers=headers)


class _Application:
    """Keeps the test's database connection open, which requests close at their beginning and end."""

    def __init__(self, application: WSGIHandler) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401  # as WSGI has it
        signals = (request_started, request_finished)
        for signal in signals:
            signal.disconnect(close_old_connections)
        try:
            answer = self._application(environ, start_response)
            body = b"".join(answer)
            answer.close()
            return [body]
        finally:
            for signal in signals:
                signal.connect(close_old_connections)
