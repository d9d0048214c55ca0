"""Corrections and second opinions against statsmodels and SciPy; verdicts by direction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from metrics.statistics.adjusting import benjamini_hochberg, holm
from metrics.statistics.checks import bootstrap_interval, wilcoxon_signed_rank
from metrics.statistics.paired import PairKind, compare_paired
from metrics.statistics.verdicts import Verdict, verdict_of

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@settings(max_examples=30)
@given(P_VALUES)
def test_holm_and_benjamini_hochberg_are_those_of_statsmodels(values: list[float]) -> None:
    assert holm(values) == pytest.approx(multipletests(values, method="holm")[1])
    assert benjamini_hochberg(values) == pytest.approx(multipletests(values, method="fdr_bh")[1])


def test_what_could_not_be_tested_is_not_counted() -> None:
    assert holm([0.01, None, 0.04]) == [pytest.approx(0.02), None, pytest.approx(0.04)]
    assert benjamini_hochberg([None, None]) == [None, None]


@pytest.mark.parametrize("digits", [1, 6])
def test_ranks_are_summed_as_by_scipy(digits: int) -> None:
    differences = np.random.default_rng(9).normal(0.1, 0.4, 60).round(digits)
    wanted = stats.wilcoxon(differences, method="asymptotic", correction=False, zero_method="wilcox").pvalue
    assert wilcoxon_signed_rank(differences) == pytest.approx(wanted)


def test_ranks_of_nothing_say_nothing() -> None:
    assert wilcoxon_signed_rank(np.zeros(5)) is None


def test_the_bootstrap_comes_close_to_scipys() -> None:
    differences = np.random.default_rng(4).exponential(1, 120)
    wanted = stats.bootstrap((differences,), np.mean, n_resamples=9_999, method="percentile", rng=1).confidence_interval
    assert bootstrap_interval(differences) == pytest.approx((wanted.low, wanted.high), abs=0.03)
    assert bootstrap_interval(differences[:1]) is None


def test_the_bootstrap_of_clusters_is_as_wide_as_clusters_differ() -> None:
    random = np.random.default_rng(8)
    groups = np.repeat(np.arange(25), 8)
    differences = random.normal(size=25)[groups]
    low, high = bootstrap_interval(differences, clusters=groups) or (0.0, 0.0)
    half = (high - low) / 2
    assert half == pytest.approx(1.96 * differences[::8].std(ddof=1) / 5, rel=0.12)


def verdict(shift: float, *, adjusted_p: float | None = None, higher_is_better: bool = True) -> Verdict:
    before = np.random.default_rng(2).random(40)
    noise = np.random.default_rng(12).normal(0, 0.1, 40)
    result = compare_paired(before, before + shift + noise - noise.mean(), kind=PairKind.NUMBER)
    return verdict_of(
        result, adjusted_p=result.p if adjusted_p is None else adjusted_p, higher_is_better=higher_is_better
    )


def test_the_verdict_follows_the_direction() -> None:
    assert verdict(0.1) == Verdict.BETTER
    assert verdict(0.1, higher_is_better=False) == Verdict.WORSE
    assert verdict(-0.1, higher_is_better=False) == Verdict.BETTER


def test_what_counts_only_alone_is_perhaps() -> None:
    assert verdict(0.1, adjusted_p=0.06) == Verdict.PERHAPS_BETTER
    assert verdict(-0.1, adjusted_p=0.06) == Verdict.PERHAPS_WORSE


def test_noise_is_no_difference_and_equality_is_the_same() -> None:
    assert verdict(0.001) == Verdict.NO_DIFFERENCE
    ones = compare_paired(np.ones(30), np.ones(30), kind=PairKind.NUMBER)
    assert verdict_of(ones, adjusted_p=ones.p, higher_is_better=True) == Verdict.SAME
    few = compare_paired(np.ones(1), np.zeros(1), kind=PairKind.NUMBER)
    assert verdict_of(few, adjusted_p=few.p, higher_is_better=True) == Verdict.TOO_FEW
