"""Which groups of items score worse than all the others: each group against the rest, corrected for how many there are.

Cohen's d (0.2 is small) and five percentage points keep out differences that many items make certain and nobody minds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.adjusting import benjamini_hochberg
from metrics.statistics.independent import Difference, Sample, compare_means, compare_shares
from metrics.statistics.verdicts import LEVEL

Floats = NDArray[np.float64]
Ordinals = NDArray[np.integer]

SMALLEST_SLICE = 20
LEAST_SHARE, LEAST_EFFECT = 0.05, 0.2


@dataclass(frozen=True, slots=True)
class SliceTest:
    """One group (by its place among those given) against all other items with a value."""

    place: int
    n: int
    n_rest: int
    mean: float
    mean_rest: float
    found: Difference
    is_large: bool

    def is_weak(self, adjusted_p: float | None, *, higher_is_better: bool) -> bool:
        """Worse than the rest, by enough to matter, and not by chance."""
        is_worse = (self.found.difference < 0) == higher_is_better
        return adjusted_p is not None and adjusted_p <= LEVEL and is_worse and self.is_large


def compare_slices(values: Floats, groups: Sequence[Ordinals]) -> list[SliceTest]:
    """Test every group that, like its rest, has at least `SMALLEST_SLICE` values. NaN is no value."""
    known = values[np.isfinite(values)]
    is_share = bool(((known == 0) | (known == 1)).all())
    whole = _Sums.of(known)
    tests = (_tested(place, _Sums.of(values[members]), whole, is_share) for place, members in enumerate(groups))
    return [test for test in tests if test is not None]


def adjusted(tests: Sequence[SliceTest]) -> list[float | None]:
    """The p-values of all tests that were made together, by Benjamini and Hochberg."""
    return benjamini_hochberg([test.found.p for test in tests])


@dataclass(frozen=True, slots=True)
class _Sums:
    """Enough of a group to know what is left of the whole without it."""

    n: int
    total: float
    squares: float

    @classmethod
    def of(cls, values: Floats) -> _Sums:
        known = values[np.isfinite(values)]
        return cls(len(known), float(known.sum()), float((known**2).sum()))

    def without(self, part: _Sums) -> _Sums:
        return _Sums(self.n - part.n, self.total - part.total, self.squares - part.squares)

    def sample(self) -> Sample:
        mean = self.total / self.n
        return Sample(self.n, mean, max(0.0, (self.squares - self.n * mean * mean) / (self.n - 1)))


def _tested(place: int, group: _Sums, whole: _Sums, is_share: bool) -> SliceTest | None:
    rest = whole.without(group)
    if min(group.n, rest.n) < SMALLEST_SLICE:
        return None
    one, other = group.sample(), rest.sample()
    if is_share:
        found: Difference | None = compare_shares(round(group.total), group.n, round(rest.total), rest.n)
    else:
        found = compare_means(one, other)
    if found is None:
        return None
    return SliceTest(place, group.n, rest.n, one.mean, other.mean, found, _is_large(found, one, other, is_share))


def _is_large(found: Difference, one: Sample, other: Sample, is_share: bool) -> bool:
    if is_share:
        return abs(found.difference) >= LEAST_SHARE
    pooled = ((one.n - 1) * one.variance + (other.n - 1) * other.variance) / (one.n + other.n - 2)
    return abs(found.difference) >= LEAST_EFFECT * math.sqrt(pooled)
