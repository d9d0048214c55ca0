"""Whether two columns of numbers rise together: Pearson's and Spearman's correlation.

SciPy has both, in `scipy.stats`, which is not imported for the reason given in `intervals.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from metrics.statistics.intervals import CONFIDENCE

Floats = NDArray[np.float64]

LEAST_ROWS = 4
_Z = float(ndtri((1 + CONFIDENCE) / 2))


@dataclass(frozen=True, slots=True)
class Correlation:
    """From −1 to 1; None where one of the columns does not vary or has fewer than two rows."""

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


def pearson(first: Floats, second: Floats) -> Correlation:
    """How near the points are to a line; the interval by Fisher's z (1921)."""
    return _with_interval(_product_moment(first, second), len(first), variance=1.0)


def spearman(first: Floats, second: Floats) -> Correlation:
    """The same of ranks; the variance of its z is 1 + ρ²/2 times as large (Bonett and Wright 2000)."""
    value = _product_moment(_ranks(first), _ranks(second))
    return _with_interval(value, len(first), variance=1 + (value or 0.0) ** 2 / 2)


def _product_moment(first: Floats, second: Floats) -> float | None:
    if len(first) < 2:
        return None
    one, other = first - first.mean(), second - second.mean()
    spread = math.sqrt(float(one @ one) * float(other @ other))
    return min(1.0, max(-1.0, float(one @ other) / spread)) if spread > 1e-12 else None


def _ranks(values: Floats) -> Floats:
    """Equal values share the middle of their ranks."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle: Floats = np.cumsum(counts) - (counts - 1) / 2
    return middle[places]


def _with_interval(value: float | None, n: int, *, variance: float) -> Correlation:
    if value is None or n < LEAST_ROWS or abs(value) == 1:
        return Correlation(n, value)
    half = _Z * math.sqrt(variance / (n - 3))
    middle = math.atanh(value)
    return Correlation(n, value, math.tanh(middle - half), math.tanh(middle + half))
