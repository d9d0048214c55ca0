"""One request to a receiver: only where an admin allows, bounded in time, no redirects, the answer's beginning kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

from evalhub.connections.chat import CallFailed, CallFault
from evalhub.connections.hosts import AllowedHosts
from evalhub.connections.retries import asked_wait
from evalhub.connections.transport import open_http, translated
from evalhub.core.loops import run_apart
from evalhub.webhooks.signing import signed_headers

_NAME = "The receiver"
_NOT_FOLLOWED = range(300, 400)


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent. `answer_bytes` of what comes back are kept."""

    url: str
    message_id: str
    body: str
    secret: str = field(repr=False)
    seconds: float
    answer_bytes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try; without a status there was no answer. `asked_wait` is what the receiver asked for."""

    milliseconds: int
    status: int | None = None
    answer: str = ""
    error: str = ""
    asked_wait: float | None = None

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The receiver wants no more events."""
        return self.status == 410


def send(message: Message, *, allowed: AllowedHosts) -> Outcome:
    """Send once; never raises for what the receiver does."""
    return run_apart(_send(message, allowed))


async def _send(message: Message, allowed: AllowedHosts) -> Outcome:
    began = time.monotonic()
    try:
        async with asyncio.timeout(message.seconds):
            status, headers, answer = await _exchange(message, allowed)
    except TimeoutError:
        return Outcome(_since(began), error=f"{_NAME} did not answer within {message.seconds:g} seconds.")
    except CallFailed as failure:
        return Outcome(_since(began), error=failure.message)
    # The database's text holds no NUL.
    text = answer.decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return Outcome(_since(began), status, text, _complaint(status), asked_wait(headers))


async def _exchange(message: Message, allowed: AllowedHosts) -> tuple[int, Mapping[str, str], bytes]:
    """Post to the first of the host's addresses that can be reached. Raises `CallFailed`."""
    async with open_http(message.url, allowed) as (http, addresses):
        for _ in range(addresses.count - 1):
            try:
                with translated(_NAME, message.url, addresses=addresses):
                    return await _post(message, http)
            except CallFailed as failure:
                if failure.fault is not CallFault.UNREACHABLE:
                    raise
        with translated(_NAME, message.url, addresses=addresses):
            return await _post(message, http)


async def _post(message: Message, http: httpx2.AsyncClient) -> tuple[int, Mapping[str, str], bytes]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "EvalHub-Webhooks/1",
        # A packed answer could be far larger than it looks.
        "Accept-Encoding": "identity",
        **signed_headers(secret=message.secret, message_id=message.message_id, body=message.body),
    }
    async with http.stream("POST", message.url, content=message.body.encode(), headers=headers) as response:
        answer = b""
        async for part in response.aiter_raw():
            answer += part[: message.answer_bytes - len(answer)]
            if len(answer) >= message.answer_bytes:
                break
        return response.status_code, {name.lower(): value for name, value in response.headers.items()}, answer


def _complaint(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if status in _NOT_FOLLOWED:
        return f"{_NAME} answered {status}, and redirects are not followed; enter the address it leads to."
    return f"{_NAME} answered {status}."


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
