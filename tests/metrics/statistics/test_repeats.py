"""pass@k, all of k and the majority against every draw counted out, and clustered intervals against statsmodels."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from metrics.statistics.intervals import t_interval, wilson_interval
from metrics.statistics.repeats import all_of_k, clustered_variance, pass_at_k, summarise_repeats
from metrics.statistics.summary import summarise

VERDICTS = st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=9)


@given(VERDICTS, st.integers(1, 9))
def test_the_estimators_are_the_shares_over_all_draws(verdicts: list[float], k: int) -> None:
    trials, passes = np.array([float(len(verdicts))]), np.array([sum(verdicts)])
    (any_passes,) = pass_at_k(trials=trials, passes=passes, k=k)
    (all_pass,) = all_of_k(trials=trials, passes=passes, k=k)
    draws = list(combinations(verdicts, k))
    if not draws:
        assert np.isnan(any_passes)
        assert np.isnan(all_pass)
        return
    assert any_passes == pytest.approx(np.mean([max(draw) for draw in draws]))
    assert all_pass == pytest.approx(np.mean([min(draw) for draw in draws]))


def test_one_repeat_makes_all_three_the_pass_rate() -> None:
    summary = summarise_repeats(np.array([[1.0], [0.0], [1.0], [1.0]]), k=1)
    assert (summary.any_of_k, summary.all_of_k, summary.majority) == (0.75, 0.75, 0.75)


def test_repeats_are_summarised_item_by_item() -> None:
    verdicts = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]], dtype=float)
    summary = summarise_repeats(verdicts, k=4)
    assert (summary.any_of_k, summary.all_of_k) == (0.8, 0.2)
    assert summary.majority == 0.4  # two of four are no majority
    assert (summary.n_items, summary.n_flaky) == (5, 3)
    # Of 2 draws: 1, 1, 5/6, 1/2, 0 of the draws hold a pass.
    assert summarise_repeats(verdicts, k=2).any_of_k == pytest.approx((1 + 1 + 5 / 6 + 1 / 2 + 0) / 5)


def test_items_with_too_few_verdicts_are_left_out_and_counted_so() -> None:
    verdicts = np.array([[1, 1, np.nan], [1, 0, 1], [np.nan, np.nan, np.nan]])
    summary = summarise_repeats(verdicts, k=3)
    assert (summary.n_items, summary.any_of_k, summary.all_of_k, summary.majority) == (1, 1.0, 0.0, 1.0)


def test_without_any_verdict_there_is_no_share() -> None:
    summary = summarise_repeats(np.full((3, 2), np.nan), k=2)
    assert (summary.n_items, summary.any_of_k, summary.all_of_k, summary.majority) == (0, None, None, None)


def test_a_hundred_repeats_lose_no_precision() -> None:
    trials, passes = np.array([100.0]), np.array([5.0])
    missed = np.prod([1 - 50 / (100 - i) for i in range(5)])
    assert pass_at_k(trials=trials, passes=passes, k=50)[0] == pytest.approx(1 - missed, rel=1e-12)


def test_the_clustered_variance_is_that_of_a_regression_with_clustered_errors() -> None:
    random = np.random.default_rng(7)
    values = random.normal(size=(40, 1)) + random.normal(scale=0.3, size=(40, 5))
    values[random.random(values.shape) < 0.1] = np.nan
    rows, _ = np.nonzero(np.isfinite(values))
    flat = values[np.isfinite(values)]
    fitted = sm.OLS(flat, np.ones(len(flat))).fit(
        cov_type="cluster", cov_kwds={"groups": rows, "use_correction": False}
    )
    found = clustered_variance(values)
    assert found is not None
    variance, groups = found
    assert groups == 40
    assert variance == pytest.approx(fitted.cov_params()[0, 0] * groups / (groups - 1))


def test_an_interval_over_repeats_is_that_of_the_means_of_items() -> None:
    values = np.array([[0.2, 0.4], [0.6, 0.8], [0.5, 0.5], [0.9, 0.7]])
    summary = summarise(values.ravel(), is_share=False, repeats=2)
    means = values.mean(axis=1)
    wanted = t_interval(mean=float(means.mean()), variance=float(means.var(ddof=1)), n=4)
    assert (summary.ci_low, summary.ci_high) == pytest.approx(wanted)


def test_repeats_that_all_agree_are_worth_one_item_each() -> None:
    same = np.repeat([1.0, 0.0, 1.0, 1.0, 0.0, 1.0], 8)
    repeated = summarise(same, is_share=True, repeats=8)
    once = wilson_interval(share=4 / 6, n=5)  # the factor G / (G - 1) takes one item
    assert (repeated.ci_low, repeated.ci_high) == pytest.approx(once)
    as_if_apart = summarise(same, is_share=True)
    assert as_if_apart.ci_low is not None
    assert repeated.ci_low is not None
    assert repeated.ci_low < as_if_apart.ci_low


def test_a_share_without_variance_keeps_a_width_and_a_single_item_has_none() -> None:
    all_pass = summarise(np.ones(12), is_share=True, repeats=3)
    assert (all_pass.ci_low, all_pass.ci_high) == pytest.approx(wilson_interval(share=1.0, n=4))
    alone = summarise(np.array([1.0, 0.0, 1.0]), is_share=True, repeats=3)
    assert (alone.n, alone.ci_low, alone.ci_high) == (3, None, None)
