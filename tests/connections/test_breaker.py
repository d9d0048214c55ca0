"""When calls have stopped making sense."""

from __future__ import annotations

import pytest

from evalhub.connections.breaker import Breaker, BreakerOpen
from evalhub.connections.chat import CallFailed, CallFault


def fail(breaker: Breaker, fault: CallFault, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed(CallFailed(fault, f"It failed: {fault}."))


@pytest.mark.parametrize("fault", [CallFault.REFUSED_KEY, CallFault.UNKNOWN_MODEL, CallFault.HOST_NOT_ALLOWED])
def test_a_wrong_key_or_model_stops_at_the_first_call(fault: CallFault) -> None:
    breaker = Breaker()
    breaker.check()
    fail(breaker, fault)
    with pytest.raises(BreakerOpen, match=f"It failed: {fault}") as caught:
        breaker.check()
    assert caught.value.fault is fault


def test_after_a_success_one_refusal_may_be_chance() -> None:
    breaker = Breaker()
    breaker.succeeded()
    fail(breaker, CallFault.REFUSED_KEY, 2)
    breaker.check()
    fail(breaker, CallFault.REFUSED_KEY)
    with pytest.raises(BreakerOpen):
        breaker.check()


@pytest.mark.parametrize("fault", [CallFault.SERVER_ERROR, CallFault.TIMED_OUT, CallFault.BAD_REQUEST])
def test_what_never_worked_is_given_up_sooner_than_what_did(fault: CallFault) -> None:
    new, proven = Breaker(), Breaker()
    proven.succeeded()
    for breaker in (new, proven):
        fail(breaker, fault, 8)
    assert (new.is_open, proven.is_open) == (True, False)
    fail(proven, fault, 32)
    assert proven.is_open


def test_failures_of_different_kinds_do_not_add_up() -> None:
    breaker = Breaker()
    for _ in range(30):
        fail(breaker, CallFault.SERVER_ERROR)
        fail(breaker, CallFault.TIMED_OUT)
    breaker.check()


def test_a_success_begins_the_count_anew() -> None:
    breaker = Breaker()
    fail(breaker, CallFault.SERVER_ERROR, 7)
    breaker.succeeded()
    fail(breaker, CallFault.SERVER_ERROR, 7)
    breaker.check()
