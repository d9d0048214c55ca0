"""Win rates of blind comparisons, checked against other implementations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binomtest

from metrics.statistics.preference import place_bias, win_rate

COUNTS = [(14, 6, 5), (3, 9, 0), (1, 0, 19), (40, 41, 19), (30, 2, 68)]


def votes(wins: int, losses: int, ties: int) -> list[int]:
    return [1] * wins + [-1] * losses + [0] * ties


def likeliest_loss(wins: int, losses: int, ties: int, difference: float) -> float:
    """The share of losses that makes the counts likeliest when wins exceed losses by `difference`."""

    def unlikelihood(loss: float) -> float:
        shares = (loss + difference, loss, 1 - 2 * loss - difference)
        counted = zip((wins, losses, ties), shares, strict=True)
        return -sum(count * math.log(max(share, 1e-300)) for count, share in counted if count)

    ends = max(0.0, -difference), (1 - difference) / 2
    return float(minimize_scalar(unlikelihood, bounds=ends, method="bounded", options={"xatol": 1e-12}).x)


def score(wins: int, losses: int, ties: int, difference: float) -> float:
    n, loss = wins + losses + ties, likeliest_loss(wins, losses, ties, difference)
    variance = (2 * loss + difference - difference**2) / n
    return ((wins - losses) / n - difference) / math.sqrt(variance)


@pytest.mark.parametrize("counts", COUNTS)
def test_the_interval_holds_the_rates_that_the_score_test_does_not_refuse(counts: tuple[int, int, int]) -> None:
    found = win_rate(votes(*counts)).win_rate
    assert found
    wins, losses, ties = counts
    at = (wins - losses) / sum(counts)
    low = brentq(lambda d: score(*counts, d) - 1.959964, -0.999999, at - 1e-7)
    high = brentq(lambda d: score(*counts, d) + 1.959964, at + 1e-7, 0.999999)
    assert found.value == pytest.approx((wins + ties / 2) / sum(counts))
    assert (found.low, found.high) == pytest.approx(((1 + low) / 2, (1 + high) / 2), abs=1e-5)


@pytest.mark.parametrize("counts", COUNTS)
def test_without_ties_it_is_wilsons_interval_and_the_binomial_test(counts: tuple[int, int, int]) -> None:
    found = win_rate(votes(*counts))
    wins, losses, _ = counts
    theirs = binomtest(wins, wins + losses)
    assert found.of_decided
    ends = theirs.proportion_ci(method="wilson")
    assert (found.of_decided.low, found.of_decided.high) == pytest.approx((ends.low, ends.high))
    assert found.p == pytest.approx(theirs.pvalue)


def test_the_interval_holds_the_true_rate_as_often_as_it_says() -> None:
    drawn = np.random.default_rng(7).multinomial(60, [0.35, 0.25, 0.4], size=1500)
    shares = [win_rate(votes(*map(int, row))).win_rate for row in drawn]
    held = sum(share is not None and share.low <= 0.55 <= share.high for share in shares)
    assert 0.93 <= held / len(shares) <= 0.97


def test_when_all_agree_the_interval_still_has_a_width() -> None:
    found = win_rate([1] * 10).win_rate
    assert found
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.6 < found.low < 0.9


def test_of_several_votes_on_a_question_the_majority_counts_once() -> None:
    found = win_rate([3, 1, -2, 0])
    assert (found.wins, found.losses, found.ties, found.n) == (2, 1, 1, 4)


def test_nothing_said_is_no_rate() -> None:
    found = win_rate([])
    assert (found.win_rate, found.of_decided, found.p, found.n) == (None, None, None, 0)
    assert win_rate([0, 0]).of_decided is None


def test_a_lean_to_one_side_is_told_from_chance() -> None:
    assert place_bias(left=19, right=4).p == pytest.approx(binomtest(19, 23).pvalue)
    assert place_bias(left=0, right=0).p is None
