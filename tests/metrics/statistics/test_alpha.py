"""Krippendorff's alpha against the package `krippendorff`."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.statistics.alpha import Alpha, Level, krippendorff_alpha

NONE = np.nan
RATINGS = st.lists(
    st.lists(st.sampled_from([1.0, 2.0, 3.0, 5.0, NONE]), min_size=3, max_size=3), min_size=2, max_size=25
)


@pytest.mark.parametrize("level", Level)
@given(rows=RATINGS)
def test_it_is_the_packages_figure_with_any_values_missing(level: Level, rows: list[list[float]]) -> None:
    ratings = np.array(rows).T
    found = krippendorff_alpha(ratings, level=level)
    rated = ratings[:, np.isfinite(ratings).sum(axis=0) >= 2]
    if len(np.unique(rated[np.isfinite(rated)])) < 2:
        assert found.value is None
    else:
        assert found.value == pytest.approx(krippendorff.alpha(ratings, level_of_measurement=level.value))


def test_more_values_than_units_are_taken_as_numbers() -> None:
    random = np.random.default_rng(4)
    true = random.normal(size=60)
    ratings = true + random.normal(scale=0.4, size=(4, 60))
    found = krippendorff_alpha(ratings, level=Level.INTERVAL)
    assert found.value == pytest.approx(krippendorff.alpha(ratings, level_of_measurement="interval"))
    assert found.n == 60


def test_pairs_of_raters_who_agree_are_counted_over_all_units() -> None:
    ratings = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, NONE], [1.0, 2.0, NONE]])
    found = krippendorff_alpha(ratings, level=Level.NOMINAL)
    assert found.n == 2
    assert found.pairs_agree == pytest.approx((3 + 1) / 6)


def test_the_interval_holds_the_true_value_nine_times_of_ten_and_more() -> None:
    random = np.random.default_rng(8)
    held = []
    for _ in range(120):
        true = random.integers(0, 2, 150)
        ratings = np.where(random.random((3, 150)) < 0.1, 1 - true, true).astype(np.float64)
        found = krippendorff_alpha(ratings, level=Level.NOMINAL)
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= 0.64 <= found.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.06)


def test_nobody_agrees_or_disagrees_where_there_is_nothing_to_compare() -> None:
    assert krippendorff_alpha(np.array([[1.0, 2.0], [NONE, NONE]]), level=Level.NOMINAL) == Alpha(n=0)
    assert krippendorff_alpha(np.array([[1.0, 1.0], [1.0, 1.0]]), level=Level.ORDINAL) == Alpha(2, 1.0)
    assert krippendorff_alpha(np.array([[1.0], [2.0]]), level=Level.NOMINAL).low is None
