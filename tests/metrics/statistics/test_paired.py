"""Paired comparisons against SciPy, statsmodels and likelihoods maximised apart."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.power import TTestPower

from metrics.statistics.paired import PairedResult, PairKind, PairTest, compare_paired, fold_repeats
from metrics.statistics.signs import smallest_sign_difference, tango_interval

COUNTS = st.integers(0, 40)


def columns(*, both: int, up: int, down: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Yes and no of so many pairs: baseline and candidate."""
    before = np.array([1.0] * both + [0.0] * up + [1.0] * down + [0.0] * neither)
    after = np.array([1.0] * both + [1.0] * up + [0.0] * down + [0.0] * neither)
    return before, after


def test_numbers_are_compared_as_scipy_and_statsmodels_do() -> None:
    random = np.random.default_rng(3)
    before = random.normal(0.6, 0.2, 80)
    after = before + random.normal(0.05, 0.15, 80)
    found = compare_paired(before, after, kind=PairKind.NUMBER)
    wanted = stats.ttest_rel(after, before)
    interval = wanted.confidence_interval()
    assert found.test == PairTest.PAIRED_T
    assert found.p == pytest.approx(wanted.pvalue)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high))
    assert found.difference == pytest.approx((after - before).mean())
    assert (found.baseline, found.candidate) == pytest.approx((before.mean(), after.mean()))
    assert (found.n, found.up, found.down) == (80, int((after > before).sum()), int((after < before).sum()))
    spread = (after - before).std(ddof=1)
    effect = TTestPower().solve_power(nobs=80, alpha=0.05, power=0.8)
    assert found.smallest == pytest.approx(effect * spread, rel=0.01)


def test_clusters_are_reckoned_with_as_by_a_regression() -> None:
    random = np.random.default_rng(5)
    groups = random.integers(0, 30, 300)
    before = random.normal(size=300)
    after = before + random.normal(scale=0.5, size=30)[groups] + random.normal(scale=0.2, size=300)
    found = compare_paired(before, after, kind=PairKind.NUMBER, clusters=groups)
    fitted = sm.OLS(after - before, np.ones(300)).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}, use_t=True
    )
    error = fitted.bse[0] * np.sqrt(30 / 29)
    assert found.test == PairTest.CLUSTERED_T
    assert found.clusters == 30
    assert found.p == pytest.approx(2 * stats.t.sf(abs(fitted.params[0]) / error, 29))
    half = stats.t.ppf(0.975, 29) * error
    assert (found.ci_low, found.ci_high) == pytest.approx((fitted.params[0] - half, fitted.params[0] + half))


def test_clusters_of_one_item_each_change_nothing() -> None:
    random = np.random.default_rng(6)
    before, after = random.random(50), random.random(50)
    alone = compare_paired(before, after, kind=PairKind.NUMBER)
    grouped = compare_paired(before, after, kind=PairKind.NUMBER, clusters=np.arange(50) * 7)
    assert (grouped.p, grouped.ci_low, grouped.smallest) == pytest.approx((alone.p, alone.ci_low, alone.smallest))


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_yes_and_no_get_mcnemars_exact_p(both: int, up: int, down: int, neither: int) -> None:
    before, after = columns(both=both, up=up, down=down, neither=neither)
    found = compare_paired(before, after, kind=PairKind.BOOLEAN)
    if both + up + down + neither < 2:
        assert found.p is None
        return
    assert found.test == PairTest.MCNEMAR
    assert found.p == pytest.approx(mcnemar([[both, up], [down, neither]], exact=True).pvalue)
    assert (found.up, found.down, found.same) == (up, down, both + neither)


def likeliest_down(difference: float, *, up: int, down: int, n: int) -> float:
    """The share going down that makes the counts likeliest when up less down is `difference`; found by search."""

    def surprise(share: float) -> float:
        shares = np.array([share + difference, share, 1 - 2 * share - difference])
        counts = np.array([up, down, n - up - down])
        return -float((counts * np.log(np.maximum(shares, 1e-300))).sum())

    ends = (max(0.0, -difference), (1 - difference) / 2)
    return float(optimize.minimize_scalar(surprise, bounds=ends, method="bounded", options={"xatol": 1e-12}).x)


@pytest.mark.parametrize(
    ("up", "down", "n"), [(12, 2, 50), (0, 1, 44), (7, 7, 30), (30, 3, 400), (5, 0, 9), (0, 0, 20)]
)
def test_the_score_interval_ends_where_the_score_test_rejects(up: int, down: int, n: int) -> None:
    low, high = tango_interval(up=up, down=down, n=n)
    for end in (low, high):
        share = likeliest_down(end, up=up, down=down, n=n)
        distance = abs(up - down - n * end) / np.sqrt(n * (2 * share + end - end * end))
        assert distance == pytest.approx(stats.norm.ppf(0.975), rel=1e-3)
    assert -1 <= low < (up - down) / n < high <= 1


def test_the_smallest_share_is_found_four_times_in_five() -> None:
    """Over made-up pairs with exactly that difference; the exact test finds a little less than the formula says."""
    n, differing = 400, 0.2
    smallest = smallest_sign_difference(up=40, down=40, n=n)
    assert smallest is not None
    random = np.random.default_rng(11)
    shares = [(differing + smallest) / 2, (differing - smallest) / 2, 1 - differing]
    counts = random.multinomial(n, shares, size=800)
    found = np.mean([stats.binomtest(up, up + down).pvalue <= 0.05 for up, down, _ in counts])
    assert found == pytest.approx(0.8, abs=0.04)


def test_labels_are_compared_by_their_order_alone() -> None:
    before = np.array([0.0, 1.0, 2.0, 0.0, 3.0, 1.0, 0.0, 0.0])
    after = np.array([3.0, 2.0, 2.0, 1.0, 0.0, 2.0, 1.0, 3.0])
    found = compare_paired(before, after, kind=PairKind.ORDER)
    assert (found.up, found.down, found.same) == (6, 1, 1)
    assert found.test == PairTest.SIGN
    assert found.difference == pytest.approx(5 / 8)
    assert found.p == pytest.approx(stats.binomtest(6, 7).pvalue)
    assert compare_paired(before * 10, after * 10, kind=PairKind.ORDER).p == found.p


def test_repeats_are_folded_to_one_value_an_item() -> None:
    values = np.array([1.0, 0.0, np.nan, 1.0, np.nan, np.nan])
    folded = fold_repeats(values, repeats=2)
    assert folded[:2] == pytest.approx([0.5, 1.0])
    assert np.isnan(folded[2])
    assert fold_repeats(values, repeats=1) is values


def test_shares_of_folded_repeats_are_numbers() -> None:
    before, after = np.array([0.5, 1.0, 0.0, 0.25]), np.array([1.0, 1.0, 0.5, 0.75])
    assert compare_paired(before, after, kind=PairKind.BOOLEAN).test == PairTest.PAIRED_T


def test_only_items_with_both_values_count() -> None:
    nan = np.nan
    before, after = np.array([nan, 0.1, 0.2, 0.3, nan]), np.array([0.5, nan, 0.4, 0.7, nan])
    found = compare_paired(before, after, kind=PairKind.NUMBER)
    assert found.n == 2
    assert found.baseline == pytest.approx(0.25)


@pytest.mark.parametrize("length", [0, 1])
def test_too_few_items_say_nothing(length: int) -> None:
    found = compare_paired(np.zeros(length), np.ones(length), kind=PairKind.BOOLEAN)
    assert (found.n, found.p, found.ci_low, found.smallest) == (length, None, None, None)


def test_one_cluster_says_nothing() -> None:
    found = compare_paired(np.zeros(9), np.ones(9), kind=PairKind.NUMBER, clusters=np.zeros(9, dtype=np.int64))
    assert (found.clusters, found.difference, found.p) == (1, 1.0, None)


def equal_shift(n: int) -> PairedResult:
    before = np.linspace(0, 1, n)
    return compare_paired(before, before + 0.1, kind=PairKind.NUMBER)


def test_items_that_all_differ_alike_need_to_be_many() -> None:
    assert equal_shift(2).p == pytest.approx(0.5)
    assert equal_shift(10).p == pytest.approx(stats.binomtest(10, 10).pvalue)
    assert compare_paired(np.ones(9), np.ones(9), kind=PairKind.NUMBER).p == 1.0
