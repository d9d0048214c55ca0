"""Do two groups of different items differ: shares by Fisher or chi-squared, means by Welch, each with its interval.

Only `scipy.special` is imported, for the reason given in `intervals.py`. docs/statistics.md has each formula.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, gammaln, stdtr, stdtrit

from metrics.statistics.intervals import CONFIDENCE, wilson_interval

Floats = NDArray[np.float64]

# With fewer expected anywhere in the table, chi-squared is not near enough, and the exact test is quick.
LEAST_EXPECTED = 10
_ROUNDING = 1 + 1e-7


@dataclass(frozen=True, slots=True)
class Difference:
    """The first group's mean (or share) minus the second's, with its 95 % interval and two-sided p-value."""

    difference: float
    ci_low: float
    ci_high: float
    p: float


@dataclass(frozen=True, slots=True)
class Sample:
    """What a group's values come to; `variance` is the sample variance."""

    n: int
    mean: float
    variance: float

    @classmethod
    def of(cls, values: Floats) -> Sample:
        """Of at least two finite values."""
        return cls(len(values), float(values.mean()), float(values.var(ddof=1)))


def compare_shares(hits: int, n: int, other_hits: int, other_n: int) -> Difference:
    """Of two shares: Newcombe's hybrid score interval, Fisher's exact test or, where counts are large, Pearson's."""
    share, other = hits / n, other_hits / other_n
    low, high = wilson_interval(share=share, n=n)
    other_low, other_high = wilson_interval(share=other, n=other_n)
    difference = share - other
    return Difference(
        difference,
        difference - math.hypot(share - low, other_high - other),
        difference + math.hypot(high - share, other - other_low),
        p_of_table(hits, n - hits, other_hits, other_n - other_hits),
    )


def p_of_table(a: int, b: int, c: int, d: int) -> float:
    """The two-sided p-value that the rows (a, b) and (c, d) of a table of counts have the same shares."""
    total, rows, columns = a + b + c + d, (a + b, c + d), (a + c, b + d)
    if not all(rows) or not all(columns):
        return 1.0
    if min(rows) * min(columns) / total < LEAST_EXPECTED:
        return _fisher(a, row=rows[0], column=columns[0], total=total)
    statistic = total * (a * d - b * c) ** 2 / (rows[0] * rows[1] * columns[0] * columns[1])
    return float(chdtrc(1, statistic))


def _fisher(a: int, *, row: int, column: int, total: int) -> float:
    """Of all tables with these margins, the chance of those that are no likelier than the one at hand."""
    possible = np.arange(max(0, row + column - total), min(row, column) + 1)
    chances = np.exp(
        _log_choose(column, possible) + _log_choose(total - column, row - possible) - _log_choose(total, row)
    )
    return min(1.0, float(chances[chances <= chances[a - possible[0]] * _ROUNDING].sum()))


def _log_choose(n: int, k: NDArray[np.int64] | int) -> Floats:
    found: Floats = gammaln(n + 1) - gammaln(np.add(k, 1)) - gammaln(np.subtract(n, k) + 1)
    return found


def compare_means(one: Sample, other: Sample) -> Difference | None:
    """Of two means by Welch's t-test, which lets the groups vary differently; None where nothing varies at all."""
    squares = one.variance / one.n, other.variance / other.n
    error = math.sqrt(sum(squares))
    if error == 0:
        return None
    freedom = sum(squares) ** 2 / (squares[0] ** 2 / (one.n - 1) + squares[1] ** 2 / (other.n - 1))
    difference = one.mean - other.mean
    half = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    return Difference(
        difference, difference - half, difference + half, 2.0 * float(stdtr(freedom, -abs(difference) / error))
    )
