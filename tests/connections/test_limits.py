"""The limit that finds itself, against endpoints whose own limit is known; and amounts a minute."""

from __future__ import annotations

import random

import pytest

from evalhub.connections.limits import AdaptiveLimit, Bucket


def play(limit: AdaptiveLimit, *, rounds: int, at_most: int | None = None, rejected_share: float = 0.0) -> list[int]:
    """Rounds of as many calls as the limit allows, at an endpoint of known manners; the limit after each round."""
    chance = random.Random(3)
    sizes = []
    for _ in range(rounds):
        epoch, calls = limit.epoch, limit.size
        for place in range(calls):
            if (at_most is not None and place >= at_most) or chance.random() < rejected_share:
                limit.rejected(epoch=epoch)
            else:
                limit.succeeded(epoch=epoch, holds_back=True)
        sizes.append(limit.size)
    return sizes


def test_it_doubles_each_round_until_the_ceiling() -> None:
    assert play(AdaptiveLimit(ceiling=200, start=8), rounds=6) == [16, 32, 64, 128, 200, 200]


def test_it_never_starts_above_the_ceiling() -> None:
    assert AdaptiveLimit(ceiling=3, start=8).size == 3


def test_it_does_not_grow_while_nobody_waits() -> None:
    limit = AdaptiveLimit(ceiling=100, start=10)
    for _ in range(50):
        limit.succeeded(epoch=limit.epoch, holds_back=False)
    assert limit.size == 10


def test_one_burst_of_rejections_halves_it_once() -> None:
    limit = AdaptiveLimit(ceiling=100, start=64)
    assert [limit.rejected(epoch=0) for _ in range(30)] == [True] + [False] * 29
    assert limit.size == 32


@pytest.mark.parametrize(("ceiling", "start", "at_most"), [(200, 50, 40), (100, 100, 17), (256, 64, 100), (20, 20, 5)])
def test_it_stays_near_what_the_endpoint_allows(ceiling: int, start: int, at_most: int) -> None:
    sizes = play(AdaptiveLimit(ceiling=ceiling, start=start), rounds=200, at_most=at_most)[5:]
    assert max(sizes) <= 1.2 * at_most
    assert sum(sizes) / len(sizes) >= 0.8 * at_most


def test_it_comes_down_to_one_at_an_endpoint_that_serves_nobody() -> None:
    assert play(AdaptiveLimit(ceiling=64, start=64), rounds=20, at_most=0)[-1] == 1


@pytest.mark.parametrize(("ceiling", "start", "share"), [(200, 50, 0.1), (50, 12, 0.1), (20, 8, 0.05)])
def test_rejections_that_have_nothing_to_do_with_it_are_borne(ceiling: int, start: int, share: float) -> None:
    sizes = play(AdaptiveLimit(ceiling=ceiling, start=start), rounds=200, rejected_share=share)
    assert sum(sizes[50:]) / len(sizes[50:]) > 0.8 * ceiling


def test_a_lower_ceiling_holds_at_once_and_a_higher_one_is_grown_into() -> None:
    limit = AdaptiveLimit(ceiling=50, start=50)
    limit.set_ceiling(10)
    assert limit.size == 10
    limit.set_ceiling(40)
    assert limit.size == 10
    assert play(limit, rounds=4)[-1] == 40


@pytest.mark.parametrize(("per_minute", "amount", "wait"), [(60, 1, 1.0), (600, 1, 0.1), (6000, 500, 2.01)])
def test_a_bucket_that_is_empty_refills_steadily(per_minute: float, amount: float, wait: float) -> None:
    bucket = Bucket(per_minute=per_minute, now=0.0)
    while bucket.wait(now=0.0) == 0:
        bucket.take(amount, now=0.0)
    assert 0 < bucket.wait(now=0.0) <= wait
    assert bucket.wait(now=wait) == pytest.approx(0.0, abs=1e-9)


def test_in_a_minute_no_more_is_taken_than_the_minute_has_and_a_few_seconds() -> None:
    bucket, taken = Bucket(per_minute=600, now=0.0), 0
    for tick in range(60_000):
        while bucket.wait(now=tick / 1000) == 0:
            bucket.take(1, now=tick / 1000)
            taken += 1
    assert 600 <= taken <= 631


def test_what_was_taken_too_much_is_given_back() -> None:
    bucket = Bucket(per_minute=60, now=0.0)
    bucket.take(10, now=0.0)
    assert bucket.wait(now=0.0) == pytest.approx(8.0)
    bucket.take(-8, now=0.0)
    assert bucket.wait(now=0.0) == 0.0
