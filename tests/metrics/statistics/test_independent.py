"""Two groups of different items: the same numbers as SciPy's and statsmodels'."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from metrics.statistics.independent import Sample, compare_means, compare_shares, p_of_table

SMALL = [(3, 7, 9, 2), (0, 12, 5, 30), (8, 1, 20, 400), (5, 5, 5, 5), (1, 0, 0, 1)]
LARGE = [(60, 40, 300, 500), (1_000, 9_000, 800, 9_000)]


@pytest.mark.parametrize("table", SMALL)
def test_small_counts_are_tested_exactly(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    assert p_of_table(*table) == pytest.approx(stats.fisher_exact([[a, b], [c, d]]).pvalue)


@pytest.mark.parametrize("table", LARGE)
def test_large_counts_are_tested_by_chi_squared(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    expected = stats.chi2_contingency([[a, b], [c, d]], correction=False).pvalue
    assert p_of_table(*table) == pytest.approx(expected)


def test_a_table_in_which_nothing_varies_shows_nothing() -> None:
    assert p_of_table(10, 0, 20, 0) == 1.0


def test_the_interval_of_two_shares_is_newcombes() -> None:
    found = compare_shares(12, 40, 90, 150)
    low, high = confint_proportions_2indep(12, 40, 90, 150, method="newcomb", compare="diff")
    assert (found.difference, found.ci_low, found.ci_high) == pytest.approx((12 / 40 - 90 / 150, low, high))


def test_two_means_are_compared_as_welch_does() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.normal(0.4, 0.3, 25), rng.normal(0.6, 0.1, 300)
    found = compare_means(Sample.of(one), Sample.of(other))
    expected = stats.ttest_ind(one, other, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert found is not None
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high))


def test_means_of_what_never_varies_are_not_tested() -> None:
    same = Sample.of(np.full(30, 0.5))
    assert compare_means(same, same) is None
