"""Requests to one EvalHub: sent again where that is safe, and every answer either good or an exception."""

from __future__ import annotations

import contextlib
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

import httpx2

from evalhub.client.errors import Fault, NoAccess, NotFound, Refused, Unreachable

ATTEMPTS = 5
CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
LONGEST_PAUSE = 120.0
_FIRST_PAUSE = 0.5
_PIECE = 256 * 1024
_PASSING = frozenset({429, 502, 503, 504})
# Answered while the server still carries out the first sending of the same request.
_BUSY = "idempotency_key_busy"

Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A body in a file, which can be sent more than once; its size is told, as not every server takes it in chunks."""

    file: BinaryIO
    content_type: str
    encoding: str = ""

    def headers(self) -> dict[str, str]:
        size = self.file.seek(0, 2)
        packed = {"Content-Encoding": self.encoding} if self.encoding else {}
        return {"Content-Type": self.content_type, "Content-Length": str(size), **packed}

    def pieces(self) -> Iterator[bytes]:
        self.file.seek(0)
        while piece := self.file.read(_PIECE):
            yield piece


@dataclass(frozen=True, slots=True)
class Call:
    """One request, however often it is sent; `wait` is for how many seconds the server may hold the answer back."""

    method: str
    path: str
    query: Query = field(default_factory=dict)
    json: object = None
    upload: Upload | None = None
    accept: str = "application/json"
    wait: int = 0
    # Every POST has one, so that the server makes what it makes once.
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


class Transport:
    """Sends calls with the key of one person. Raises `Unreachable` and `Refused`."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        attempts: int = ATTEMPTS,
        pause: Callable[[float], None] = time.sleep,
        network: httpx2.BaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._attempts = attempts
        self._pause = pause
        self._http = httpx2.Client(
            headers={"Authorization": f"Bearer {api_key}", "User-Agent": "evalhub-client"},
            transport=network,
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        )

    def close(self) -> None:
        self._http.close()

    def read(self, call: Call) -> Any:  # noqa: ANN401  # whatever the JSON holds
        """The answer's JSON; None where there is none."""
        response = self._answered(call, is_whole=True)
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise self._no_evalhub(response) from None

    @contextlib.contextmanager
    def stream(self, call: Call) -> Iterator[httpx2.Response]:
        """The good answer to the call, with its body yet to be read."""
        response = self._answered(call, is_whole=False)
        try:
            yield response
        except httpx2.TransportError as error:
            raise Unreachable(f"{self.base_url} broke off in the middle of an answer: {error}.") from error
        finally:
            response.close()

    def _answered(self, call: Call, *, is_whole: bool) -> httpx2.Response:
        """The good answer, with its body where it is wanted whole. Every call may be sent again."""
        for attempt in range(1, self._attempts + 1):
            is_last = attempt == self._attempts
            try:
                response = self._http.send(self._request(call), stream=not is_whole)
                if response.is_success:
                    return response
                problem = self._problem(response)
            except httpx2.TransportError as error:
                if is_last:
                    raise self._unreachable(error) from error
                self._pause(_growing_pause(attempt))
                continue
            wanted = _wanted_pause(response)
            if is_last or not _may_pass(problem) or (wanted or 0) > LONGEST_PAUSE:
                raise problem
            self._pause(_growing_pause(attempt) if wanted is None else wanted)
        raise AssertionError("the last attempt returns or raises")

    def _request(self, call: Call) -> httpx2.Request:
        headers = {"Accept": call.accept}
        if call.method == "POST":
            headers["Idempotency-Key"] = call.key
        if call.upload is not None:
            headers |= call.upload.headers()
        return self._http.build_request(
            call.method,
            f"{self.base_url}{call.path}" if call.path.startswith("/") else call.path,
            params={**call.query, **({"wait": call.wait} if call.wait else {})} or None,
            json=call.json,
            content=call.upload.pieces() if call.upload else None,
            headers=headers,
            timeout=httpx2.Timeout(READ_SECONDS + call.wait, connect=CONNECT_SECONDS),
        )

    def _problem(self, response: httpx2.Response) -> Refused:
        """The error that the server described, or what can be said of an answer by something before it."""
        response.read()
        try:
            said = response.json()
        except ValueError:
            said = None
        if not isinstance(said, dict) or "code" not in said:
            detail = f"{self.base_url} answered {response.status_code} {response.reason_phrase}, and no more."
            said = {"code": f"http_{response.status_code}", "detail": detail}
        kind = {401: NoAccess, 403: NoAccess, 404: NotFound}.get(response.status_code, Refused)
        return kind(
            status=response.status_code,
            code=said["code"],
            detail=str(said.get("detail") or said["code"]),
            field=said.get("field"),
            faults=[Fault(each["field"], each["code"], each["detail"]) for each in said.get("errors") or ()],
        )

    def _unreachable(self, error: httpx2.TransportError) -> Unreachable:
        if isinstance(error, httpx2.TimeoutException):
            return Unreachable(f"{self.base_url} did not answer in time.")
        return Unreachable(f"{self.base_url} cannot be reached: {error}.")

    def _no_evalhub(self, response: httpx2.Response) -> Unreachable:
        kind = response.headers.get("Content-Type", "nothing")
        return Unreachable(f"{self.base_url} answers with {kind} where EvalHub answers with JSON; check the address.")


def _may_pass(problem: Refused) -> bool:
    """Whether the same call may be answered differently a little later."""
    return problem.status in _PASSING or problem.code == _BUSY


def _growing_pause(attempt: int) -> float:
    """Twice as long each time, and not the same for all who wait."""
    return float(_FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.0))  # noqa: S311  # no secret


def _wanted_pause(response: httpx2.Response) -> float | None:
    """For how many seconds the server asks to be left alone; None when it does not say."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdecimal():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
