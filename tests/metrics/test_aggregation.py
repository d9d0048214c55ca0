"""Overall scores of items and runs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.aggregation import overall, run_overall
from metrics.scale import Scale

UNIT = Scale()
SHARE = st.floats(0, 1)
MAYBE = st.one_of(st.none(), SHARE)


def column(*values: float | None) -> np.ndarray:
    return np.array([math.nan if value is None else value for value in values])


def test_an_item_gets_the_weighted_mean_of_what_it_has() -> None:
    values = [column(1.0, 0.5, None, None), column(0.0, None, 0.25, None)]
    result = overall(values, [UNIT, UNIT], [3.0, 1.0])
    assert result[:3].tolist() == [0.75, 0.5, 0.25]
    assert math.isnan(result[3])


def test_inverted_and_longer_scales_enter_by_their_distance_from_the_worse_end() -> None:
    scales = [Scale(higher_is_better=False), Scale(minimum=1.0, maximum=5.0)]
    assert overall([column(0.25), column(4.0)], scales, [1.0, 1.0]).tolist() == [0.75]


def test_a_metric_without_ends_takes_no_part() -> None:
    seconds = Scale(higher_is_better=False, minimum=0.0, maximum=None)
    assert overall([column(0.5), column(900.0)], [UNIT, seconds], [1.0, 1.0]).tolist() == [0.5]
    assert run_overall([900.0], [seconds], [1.0]) is None


def test_nothing_with_a_weight_has_no_overall() -> None:
    assert math.isnan(overall([column(0.5)], [UNIT], [0.0])[0])
    assert run_overall([None, None], [UNIT, UNIT], [1.0, 1.0]) is None
    assert run_overall([], [], []) is None
    assert overall([], [], []).size == 0


def test_a_run_gets_the_weighted_mean_of_the_metric_means() -> None:
    assert run_overall([0.9, None, 0.3], [UNIT] * 3, [2.0, 5.0, 1.0]) == pytest.approx(0.7)


@given(st.lists(st.tuples(MAYBE, SHARE), min_size=1, max_size=6))
def test_on_plain_metrics_it_is_the_plain_formula(pairs: list[tuple[float | None, float]]) -> None:
    means, weights = [mean for mean, _ in pairs], [weight for _, weight in pairs]
    total = weight_sum = 0.0
    for mean, weight in pairs:
        if mean is not None:
            total, weight_sum = total + weight * mean, weight_sum + weight
    plain = total / weight_sum if weight_sum > 0 else None
    assert run_overall(means, [UNIT] * len(pairs), weights) == plain


@given(SHARE, st.booleans(), st.floats(-10, 10), st.floats(0.1, 10))
def test_each_value_counts_as_its_scale_says(share: float, higher: bool, low: float, width: float) -> None:
    scale = Scale(higher_is_better=higher, minimum=low, maximum=low + width)
    value = scale.at_goodness(share)
    assert value is not None
    assert overall([column(value)], [scale], [2.0])[0] == pytest.approx(scale.goodness(value), abs=1e-9)


def test_metrics_scales_and_weights_have_to_match() -> None:
    with pytest.raises(ValueError, match="zip"):
        overall([column(1.0)], [UNIT, UNIT], [1.0])
