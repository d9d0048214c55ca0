"""The client against a real endpoint on loopback: what it sends, what it makes of answers, what it costs."""

from __future__ import annotations

import logging
from decimal import Decimal

import pytest

from evalhub.connections.chat import CallFailed, CallFault, ReplyMode
from evalhub.connections.client import open_client
from evalhub.connections.endpoint import Endpoint
from evalhub.connections.retries import RetryPolicy
from evalhub.core.loops import run_apart
from tests.connections.endpoints import API_KEY, QUICK, SCHEMA, ask, ask_all, make_endpoint, make_request, outcomes
from tests.stub_endpoint import MODEL, VERDICT, Behaviour, StubEndpoint


def test_a_question_is_sent_with_the_key_and_the_parameters(stub: StubEndpoint) -> None:
    endpoint = make_endpoint(stub, parameters={"temperature": 0.7, "seed": 1})
    [reply] = ask(endpoint, make_request(parameters={"temperature": 0}))
    assert stub.requests == [
        {
            "model": MODEL,
            "messages": [{"role": "user", "content": "How is it?"}],
            "temperature": 0,
            "seed": 1,
        }
    ]
    assert stub.headers[0]["Authorization"] == f"Bearer {API_KEY}"
    assert (reply.text, reply.model, reply.mode) == (VERDICT, MODEL, ReplyMode.PLAIN)
    assert reply.sent == stub.requests[0]


def test_an_endpoint_without_a_key_is_not_sent_an_empty_one(stub: StubEndpoint) -> None:
    ask(make_endpoint(stub, api_key=""), make_request())
    assert "Authorization" not in stub.headers[0]


def test_tokens_are_counted_and_cost_what_the_prices_say(stub: StubEndpoint) -> None:
    endpoint = make_endpoint(stub, input_price=Decimal("2.50"), output_price=Decimal(10))

    async def run() -> None:
        async with open_client(endpoint) as client:
            replies = await ask_all(client, [make_request(), make_request()])
            assert [reply.cost for reply in replies] == [Decimal("0.00035")] * 2
            assert (client.stats.input_tokens, client.stats.output_tokens) == (200, 20)
            assert (client.stats.cost, client.stats.calls, client.stats.in_flight) == (Decimal("0.0007"), 2, 0)

    run_apart(run())


def test_without_prices_the_cost_is_not_known(stub: StubEndpoint) -> None:
    assert ask(make_endpoint(stub), make_request())[0].cost is None


@pytest.mark.parametrize(
    ("modes", "kept"),
    [
        (frozenset({"json_schema", "json_object"}), ReplyMode.SCHEMA),
        (frozenset({"json_object"}), ReplyMode.JSON),
        (frozenset[str](), ReplyMode.PLAIN),
    ],
)
def test_the_strictest_mode_that_the_endpoint_knows_is_found_once(
    stub: StubEndpoint, modes: frozenset[str], kept: ReplyMode
) -> None:
    stub.behaviour = Behaviour(modes=modes)
    endpoint = make_endpoint(stub)
    assert ask(endpoint, make_request(schema=SCHEMA))[0].mode is kept
    refused = stub.counts["unknown_mode"]
    assert ask(endpoint, make_request(schema=SCHEMA))[0].mode is kept
    assert stub.counts["unknown_mode"] == refused == ["schema", "json", "plain"].index(kept)


def test_below_schema_mode_the_schema_stands_in_the_question(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(modes=frozenset())
    ask(make_endpoint(stub), make_request(schema=SCHEMA))
    asked = stub.requests[-1]
    assert "response_format" not in asked
    assert '"required":["explanation","score"]' in asked["messages"][-1]["content"]


def test_a_bad_request_is_not_taken_for_a_mode_that_is_not_known(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(status=400, reply=lambda body: "")
    endpoint = make_endpoint(stub)
    with pytest.raises(CallFailed, match="did not accept the request") as caught:
        ask(endpoint, make_request(schema=SCHEMA))
    assert caught.value.fault is CallFault.BAD_REQUEST
    stub.behaviour = Behaviour()
    assert ask(endpoint, make_request(schema=SCHEMA))[0].mode is ReplyMode.SCHEMA


@pytest.mark.parametrize(
    ("behaviour", "fault"),
    [
        (Behaviour(rate_limited=1.0), CallFault.RATE_LIMITED),
        (Behaviour(server_error=1.0), CallFault.SERVER_ERROR),
        (Behaviour(malformed=1.0), CallFault.BROKEN_REPLY),
        (Behaviour(cut=1.0), CallFault.BROKEN_REPLY),
        (Behaviour(hang=1.0, hang_seconds=5), CallFault.TIMED_OUT),
    ],
)
def test_what_may_pass_is_tried_again_until_the_tries_are_used_up(
    stub: StubEndpoint, behaviour: Behaviour, fault: CallFault
) -> None:
    stub.behaviour = behaviour
    policy = RetryPolicy(tries=3, tries_after_rate_limit=4, tries_after_timeout=2, first_wait=0.001, longest_wait=0.01)
    with pytest.raises(CallFailed) as caught:
        ask(make_endpoint(stub, timeout_seconds=0.2), make_request(), policy=policy)
    assert caught.value.fault is fault
    assert stub.calls == policy.tries_for(fault)


def test_a_reply_that_was_cut_off_is_asked_for_again(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(cut=0.3, malformed=0.2, server_error=0.2)
    replies = ask(make_endpoint(stub), *(make_request(str(number)) for number in range(60)), policy=_patient())
    assert len(replies) == 60
    assert stub.counts["ok"] == 60
    assert min(stub.counts[kind] for kind in ("cut", "malformed", "server_error")) > 0


def _patient() -> RetryPolicy:
    return RetryPolicy(tries=30, first_wait=0.001, longest_wait=0.01)


def test_nobody_at_the_address_is_said_with_host_and_port() -> None:
    with StubEndpoint() as gone:
        endpoint = make_endpoint(gone)
    with pytest.raises(CallFailed, match=rf"Stub cannot be reached at 127\.0\.0\.1:{gone.port}\.") as caught:
        ask(endpoint, make_request())
    assert caught.value.fault is CallFault.UNREACHABLE


def test_a_redirect_is_not_followed(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(status=307, headers={"Location": f"{stub.base_url}/elsewhere"})
    with pytest.raises(CallFailed, match="redirect"):
        ask(make_endpoint(stub), make_request())
    assert stub.calls == 1


def test_the_key_stands_in_no_sentence_and_no_log(stub: StubEndpoint, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    failures = []
    for status in (400, 401, 422, 500):
        stub.behaviour = Behaviour(status=status, json={"error": {"message": f"No such key: {API_KEY}"}})
        failures.append(_failure_of_sending(make_endpoint(stub)))
    assert "No such key: …" in failures[0]
    assert API_KEY not in "".join(failures) + caplog.text


def _failure_of_sending(endpoint: Endpoint) -> str:
    async def run() -> str:
        async with open_client(endpoint, policy=QUICK) as client:
            with pytest.raises(CallFailed) as caught:
                await client.send(method="POST", path="answers", body={})
            return str(caught.value) + repr(client.endpoint)

    return run_apart(run())


def test_json_is_sent_to_a_path_below_the_base_url(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(json={"answer": "42"})

    async def run() -> None:
        async with open_client(make_endpoint(stub)) as client:
            reply = await client.send(method="POST", path="/answers", body={"q": "?"}, headers={"X-Team": "a"})
            assert (reply.body, reply.status) == ({"answer": "42"}, 200)

    run_apart(run())
    assert (stub.headers[0]["X-Team"], stub.headers[0]["Authorization"]) == ("a", f"Bearer {API_KEY}")


def test_one_bad_answer_among_many_fails_alone(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(models=frozenset({MODEL}))
    results = outcomes(make_endpoint(stub), make_request(), make_request(model="other"), make_request())
    assert [isinstance(result, CallFailed) for result in results] == [False, True, False]
