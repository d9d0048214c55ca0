"""The corrected pass rate: what it says, how often its interval holds the truth, and when it says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.statistics.agreement import PassTable, Share
from metrics.statistics.corrected import corrected_rate


def test_the_known_errors_are_taken_out() -> None:
    """Rogan and Gladen: (0.5 + 0.9 − 1) / (0.8 + 0.9 − 1)."""
    found = corrected_rate(Share(500, 1_000), PassTable(true_pass=80, false_fail=20, true_fail=90, false_pass=10))
    assert found.raw == 0.5
    assert found.value == pytest.approx(0.4 / 0.7)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.4 / 0.7 < found.high


def test_a_perfect_judge_of_very_many_rows_is_not_corrected() -> None:
    found = corrected_rate(Share(300, 1_000), PassTable(10**7, 0, 0, 10**7))
    assert found.value == pytest.approx(0.3)
    assert (found.low, found.high) == pytest.approx((0.2723, 0.3291), abs=0.002)


@pytest.mark.parametrize(
    ("truth", "sensitivity", "specificity", "labelled"),
    [(0.6, 0.85, 0.8, 60), (0.9, 0.95, 0.7, 40), (0.2, 0.7, 0.9, 100), (0.97, 0.9, 0.9, 60)],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(
    truth: float, sensitivity: float, specificity: float, labelled: int
) -> None:
    random = np.random.default_rng(2_014)
    held = []
    for _ in range(1_500):
        right, wrong = random.binomial(labelled, sensitivity), random.binomial(labelled, specificity)
        rate = truth * sensitivity + (1 - truth) * (1 - specificity)
        table = PassTable(right, labelled - wrong, labelled - right, wrong)
        found = corrected_rate(Share(int(random.binomial(400, rate)), 400), table)
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= truth <= found.high)
    # Near the end of the scale it is a little wider than it need be.
    assert 0.935 <= np.mean(held) <= 0.992


def test_it_stays_within_what_a_share_can_be() -> None:
    low = corrected_rate(Share(1, 100), PassTable(45, 10, 5, 40))
    high = corrected_rate(Share(99, 100), PassTable(40, 5, 10, 45))
    assert (low.value, low.low) == (0.0, 0.0)
    assert (high.value, high.high) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("passed", "table", "reason"),
    [
        (Share(0, 0), PassTable(5, 1, 1, 5), "Nothing is scored"),
        (Share(5, 10), PassTable(0, 4, 0, 6), "no labelled item pass"),
        (Share(5, 10), PassTable(6, 0, 4, 0), "no labelled item fail"),
        (Share(5, 10), PassTable(5, 5, 5, 5), "no better than chance"),
    ],
)
def test_it_says_when_it_cannot_be_told(passed: Share, table: PassTable, reason: str) -> None:
    found = corrected_rate(passed, table)
    assert found.value is None
    assert reason in found.refusal
