"""What is tried again, and when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evalhub.connections.chat import CallFault
from evalhub.connections.retries import RetryPolicy, asked_wait, exhausted_for, fault_of, is_tried_again

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert is_tried_again(status)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 413, 422])
def test_what_will_not_pass_is_not(status: int) -> None:
    assert not is_tried_again(status)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, CallFault.BAD_REQUEST),
        (401, CallFault.REFUSED_KEY),
        (403, CallFault.REFUSED_KEY),
        (404, CallFault.UNKNOWN_MODEL),
        (408, CallFault.TIMED_OUT),
        (422, CallFault.BAD_REQUEST),
        (429, CallFault.RATE_LIMITED),
        (502, CallFault.SERVER_ERROR),
    ],
)
def test_a_status_says_what_is_at_fault(status: int, fault: CallFault) -> None:
    assert fault_of(status) is fault


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_the_asked_wait_is_read_as_seconds_or_date(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers, now=NOON) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"x-ratelimit-remaining-requests": "12", "x-ratelimit-reset-requests": "1s"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30.5s"}, 90.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "20ms"}, 0.02),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "7"}, 7.0),
        ({"x-ratelimit-remaining-tokens": "0"}, 1.0),
    ],
)
def test_a_limit_that_is_used_up_is_waited_for(headers: dict[str, str], seconds: float | None) -> None:
    assert exhausted_for(headers) == seconds


def test_waits_double_up_to_the_longest_and_vary() -> None:
    policy = RetryPolicy(first_wait=1.0, longest_wait=10.0)
    for tried, most in ((1, 1.0), (2, 2.0), (3, 4.0), (9, 10.0)):
        waits = [policy.wait(tried=tried) for _ in range(50)]
        assert most / 2 <= min(waits) < max(waits) <= most


def test_nobody_comes_back_before_the_asked_time() -> None:
    policy = RetryPolicy(first_wait=1.0, longest_wait=10.0)
    waits = [policy.wait(tried=1, asked=3.0) for _ in range(50)]
    assert 3.0 <= min(waits) < max(waits) <= 3.5
    assert policy.wait(tried=1, asked=86400.0) <= 10.5
