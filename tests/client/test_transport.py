"""Requests that fail, and what is sent again: a server of wishes stands in for EvalHub."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest

from evalhub.client.errors import NoAccess, Refused, Unreachable
from evalhub.client.transport import ATTEMPTS, Call, Transport

Answer = httpx2.Response | Exception
ADDRESS = "https://evalhub.example.org"


class Network:
    """Gives the answers in turn, the last one again and again, and keeps what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[httpx2.Request] = []
        self.pauses: list[float] = []

    def transport(self) -> Transport:
        return Transport(f"{ADDRESS}/", "vq_1", pause=self.pauses.append, network=httpx2.MockTransport(self._answer))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def _busy(**headers: str) -> httpx2.Response:
    return httpx2.Response(429, json={"code": "too_many", "detail": "Slower."}, headers=headers)


def _good() -> httpx2.Response:
    return httpx2.Response(201, json={"id": 7})


def test_a_post_is_sent_again_under_the_same_key_after_a_cut_connection() -> None:
    network = Network(httpx2.ReadError("cut"), httpx2.ConnectError("refused"), _good())
    assert network.transport().read(Call("POST", "/runs/", json={"a": 1})) == {"id": 7}
    assert len({request.headers["Idempotency-Key"] for request in network.asked}) == 1
    assert [request.content for request in network.asked] == [b'{"a":1}'] * 3
    assert 0.25 <= network.pauses[0] <= 0.5 <= network.pauses[1] <= 1


def test_every_new_post_has_a_key_of_its_own() -> None:
    network = Network(_good())
    transport = network.transport()
    for _ in range(2):
        transport.read(Call("POST", "/runs/"))
    assert len({request.headers["Idempotency-Key"] for request in network.asked}) == 2


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        (lambda: "7", 7, 7),
        (lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True), 28, 30),
        (lambda: "soon", 0.25, 0.5),
    ],
)
def test_it_waits_as_long_as_the_server_asks(said: Callable[[], str], least: float, most: float) -> None:
    network = Network(_busy(**{"Retry-After": said()}), _good())
    assert network.transport().read(Call("GET", "/projects/")) == {"id": 7}
    assert least <= network.pauses[0] <= most


def test_a_server_that_asks_for_an_hour_is_not_waited_for() -> None:
    network = Network(_busy(**{"Retry-After": "3600"}))
    with pytest.raises(Refused, match="Slower"):
        network.transport().read(Call("GET", "/projects/"))
    assert network.pauses == []


def test_it_asks_again_while_the_first_sending_is_being_carried_out() -> None:
    held = httpx2.Response(409, json={"code": "idempotency_key_busy", "detail": "Still at it."})
    network = Network(held, _good())
    assert network.transport().read(Call("POST", "/runs/")) == {"id": 7}


def test_it_gives_up_after_some_attempts() -> None:
    network = Network(httpx2.ConnectError("refused"))
    with pytest.raises(Unreachable, match=r"cannot be reached: refused"):
        network.transport().read(Call("GET", "/projects/"))
    assert (len(network.asked), len(network.pauses)) == (ATTEMPTS, ATTEMPTS - 1)


def test_a_refusal_is_told_with_its_code_and_fields_and_not_sent_again() -> None:
    fault = {"field": "rows.3.input", "code": "required", "detail": "This field is required."}
    said = {"code": "invalid", "detail": "rows.3.input: …", "field": "rows.3.input", "errors": [fault]}
    network = Network(httpx2.Response(400, json=said))
    with pytest.raises(Refused) as refused:
        network.transport().read(Call("POST", "/runs/"))
    told = refused.value
    assert (told.status, told.code, told.field, told.faults[0].code) == (400, "invalid", "rows.3.input", "required")
    assert len(network.asked) == 1


def test_a_wrong_key_is_an_error_of_its_own() -> None:
    network = Network(httpx2.Response(401, json={"code": "not_authenticated", "detail": "This key is not known."}))
    with pytest.raises(NoAccess, match="not known"):
        network.transport().read(Call("GET", "/projects/"))


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (httpx2.Response(200, text="<html>"), Unreachable, "answers with text/plain"),
        (httpx2.Response(500, text="<html>"), Refused, "answered 500 Internal Server Error, and no more"),
        (httpx2.Response(301, headers={"Location": "/"}), Refused, "answered 301"),
    ],
)
def test_what_is_no_evalhub_is_said(answer: httpx2.Response, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        Network(answer).transport().read(Call("GET", "/projects/"))
