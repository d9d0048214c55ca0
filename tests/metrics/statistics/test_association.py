"""What goes together: the same numbers as SciPy's and NumPy's, and an interval that holds what it says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from metrics.statistics.association import associate_marks, rank_correlation


def test_phi_is_the_correlation_of_the_marks() -> None:
    rng = np.random.default_rng(1)
    first = rng.random(400) < 0.3
    second = np.where(rng.random(400) < 0.6, first, rng.random(400) < 0.3)
    found = associate_marks(first, second)
    assert found.phi == pytest.approx(np.corrcoef(first, second)[0, 1])
    assert found.lift == pytest.approx((first & second).mean() / (first.mean() * second.mean()))
    assert found.n == 400


def test_marks_that_are_on_no_item_go_with_nothing() -> None:
    found = associate_marks(np.zeros(20, dtype=np.bool_), np.arange(20) < 5)
    assert (found.both, found.only_second, found.phi, found.p) == (0, 5, None, None)


def test_the_interval_of_lift_holds_the_true_lift_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    chances, inside = np.array([0.1, 0.1, 0.15, 0.65]), 0
    truth = 0.1 / (0.2 * 0.25)
    for counts in rng.multinomial(500, chances, size=1_000):
        marks = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], counts, axis=0).astype(np.bool_)
        found = associate_marks(marks[:, 0], marks[:, 1])
        assert found.ci_low is not None
        assert found.ci_high is not None
        inside += found.ci_low <= truth <= found.ci_high
    assert 930 <= inside <= 970


def test_rank_correlation_is_spearmans() -> None:
    rng = np.random.default_rng(4)
    length = rng.integers(10, 60, 200).astype(np.float64)
    score = np.round(length / 100 + rng.normal(0, 0.2, 200), 1)
    score[::17] = np.nan
    known = np.isfinite(score)
    found = rank_correlation(score, length)
    expected = stats.spearmanr(score[known], length[known])
    assert found is not None
    assert (found.n, found.rho, found.p) == pytest.approx((known.sum(), expected.statistic, expected.pvalue))
    assert found.ci_low < found.rho < found.ci_high


def test_too_few_items_or_one_length_have_no_correlation() -> None:
    assert rank_correlation(np.arange(29.0), np.arange(29.0)) is None
    assert rank_correlation(np.arange(50.0), np.ones(50)) is None
