"""Krippendorff's alpha: agreement of any number of raters, some of whom rated only some of the units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.intervals import CONFIDENCE

Floats = NDArray[np.float64]

RESAMPLES = 1_000
# So many weights of units are drawn at once that they fit into a few megabytes.
_DRAWN_AT_ONCE = 500_000
_SEED = 2_004


class Level(StrEnum):
    """What the values are: names, places in an order, or numbers with distances."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Alpha:
    """Over the units that at least two rated; `pairs_agree` is the share of pairs of raters who say the same of one.

    `value` is None where there is no such unit, or where everybody says the same of everything.
    """

    n: int
    pairs_agree: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class _Units:
    """How often each value was said of each unit; `sizes` is how many rated it."""

    counts: Floats
    sizes: Floats
    values: Floats


def krippendorff_alpha(ratings: Floats, *, level: Level) -> Alpha:
    """Of ratings with a row for each rater and a column for each unit; NaN is no rating.

    Krippendorff 2004, "Content Analysis", chapter 11. The interval is the percentile interval of units drawn again and
    again, always the same draws; None for fewer than two units.
    """
    units = _counted(ratings)
    n = len(units.sizes)
    if n == 0:
        return Alpha(n=0)
    [value] = _alphas(units, np.ones((1, n)), level)
    agree = float((units.counts * (units.counts - 1)).sum() / (units.sizes * (units.sizes - 1)).sum())
    if np.isnan(value):
        return Alpha(n, agree)
    low, high = _interval(units, level) if n > 1 else (None, None)
    return Alpha(n, agree, float(value), low, high)


def _counted(ratings: Floats) -> _Units:
    pairable = ratings[:, np.isfinite(ratings).sum(axis=0) >= 2]
    raters, places = np.nonzero(np.isfinite(pairable))
    values, codes = np.unique(pairable[raters, places], return_inverse=True)
    cells = places * max(1, len(values)) + codes
    total = pairable.shape[1] * len(values)
    counts = np.bincount(cells, minlength=total).reshape(pairable.shape[1], len(values)).astype(np.float64)
    return _Units(counts, counts.sum(axis=1), values)


def _interval(units: _Units, level: Level) -> tuple[float, float] | tuple[None, None]:
    drawn = np.concatenate([_alphas(units, weights, level) for weights in _draws(len(units.sizes))])
    # A draw in which everybody says the same of everything has no alpha.
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return None, None
    low, high = np.quantile(known, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _draws(n: int) -> Iterator[Floats]:
    """How often each unit is drawn, a row for each resample."""
    random = np.random.default_rng(_SEED)
    at_once = max(1, _DRAWN_AT_ONCE // n)
    for start in range(0, RESAMPLES, at_once):
        rows = min(at_once, RESAMPLES - start)
        yield random.multinomial(n, np.full(n, 1 / n), size=rows).astype(np.float64)


def _alphas(units: _Units, weights: Floats, level: Level) -> Floats:
    """Alpha for each row of weights of the units; NaN where there is nothing to disagree on."""
    totals = weights @ units.counts
    n = totals.sum(axis=1)
    if level == Level.NOMINAL:
        observed = weights @ ((units.sizes**2 - (units.counts**2).sum(axis=1)) / (units.sizes - 1))
        expected = n**2 - (totals**2).sum(axis=1)
    else:
        # What is said counts by its value, or in an order by the middle of its place among all that is said.
        marks = units.values[None, :] if level == Level.INTERVAL else np.cumsum(totals, axis=1) - totals / 2
        observed = _within(units, weights, marks)
        expected = 2 * (n * (totals * marks**2).sum(axis=1) - (totals * marks).sum(axis=1) ** 2)
    alphas: Floats = np.full(len(weights), np.nan)
    np.divide(observed * (n - 1), expected, out=alphas, where=expected > 1e-9)
    return 1 - alphas


def _within(units: _Units, weights: Floats, marks: Floats) -> Floats:
    """The squared distances between all pairs of ratings of one unit, over one less than its raters; weighted."""
    sums, squares = units.counts @ marks.T, units.counts @ (marks**2).T
    distances = 2 * (units.sizes[:, None] * squares - sums**2) / (units.sizes - 1)[:, None]
    total: Floats = (weights.T * distances).sum(axis=0)
    return total
