"""Sending to an HTTP endpoint that is no chat model: the key's header, replies of any kind, and what refusals say."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.connections.chat import CallFailed, CallFault
from evalhub.connections.client import JsonReply, open_client
from evalhub.core.loops import run_apart
from tests.connections.endpoints import API_KEY, QUICK, make_endpoint
from tests.stub_endpoint import Behaviour, StubEndpoint


def send(stub: StubEndpoint, *, api_key: str = API_KEY, **fields: Any) -> JsonReply:
    async def run() -> JsonReply:
        async with open_client(make_endpoint(stub, api_key=api_key), policy=QUICK) as client:
            return await client.send(**{"method": "POST", "path": "/answer", "body": {"q": "?"}, **fields})

    return run_apart(run())


def test_the_key_goes_in_the_header_that_is_named(stub: StubEndpoint) -> None:
    send(stub, key_header="X-Api-Key")
    send(stub, key_header="authorization", headers={"X-Team": "a"})
    named, usual = stub.headers
    assert (named["X-Api-Key"], named.get("Authorization")) == (API_KEY, None)
    assert (usual["Authorization"], usual["X-Team"]) == (f"Bearer {API_KEY}", "a")


def test_without_a_key_no_header_is_sent(stub: StubEndpoint) -> None:
    send(stub, api_key="", key_header="X-Api-Key")
    assert "X-Api-Key" not in stub.headers[0]


def test_a_reply_of_plain_text_is_a_reply(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(text="Größe: 42")
    reply = send(stub, method="GET", body=None, path="/answer?q=%26")
    assert (reply.text, reply.body, reply.status) == ("Größe: 42", None, 200)
    assert stub.others == [("GET", "/v1/answer?q=%26", "")]


def test_a_reply_that_is_called_json_and_is_not_is_asked_for_again(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(json={"answer": "42"}, malformed=1.0)
    with pytest.raises(CallFailed, match="not JSON") as caught:
        send(stub)
    assert caught.value.fault is CallFault.BROKEN_REPLY
    assert stub.calls == QUICK.tries


def test_a_refusal_shows_the_beginning_of_what_came(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(status=422, text="bot  not\nready " + "x" * 500)
    with pytest.raises(CallFailed) as caught:
        send(stub)
    assert f"(422): bot not ready {'x' * 286}" in caught.value.message
    assert len(caught.value.message) < 400


def test_the_beginning_of_a_refusal_holds_no_part_of_the_key(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(status=400, text="x" * 290 + API_KEY)
    with pytest.raises(CallFailed) as caught:
        send(stub)
    assert API_KEY[:6] not in caught.value.message
