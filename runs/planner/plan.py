"""A plan: how many items and repeats show which difference of one measure, as far as two runs and their twins tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from metrics.statistics.paired import PairKind
from metrics.statistics.planning import Spread, items_needed, smallest_difference, spread_of
from runs.comparison.compare import Comparison
from runs.comparison.measures import Measure
from runs.comparison.pairing import Floats
from runs.planner.twins import TwinLine, noise_of_pairs, noise_within

REPEATS = (1, 2, 3, 5, 10)
# Differences that people ask for, as shares of a metric's range.
_SHARES = (0.01, 0.02, 0.03, 0.05, 0.1)
# Drawn from few items to ten times those at hand.
_CURVE_POINTS = 40


class NoiseSource(StrEnum):
    """Where the noise of one answer is known from."""

    TWINS = "twins"
    REPEATS = "repeats"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be planned of one measure; `pairs` differences between two runs over `items` items were looked at."""

    measure: Measure
    pairs: int
    items: int
    spread: Spread
    source: NoiseSource
    power: float

    @property
    def repeats(self) -> tuple[int, ...]:
        """More repeats than one are planned only where the noise that they average out is known."""
        return (1,) if self.source == NoiseSource.UNKNOWN else REPEATS

    def needed(self, difference: float) -> list[int | None]:
        """The items needed for each number of repeats; None for more than anybody has."""
        return [
            items_needed(self.spread.variance(repeats), difference=difference, power=self.power)
            for repeats in self.repeats
        ]

    def smallest(self, items: int) -> list[float | None]:
        """What so many items show, for each number of repeats."""
        return [
            smallest_difference(self.spread.variance(repeats), items=items, power=self.power)
            for repeats in self.repeats
        ]

    @property
    def differences(self) -> list[float]:
        """Differences worth asking for: shares of the range, or of the spread where values have no ends."""
        metric = self.measure.metric
        low, high = metric.range_min, metric.range_max
        if self.measure.kind == PairKind.ORDER:
            return list(_SHARES)
        if low is None or high is None:
            return [share * 10 * float(np.sqrt(self.spread.variance(1))) for share in _SHARES]
        return [share * (high - low) for share in _SHARES]

    def curve(self) -> list[int]:
        """Numbers of items to draw, evenly on a logarithmic scale."""
        most = max(1_000, 10 * self.items)
        return sorted({int(count) for count in np.geomspace(10, most, _CURVE_POINTS)})


def plan_of(comparison: Comparison, measure: Measure, *, twins: Sequence[TwinLine], power: float) -> Plan | None:
    """Plan the next comparison of a measure from one between two runs; None where fewer than two items pair."""
    differences = _differences(comparison, measure)
    noise, source = noise_of_pairs(twins), NoiseSource.TWINS
    if noise is None:
        noise, source = noise_within(comparison, measure), NoiseSource.REPEATS
    if noise is None:
        source = NoiseSource.UNKNOWN
    baseline, candidate = (run.repeats for run in comparison.runs[:2])
    spread = spread_of(differences, noise=noise, repeats=(baseline, candidate))
    if spread is None:
        return None
    pairs = int(np.isfinite(differences).sum())
    return Plan(measure, pairs, comparison.length, spread, source, power)


def _differences(comparison: Comparison, measure: Measure) -> Floats:
    """Item by item; of labels only which way they moved, as they are tested."""
    differences = comparison.values(measure, 1) - comparison.values(measure, 0)
    return np.sign(differences) if measure.kind == PairKind.ORDER else differences
