"""Is the candidate better than the baseline on the same items: difference, interval, p-value, smallest difference.

Only `scipy.special` is imported, for the reason given in `intervals.py`. docs/statistics.md has each formula.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from metrics.statistics.intervals import CONFIDENCE
from metrics.statistics.signs import POWER, exact_sign_test, smallest_sign_difference, tango_interval

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]

# Differences smaller than this are rounding.
SAME_WITHIN = 1e-9


class PairKind(StrEnum):
    """What the values are: numbers and shares have a mean, yes and no a share, labels only an order."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    ORDER = "order"


class PairTest(StrEnum):
    """How the p-value came about."""

    PAIRED_T = "paired t-test"
    CLUSTERED_T = "paired t-test, clustered"
    MCNEMAR = "exact McNemar test"
    SIGN = "exact sign test"
    NONE = "no test"


@dataclass(frozen=True, slots=True)
class PairedResult:
    """Candidate minus baseline over the items that both have a value of; `up` and `down` count where it went so.

    Of labels the difference is the share of items that moved up less the share that moved down. `p` is two-sided and
    not yet corrected; `smallest` is the difference that these items would show with 80 % chance. None where there are
    too few items or clusters.
    """

    n: int
    clusters: int
    up: int
    down: int
    test: PairTest
    baseline: float | None = None
    candidate: float | None = None
    difference: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: float | None = None
    smallest: float | None = None

    @property
    def same(self) -> int:
        return self.n - self.up - self.down


@dataclass(frozen=True, slots=True)
class _Spread:
    """What an interval and a test of a mean stand on."""

    error: float
    freedom: int


def fold_repeats(values: Floats, *, repeats: int) -> Floats:
    """The mean of each item's finite values, so many after each other; NaN where an item has none."""
    if repeats == 1:
        return values
    rows = values.reshape(-1, repeats)
    known = np.isfinite(rows)
    counts = known.sum(axis=1)
    means: Floats = np.full(len(rows), np.nan)
    np.divide(np.where(known, rows, 0.0).sum(axis=1), counts, out=means, where=counts > 0)
    return means


def compare_paired(
    baseline: Floats, candidate: Floats, *, kind: PairKind, clusters: Codes | None = None
) -> PairedResult:
    """Compare two columns of the same items, one value an item; NaN is no value.

    `clusters` has a number from 0 for each item: items of one number are not taken for independent.
    """
    known = np.isfinite(baseline) & np.isfinite(candidate)
    before, after = baseline[known], candidate[known]
    differences = after - before
    up, down = int((differences > SAME_WITHIN).sum()), int((differences < -SAME_WITHIN).sum())
    n = len(differences)
    groups = None if clusters is None else _dense(clusters[known])
    counted = n if groups is None else int(groups.max(initial=-1)) + 1
    if n == 0:
        return PairedResult(0, 0, 0, 0, PairTest.NONE)
    means = {"baseline": float(before.mean()), "candidate": float(after.mean())}
    measured = np.sign(np.where(np.abs(differences) > SAME_WITHIN, differences, 0.0))
    if kind != PairKind.ORDER:
        measured = differences
    outcome = PairedResult(n, counted, up, down, PairTest.NONE, difference=float(measured.mean()), **means)
    if counted < 2:
        return outcome
    if groups is None and (kind == PairKind.ORDER or (kind == PairKind.BOOLEAN and _is_yes_or_no(before, after))):
        return _by_signs(outcome, PairTest.SIGN if kind == PairKind.ORDER else PairTest.MCNEMAR)
    return _by_mean(outcome, measured, groups)


def _dense(codes: Codes) -> Codes:
    """The same clusters numbered without gaps."""
    seen = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    seen[codes] = 1
    dense: Codes = (np.cumsum(seen) - 1)[codes]
    return dense


def _is_yes_or_no(*columns: Floats) -> bool:
    """Repeats that were folded are shares, and shares are numbers."""
    return all(bool(((column == 0) | (column == 1)).all()) for column in columns)


def _by_signs(outcome: PairedResult, test: PairTest) -> PairedResult:
    up, down, n = outcome.up, outcome.down, outcome.n
    low, high = tango_interval(up=up, down=down, n=n)
    return _with(
        outcome,
        test=test,
        interval=(low, high),
        p=exact_sign_test(up=up, down=down),
        smallest=smallest_sign_difference(up=up, down=down, n=n),
    )


def _by_mean(outcome: PairedResult, differences: Floats, groups: Codes | None) -> PairedResult:
    """Student's t over items, or over clusters with the sandwich estimator of the variance."""
    mean = float(differences.mean())
    test = PairTest.PAIRED_T if groups is None else PairTest.CLUSTERED_T
    spread = _spread(differences, mean, groups)
    if spread.error <= SAME_WITHIN * max(1.0, abs(mean)):
        # All differ by the same: the t-test would divide by zero. What is left is whether so many agree by chance.
        p = 1.0 if abs(mean) <= SAME_WITHIN else min(1.0, 2.0 * 0.5**outcome.clusters)
        return _with(outcome, test=test, interval=(mean, mean), p=p, smallest=None)
    half = float(stdtrit(spread.freedom, (1 + CONFIDENCE) / 2)) * spread.error
    return _with(
        outcome,
        test=test,
        interval=(mean - half, mean + half),
        p=2.0 * float(stdtr(spread.freedom, -abs(mean) / spread.error)),
        smallest=half + float(stdtrit(spread.freedom, POWER)) * spread.error,
    )


def _spread(differences: Floats, mean: float, groups: Codes | None) -> _Spread:
    n = len(differences)
    if groups is None:
        return _Spread(math.sqrt(float(differences.var(ddof=1)) / n), n - 1)
    sums = np.bincount(groups, weights=differences - mean)
    count = len(sums)
    return _Spread(math.sqrt(float((sums**2).sum()) * count / (count - 1)) / n, count - 1)


def _with(
    outcome: PairedResult, *, test: PairTest, interval: tuple[float, float], p: float, smallest: float | None
) -> PairedResult:
    return replace(outcome, test=test, ci_low=interval[0], ci_high=interval[1], p=p, smallest=smallest)
