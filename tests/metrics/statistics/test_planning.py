"""Planning a comparison: against statsmodels, and against what runs simulated from known parts show."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower

from metrics.statistics.paired import PairKind, compare_paired
from metrics.statistics.planning import (
    Noise,
    Spread,
    items_needed,
    noise_of_repeats,
    noise_of_twins,
    smallest_difference,
    spread_of,
)


@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("effect", [0.05, 0.2, 0.5, 1.0])
def test_items_are_as_many_as_statsmodels_says(effect: float, power: float) -> None:
    needed = items_needed(4.0, difference=2.0 * effect, power=power)
    theirs = TTestPower().solve_power(effect_size=effect, alpha=0.05, power=power)
    assert needed is not None
    assert abs(needed - theirs) <= max(2, 0.01 * theirs)


@pytest.mark.parametrize("items", [2, 3, 10, 400])
def test_the_smallest_difference_is_shown_by_its_items_and_by_no_fewer(items: int) -> None:
    smallest = smallest_difference(0.3, items=items)
    assert smallest is not None
    assert items_needed(0.3, difference=smallest * 1.000001) == items
    assert items_needed(0.3, difference=smallest * 0.99) > items  # type: ignore[operator]


def test_what_cannot_be_planned_is_said() -> None:
    assert smallest_difference(1.0, items=1) is None
    assert items_needed(1.0, difference=1e-6) is None
    assert items_needed(0.0, difference=0.1) == 2
    with pytest.raises(ValueError, match="0"):
        items_needed(1.0, difference=0.0)


def test_the_noise_of_repeats_is_the_pooled_variance_within_items() -> None:
    rows = np.array([[0.0, 1.0, 0.5], [0.2, np.nan, 0.4], [np.nan, np.nan, 1.0]])
    within = [np.array([0.0, 1.0, 0.5]).var(ddof=1) * 2, np.array([0.2, 0.4]).var(ddof=1) * 1]
    noise = noise_of_repeats(rows.ravel(), repeats=3)
    assert noise is not None
    assert noise.variance == pytest.approx(sum(within) / 3)
    assert noise.n == 2
    assert noise_of_repeats(np.array([1.0, np.nan]), repeats=2) is None


def test_parts_are_found_again_in_simulated_runs() -> None:
    rng = np.random.default_rng(5)
    items, repeats, within, between = 4_000, 3, 0.3, 0.2
    base = rng.normal(0.5, 0.4, items)
    effect = rng.normal(0.05, between, items)

    def answers(means: np.ndarray) -> np.ndarray:
        return means[:, None] + rng.normal(0.0, within, (items, repeats))

    one, twin, other = answers(base), answers(base), answers(base + effect)
    from_repeats = noise_of_repeats(one.ravel(), repeats=repeats)
    from_twins = noise_of_twins(twin.mean(axis=1) - one.mean(axis=1), repeats=repeats)
    for noise in (from_repeats, from_twins):
        assert noise is not None
        assert noise.variance == pytest.approx(within**2, rel=0.06)
        spread = spread_of(other.mean(axis=1) - one.mean(axis=1), noise=noise, repeats=(repeats, repeats))
        assert spread is not None
        assert spread.items == pytest.approx(between**2, rel=0.12)
        assert spread.noise == pytest.approx(2 * within**2, rel=0.06)
        single = other[:, 0] - one[:, 0]
        assert spread.variance(1) == pytest.approx(single.var(ddof=1), rel=0.06)


def test_a_noise_that_explains_more_than_there_is_leaves_nothing_to_the_items() -> None:
    differences = np.array([0.1, -0.1, 0.1, -0.1])
    spread = spread_of(differences, noise=Noise(9.0, 10), repeats=(1, 2))
    assert spread is not None
    assert spread.items == 0.0
    assert spread.noise / 2 * (1 + 1 / 2) == pytest.approx(differences.var(ddof=1))
    assert spread_of(np.array([0.1, np.nan]), noise=None) is None
    assert spread_of(differences, noise=None) == Spread(float(differences.var(ddof=1)), 0.0)


def test_the_planned_items_find_the_difference_as_often_as_promised() -> None:
    rng = np.random.default_rng(11)
    variance, difference = 0.09, 0.05
    items = items_needed(variance, difference=difference)
    assert items is not None
    zeros = np.zeros(items)
    found = sum(
        (compare_paired(zeros, rng.normal(difference, math.sqrt(variance), items), kind=PairKind.NUMBER).p or 1) <= 0.05
        for _ in range(1_000)
    )
    assert found / 1_000 == pytest.approx(0.8, abs=0.04)
