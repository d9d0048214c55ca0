"""Weak slices: a planted one is found, and where there is none, alarms are as rare as promised."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from metrics.statistics.slices import SMALLEST_SLICE, adjusted, compare_slices

ITEMS, KEYS, VALUES = 600, 6, 5


def _weak(values: NDArray[np.float64], groups: list[NDArray[np.intp]]) -> list[int]:
    tests = compare_slices(values, groups)
    return [
        test.place for test, p in zip(tests, adjusted(tests), strict=True) if test.is_weak(p, higher_is_better=True)
    ]


def _groups(rng: np.random.Generator) -> list[NDArray[np.intp]]:
    codes = rng.integers(0, VALUES, (KEYS, ITEMS))
    return [np.flatnonzero(row == value) for row in codes for value in range(VALUES)]


@pytest.mark.parametrize("is_share", [True, False])
def test_the_planted_slice_is_found(is_share: bool) -> None:
    rng = np.random.default_rng(5)
    groups = _groups(rng)
    values = (rng.random(ITEMS) < 0.8).astype(np.float64) if is_share else rng.beta(8, 2, ITEMS)
    values[groups[7]] *= rng.random(groups[7].size) < 0.5
    assert _weak(values, groups) == [7]


@pytest.mark.parametrize("kind", ["share", "rare", "skewed"])
def test_without_a_weak_slice_fewer_than_one_run_in_twenty_shows_one(kind: str) -> None:
    """Where nothing is weak, every find is false, so the false discovery rate is the share of runs with a find."""
    rng, runs, alarms = np.random.default_rng(6), 300, 0
    draws: dict[str, Callable[[], NDArray[np.float64]]] = {
        "share": lambda: (rng.random(ITEMS) < 0.7).astype(np.float64),
        "rare": lambda: (rng.random(ITEMS) < 0.97).astype(np.float64),
        "skewed": lambda: rng.beta(9, 1, ITEMS),
    }
    for _ in range(runs):
        alarms += bool(_weak(draws[kind](), _groups(rng)))
    # Worse and better are tested together and only worse is shown: 5 % at most, and its sampling error.
    assert alarms / runs <= 0.05 + 2 * (0.05 * 0.95 / runs) ** 0.5


def test_small_slices_and_small_rests_are_not_tested() -> None:
    values = np.random.default_rng(7).random(100)
    few, most = np.arange(SMALLEST_SLICE - 1), np.arange(100 - SMALLEST_SLICE + 1)
    assert compare_slices(values, [few, most]) == []


def test_a_difference_that_nobody_minds_is_not_shown_however_sure() -> None:
    rng = np.random.default_rng(8)
    values = rng.normal(0.5, 0.1, 200_000)
    members = np.arange(100_000)
    values[members] -= 0.005
    tests = compare_slices(values, [members])
    assert tests[0].found.p < 1e-6
    assert _weak(values, [members]) == []
