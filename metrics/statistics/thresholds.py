"""What every possible threshold would make of a judge's values, in one pass over the sorted rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.agreement import PassTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ThresholdCurve:
    """A place for each different value of the judge, from the loosest threshold to the strictest.

    At a threshold passes whatever is as good as it. Figures are NaN where they would divide by zero.
    """

    thresholds: Floats
    true_pass: Ints
    false_pass: Ints
    false_fail: Ints
    true_fail: Ints

    def __len__(self) -> int:
        return len(self.thresholds)

    def table_at(self, place: int) -> PassTable:
        return PassTable(
            int(self.true_pass[place]),
            int(self.false_pass[place]),
            int(self.false_fail[place]),
            int(self.true_fail[place]),
        )

    @property
    def n(self) -> int:
        return self.table_at(0).n if len(self) else 0

    @property
    def accuracy(self) -> Floats:
        return (self.true_pass + self.true_fail) / max(1, self.n)

    @property
    def sensitivity(self) -> Floats:
        return _divided(self.true_pass, self.true_pass + self.false_fail)

    @property
    def specificity(self) -> Floats:
        return _divided(self.true_fail, self.true_fail + self.false_pass)

    @property
    def precision(self) -> Floats:
        return _divided(self.true_pass, self.true_pass + self.false_pass)

    @property
    def f1(self) -> Floats:
        return _divided(2 * self.true_pass, 2 * self.true_pass + self.false_pass + self.false_fail)

    @property
    def kappa(self) -> Floats:
        n = max(1, self.n)
        judged, wanted = (self.true_pass + self.false_pass) / n, (self.true_pass + self.false_fail) / n
        expected = judged * wanted + (1 - judged) * (1 - wanted)
        return _divided(self.accuracy - expected, 1 - expected)


def threshold_curve(judge: Floats, passes: NDArray[np.bool_], *, higher_is_better: bool) -> ThresholdCurve:
    """`passes` says of each row whether people let it pass; every value of the judge is finite."""
    goodness = judge if higher_is_better else -judge
    order = np.argsort(goodness, kind="stable")
    goodness, passes = goodness[order], passes[order]
    # A threshold is the first row of each group of equal values; all before it fail.
    starts = np.flatnonzero(np.concatenate(([True], goodness[1:] != goodness[:-1]))) if len(goodness) else np.empty(0)
    starts = starts.astype(np.int64)
    below = np.concatenate(([0], np.cumsum(passes)))[starts]
    wanted = int(passes.sum())
    unwanted_below = starts - below
    return ThresholdCurve(
        thresholds=goodness[starts] if higher_is_better else -goodness[starts],
        true_pass=wanted - below,
        false_pass=(len(passes) - wanted) - unwanted_below,
        false_fail=below,
        true_fail=unwanted_below,
    )


def _divided(above: NDArray[np.generic], below: NDArray[np.generic]) -> Floats:
    result: Floats = np.full(len(above), np.nan)
    np.divide(above, below, out=result, where=np.abs(below.astype(np.float64)) > 1e-12)
    return result
