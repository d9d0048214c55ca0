"""The client under load: it finds the endpoint's limit, keeps to the minute, stops when told to, gives up in time."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from evalhub.connections.breaker import BreakerOpen
from evalhub.connections.chat import CallFailed, CallFault, ChatReply, ChatRequest
from evalhub.connections.client import open_client
from evalhub.connections.gate import CallsStopped
from evalhub.connections.retries import RetryPolicy
from evalhub.core.loops import run_apart
from tests.connections.endpoints import QUICK, ask, ask_all, make_endpoint, make_request, outcomes
from tests.stub_endpoint import Behaviour, StubEndpoint


def requests(count: int, **fields: Any) -> list[ChatRequest]:
    return [make_request(str(number), **fields) for number in range(count)]


def test_never_more_at_once_than_the_ceiling_and_soon_as_many(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(latency=0.1)
    ask(make_endpoint(stub, max_concurrency=20), *requests(120))
    assert stub.most_in_flight == 20


def test_a_process_keeps_to_its_part_of_the_ceiling(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(latency=0.1)

    async def run() -> None:
        async with open_client(make_endpoint(stub, max_concurrency=20), ceiling=3) as client:
            await ask_all(client, requests(6))
            client.set_ceiling(6)
            await ask_all(client, requests(60))

    run_apart(run())
    assert stub.most_in_flight == 6


def test_an_endpoint_that_allows_a_few_at_once_is_not_overrun_for_long(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(latency=0.02, at_most=10)
    replies = ask(make_endpoint(stub, max_concurrency=100), *requests(600))
    assert all(isinstance(reply, ChatReply) for reply in replies)
    assert stub.counts["ok"] == 600
    assert stub.counts["over_the_limit"] < 200


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(rate_limited=0.1, malformed=0.05, server_error=0.05),
        Behaviour(rate_limited=0.1, cut=0.05, hang=0.01, hang_seconds=5),
    ],
)
def test_among_faults_every_question_is_answered_once(stub: StubEndpoint, behaviour: Behaviour) -> None:
    stub.behaviour = behaviour
    policy = RetryPolicy(tries=20, tries_after_timeout=10, first_wait=0.01, longest_wait=0.2)
    replies = ask(make_endpoint(stub, timeout_seconds=0.3), *requests(300), policy=policy)
    assert len(replies) == stub.counts["ok"] == 300


def test_the_asked_wait_holds_all_calls_back(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(rate_limited=1.0, retry_after="0.6")

    async def run() -> float:
        async with open_client(make_endpoint(stub), policy=RetryPolicy(first_wait=0.01)) as client:
            first = asyncio.create_task(client.chat(make_request()))
            while not stub.counts["rate_limited"]:
                await asyncio.sleep(0)
            stub.behaviour = Behaviour()
            started = time.monotonic()
            await asyncio.gather(first, client.chat(make_request()))
            return time.monotonic() - started

    assert run_apart(run()) > 0.5


def test_requests_a_minute_are_spread_over_it(stub: StubEndpoint) -> None:
    started = time.monotonic()
    ask(make_endpoint(stub, requests_per_minute=1200), *requests(80))
    assert time.monotonic() - started > 0.9  # 60 at once, 20 more a second


def test_tokens_a_minute_are_counted_by_what_calls_took(stub: StubEndpoint) -> None:
    started = time.monotonic()
    ask(make_endpoint(stub, tokens_per_minute=60_000, max_concurrency=1), *requests(36))
    assert time.monotonic() - started > 0.6  # 110 tokens each, 3,000 at once, 1,000 more a second


def test_a_wrong_key_stops_everything_at_once_with_one_sentence(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(api_key="another", latency=0.05)
    results = outcomes(make_endpoint(stub, max_concurrency=4), *requests(200))
    assert stub.calls <= 4
    assert {str(result) for result in results} == {
        "Stub refused the API key (401); enter a valid one in the connection's settings."
    }
    assert sum(isinstance(result, BreakerOpen) for result in results) >= 196


def test_an_unknown_model_stops_its_own_calls_alone(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(models=frozenset({"known"}))

    async def run() -> list[Any]:
        async with open_client(make_endpoint(stub), policy=QUICK) as client:
            await ask_all(client, requests(1, model="other"))
            return await ask_all(client, [*requests(1, model="other"), *requests(1, model="known")])

    other, known = run_apart(run())
    assert isinstance(other, BreakerOpen)
    assert other.fault is CallFault.UNKNOWN_MODEL
    assert isinstance(known, ChatReply)


def test_after_the_stop_no_call_begins_and_those_in_flight_end(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(latency=0.2)

    async def run() -> list[Any]:
        async with open_client(make_endpoint(stub, max_concurrency=5)) as client:
            asking = asyncio.create_task(ask_all(client, requests(50)))
            while stub.in_flight < 5:
                await asyncio.sleep(0.001)
            client.stop()
            started = time.monotonic()
            results = await asking
            assert time.monotonic() - started < 1.0
            with pytest.raises(CallsStopped):
                await client.chat(make_request())
            return results

    results = run_apart(run())
    assert sum(isinstance(result, ChatReply) for result in results) == stub.calls == 5
    assert sum(isinstance(result, CallsStopped) for result in results) == 45


def test_the_stop_ends_waiting_for_a_further_try(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(server_error=1.0)

    async def run() -> None:
        async with open_client(make_endpoint(stub), policy=RetryPolicy(first_wait=30)) as client:
            asking = asyncio.create_task(client.chat(make_request()))
            while not stub.calls:
                await asyncio.sleep(0.001)
            client.stop()
            with pytest.raises(CallsStopped):
                await asyncio.wait_for(asking, 2)

    run_apart(run())


def test_a_quota_that_is_used_up_is_not_asked_again(stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(status=429, json={"error": {"code": "insufficient_quota", "message": "Pay first."}})

    async def run() -> None:
        async with open_client(make_endpoint(stub)) as client:
            with pytest.raises(CallFailed, match="Pay first"):
                await client.send(method="POST", path="answers", body={})

    run_apart(run())
    assert stub.calls == 1
