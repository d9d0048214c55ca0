"""When a score passes and what it counts for: a threshold on a scale, and of categories those that are allowed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.scale import TOLERANCE, Scale

Values = NDArray[np.float64]

PASSED, FAILED, UNDECIDED = 1, 0, -1


@dataclass(frozen=True, slots=True)
class Criterion:
    """How the values of one metric are judged.

    A category's value is the place of its label, which says nothing of good or bad: it counts as 1 when the label is
    allowed and as 0 when not, and its scale and threshold are about that. `allowed` holds places; None for metrics that
    are no category.
    """

    scale: Scale
    threshold: float | None = None
    allowed: frozenset[int] | None = None

    def counted(self, values: Values) -> Values:
        """The values as they enter means and overall scores; NaN where there is none, or nobody said what is allowed.

        Never averages places of labels.
        """
        if self.allowed is None:
            return values
        if not self.allowed:
            return np.full(values.shape, np.nan)
        return np.where(np.isnan(values), np.nan, np.isin(values, list(self.allowed)).astype(np.float64))

    def counted_value(self, value: float) -> float:
        """As `counted`, of one value."""
        return float(self.counted(np.array([value]))[0])

    def passing(self, values: Values) -> NDArray[np.int8]:
        """1 where a value is as good as the threshold, 0 where not, -1 where that cannot be said."""
        verdicts = np.full(values.shape, UNDECIDED, dtype=np.int8)
        if self.threshold is None:
            return verdicts
        counted = self.counted(values)
        there = ~np.isnan(counted)
        if self.scale.higher_is_better:
            verdicts[there] = counted[there] >= self.threshold - TOLERANCE
        else:
            verdicts[there] = counted[there] <= self.threshold + TOLERANCE
        return verdicts

    def passes(self, value: float) -> bool | None:
        """Whether one value passes; None where that cannot be said."""
        verdict = int(self.passing(np.array([value]))[0])
        return None if verdict == UNDECIDED else verdict == PASSED
