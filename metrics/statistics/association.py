"""Do two things go together: marks on the same items by phi and lift, numbers by Spearman's rank correlation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr

from metrics.statistics.independent import p_of_table
from metrics.statistics.intervals import CONFIDENCE

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

_Z = float(ndtri((1 + CONFIDENCE) / 2))
LEAST_RANKED = 30


@dataclass(frozen=True, slots=True)
class MarkAssociation:
    """Items with both marks, with only one of them, and with neither.

    `lift` is how many times more often than by chance both are there; its 95 % interval is made on the log scale. None
    where one of the marks is on no item, or on every one.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    phi: float | None = None
    lift: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: float | None = None

    @property
    def n(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither


def associate_marks(first: Marks, second: Marks) -> MarkAssociation:
    """Whether two marks are on the same items more, or less, often than chance puts them there."""
    both, one = int((first & second).sum()), int((first & ~second).sum())
    other = int((~first & second).sum())
    counts = (both, one, other, len(first) - both - one - other)
    margins = both + one, len(first) - both - one, both + other, len(first) - both - other
    if not all(margins):
        return MarkAssociation(*counts)
    phi = (both * counts[3] - one * other) / math.sqrt(math.prod(margins))
    lift = both * len(first) / (margins[0] * margins[2])
    low, high = _lift_interval(counts, lift)
    return MarkAssociation(*counts, phi=phi, lift=lift, ci_low=low, ci_high=high, p=p_of_table(*counts))


def _lift_interval(counts: tuple[int, int, int, int], lift: float) -> tuple[float | None, float | None]:
    """By the delta method over the multinomial counts."""
    both, one, other, _ = counts
    n = sum(counts)
    if both == 0:
        return None, None
    variance = 1 / both - 1 / (both + one) - 1 / (both + other) + (2 * both / ((both + one) * (both + other))) - 1 / n
    half = _Z * math.sqrt(max(0.0, variance))
    return lift * math.exp(-half), lift * math.exp(half)


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """Spearman's rho with the interval of Bonett and Wright 2000, and the p-value by the t approximation."""

    n: int
    rho: float
    ci_low: float
    ci_high: float
    p: float


def rank_correlation(first: Floats, second: Floats) -> RankCorrelation | None:
    """Over the items with both numbers; None for fewer than `LEAST_RANKED`, and where one is always the same."""
    known = np.isfinite(first) & np.isfinite(second)
    n = int(known.sum())
    if n < LEAST_RANKED:
        return None
    x, y = _ranks(first[known]), _ranks(second[known])
    x, y = x - x.mean(), y - y.mean()
    scale = math.sqrt(float((x**2).sum()) * float((y**2).sum()))
    if scale == 0:
        return None
    rho = max(-1.0, min(1.0, float((x * y).sum()) / scale))
    if abs(rho) == 1:
        return RankCorrelation(n, rho, rho, rho, 0.0)
    half = _Z * math.sqrt((1 + rho**2 / 2) / (n - 3))
    middle = math.atanh(rho)
    t = rho * math.sqrt((n - 2) / (1 - rho**2))
    return RankCorrelation(n, rho, math.tanh(middle - half), math.tanh(middle + half), 2 * float(stdtr(n - 2, -abs(t))))


def _ranks(values: Floats) -> Floats:
    """From 1; equal values share the mean of their ranks."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return ranks
