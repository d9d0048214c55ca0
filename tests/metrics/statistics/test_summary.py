"""Means, intervals and histograms, checked against statsmodels, scipy.stats and worked examples."""

from __future__ import annotations

import math
import subprocess
import sys
from statistics import variance

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from metrics.statistics.summary import Summary, bin_edges, histogram, summarise

NUMBERS = st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 4)), min_size=2, max_size=60)


def test_a_table_worked_out_by_hand() -> None:
    summary = summarise(np.array([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]), is_share=False)
    assert (summary.n, summary.mean, summary.minimum, summary.maximum) == (8, 5.0, 2.0, 9.0)
    assert summary.variance == pytest.approx(32 / 7)
    assert summary.ci_low == pytest.approx(3.212512, abs=1e-6)
    assert summary.ci_high == pytest.approx(6.787488, abs=1e-6)


@given(NUMBERS)
def test_numbers_get_students_interval(values: list[float]) -> None:
    summary = summarise(np.array(values), is_share=False)
    low, high = DescrStatsW(values).tconfint_mean(alpha=0.05)
    scale = 1e-9 * (1 + max(map(abs, values)))
    assert summary.mean == pytest.approx(math.fsum(values) / len(values), abs=scale)
    assert summary.variance == pytest.approx(variance(values), rel=1e-6, abs=scale)
    assert (summary.ci_low, summary.ci_high) == pytest.approx((low, high), rel=1e-6, abs=1e3 * scale)


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=2, max_size=200))
def test_shares_get_wilsons_interval(values: list[float]) -> None:
    summary = summarise(np.array(values), is_share=True)
    low, high = proportion_confint(int(sum(values)), len(values), alpha=0.05, method="wilson")
    assert (summary.ci_low, summary.ci_high) == pytest.approx((low, high), abs=1e-12)
    assert summary.mean is not None
    assert summary.ci_low is not None
    assert summary.ci_high is not None
    assert 0.0 <= summary.ci_low <= summary.mean <= summary.ci_high <= 1.0


def test_wilson_stays_honest_when_all_agree() -> None:
    summary = summarise(np.ones(5), is_share=True)
    assert (summary.mean, summary.ci_high) == (1.0, 1.0)
    assert summary.ci_low == pytest.approx(0.565518, abs=1e-6)


def test_nothing_has_no_mean_and_one_value_no_interval() -> None:
    assert summarise(np.array([]), is_share=False) == Summary(n=0)
    assert summarise(np.array([np.nan, np.nan]), is_share=True) == Summary(n=0)
    assert summarise(np.array([np.nan, 3.0]), is_share=False) == Summary(n=1, mean=3.0, minimum=3.0, maximum=3.0)


def test_what_is_missing_or_endless_is_left_out() -> None:
    summary = summarise(np.array([1.0, np.nan, 3.0, np.inf, -np.inf]), is_share=False)
    assert (summary.n, summary.mean, summary.minimum, summary.maximum) == (2, 2.0, 1.0, 3.0)


def test_far_away_values_keep_their_variance() -> None:
    assert summarise(np.array([1e9, 1e9 + 1, 1e9 + 2]), is_share=False).variance == pytest.approx(1.0)


def test_the_histogram_counts_the_upper_end_into_the_last_bin() -> None:
    counts = histogram(np.array([0.0, 0.049, 0.05, 0.15, 0.95, 1.0, np.nan, np.inf]), low=0.0, high=1.0)
    assert counts == [2, 1, 0, 1, *[0] * 15, 2]


@given(st.lists(st.floats(0, 1), max_size=50))
def test_every_value_on_the_scale_is_counted_once_and_in_its_bin(values: list[float]) -> None:
    counts = histogram(np.array(values), low=0.0, high=1.0)
    edges = bin_edges(low=0.0, high=1.0)
    assert len(counts) == 20
    assert sum(counts) == len(values)
    for place, count in enumerate(counts):
        low, high = edges[place], edges[place + 1]
        assert count == sum(low <= value < high or (place == 19 and value == high) for value in values)


def test_values_off_the_scale_are_not_counted() -> None:
    assert sum(histogram(np.array([-1.0, 0.5, 2.0]), low=0.0, high=1.0)) == 1


def test_a_scale_without_width_gets_one() -> None:
    assert sum(histogram(np.array([3.0, 3.0]), low=3.0, high=3.0)) == 2
    assert bin_edges(low=3.0, high=3.0, bins=2) == [2.5, 3.0, 3.5]


def test_summaries_do_not_load_the_heavy_part_of_scipy() -> None:
    code = "import sys, metrics.statistics.summary; sys.exit('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
