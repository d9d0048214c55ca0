"""Comparing runs: the first is the baseline, and every other is tested against it, metric by metric."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from evalhub.core.errors import Invalid
from metrics.statistics.adjusting import holm
from metrics.statistics.checks import bootstrap_interval, wilcoxon_signed_rank
from metrics.statistics.paired import PairedResult, PairKind, PairTest, compare_paired
from metrics.statistics.verdicts import LEVEL, Verdict, verdict_of
from runs.columns import RunColumns, read_columns
from runs.comparison.aliases import aliases_of
from runs.comparison.measures import Measure, measures_of, source_of
from runs.comparison.pairing import Floats, Match, Source, match_items
from runs.metadata_index import MetadataSource, cluster_numbers
from runs.metadata_index import source_of as metadata_of
from runs.models import Run, RunMetric

MOST_RUNS = 5
# Above these the second opinions cost more than they say: means of so many items follow the bell curve.
MOST_RANKED, MOST_RESAMPLED = 20_000, 1_000


@dataclass(frozen=True, slots=True)
class Clusters:
    """The metadata key under which items that belong together have one value, and where it is read."""

    key: str
    source: MetadataSource

    def numbers(self, length: int) -> NDArray[np.int32]:
        return cluster_numbers(self.source, self.key, length=length)


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What tests say that lean on no bell curve; None where they were not asked."""

    wilcoxon_p: float | None = None
    bootstrap: tuple[float, float] | None = None

    def disagrees(self, p: float | None) -> bool:
        """Whether one of them calls a difference what `p` does not, or the other way round."""
        is_found = p is not None and p <= LEVEL
        by_ranks = self.wilcoxon_p is not None and (self.wilcoxon_p <= LEVEL) != is_found
        by_draws = self.bootstrap is not None and (self.bootstrap[0] > 0 or self.bootstrap[1] < 0) != is_found
        return by_ranks or by_draws


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of one candidate against the baseline; `position` is the candidate's place among the runs."""

    measure: Measure
    position: int
    result: PairedResult
    opinion: SecondOpinion
    adjusted_p: float | None
    verdict: Verdict

    @property
    def better(self) -> int:
        return self.result.up if self.measure.higher_is_better else self.result.down

    @property
    def worse(self) -> int:
        return self.result.down if self.measure.higher_is_better else self.result.up


class Comparison:
    """Runs side by side, the baseline first, read from their packed columns as they are now."""

    def __init__(self, runs: Sequence[Run], *, cluster_key: str = "") -> None:
        self.runs = tuple(runs)
        self.cluster_key = cluster_key
        self.columns: tuple[RunColumns, ...] = tuple(read_columns(run) for run in runs)
        self.aliases = aliases_of(runs)
        self.measures = measures_of(runs)
        self.clusters = Clusters(cluster_key, metadata_of(self.baseline)) if cluster_key else None

    @property
    def baseline(self) -> Run:
        return self.runs[0]

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """For each run where the baseline's items stand in it; the baseline's own comes first."""
        whole = [self._source(place, None) for place in range(len(self.runs))]
        return tuple(match_items(whole[0], other) for other in whole)

    def _source(self, position: int, metric: RunMetric | None) -> Source:
        return source_of(self.runs[position], self.columns[position], metric, aliases=self.aliases[position])

    @cached_property
    def is_answered(self) -> NDArray[np.bool_]:
        """Which of the baseline's items it has answered."""
        questions = self._source(0, None).questions()
        answered: NDArray[np.bool_] = questions != 0
        return answered

    def values(self, measure: Measure, position: int) -> Floats:
        """A run's values in the order of the baseline's items; all NaN where it does not measure this."""
        metric = measure.metrics[position]
        if metric is None:
            return np.full(self.length, np.nan)
        return self.matches[position].aligned(self._source(position, metric).values())

    def value_at(self, measure: Measure, position: int, ordinal: int) -> float:
        """A run's value of one of the baseline's items; NaN where there is none."""
        metric, place = measure.metrics[position], self.matches[position].place_of(ordinal)
        if metric is None or place is None:
            return math.nan
        return float(self._source(position, metric).values()[place])

    @property
    def length(self) -> int:
        """How many items the baseline has, answered or not."""
        return self.columns[0].length // self.baseline.repeats

    def goodness_gain(self, measure: Measure, position: int) -> Floats:
        """Item by item how much better the candidate is, in the metric's unit; NaN where that cannot be said."""
        if not measure.is_comparable(position):
            return np.full(self.length, np.nan)
        gain = self.values(measure, position) - self.values(measure, 0)
        return gain if measure.higher_is_better else -gain

    def cluster_numbers(self) -> NDArray[np.int32] | None:
        """The cluster of each of the baseline's items; None where they are taken for independent."""
        return self.clusters.numbers(self.length) if self.clusters else None

    @cached_property
    def lines(self) -> list[Line]:
        """Every measure of every candidate that can be compared, corrected for all of them together."""
        asked = [
            (measure, position)
            for measure in self.measures
            for position in range(1, len(self.runs))
            if measure.is_comparable(position)
        ]
        found = [self._compared(measure, position) for measure, position in asked]
        adjusted = holm([result.p for result, _ in found])
        return [
            Line(
                measure=measure,
                position=position,
                result=result,
                opinion=opinion,
                adjusted_p=p,
                verdict=verdict_of(result, adjusted_p=p, higher_is_better=measure.higher_is_better),
            )
            for (measure, position), (result, opinion), p in zip(asked, found, adjusted, strict=True)
        ]

    def _compared(self, measure: Measure, position: int) -> tuple[PairedResult, SecondOpinion]:
        baseline, candidate = (self._source(place, measure.metrics[place]) for place in (0, position))
        return _compare_sources(baseline, candidate, measure.kind, self.clusters)

    def measure(self, name: str) -> Measure:
        """The measure of that name: `overall` or `m.<metric key>`. Raises `Invalid` for one that is not here."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        known = ", ".join(measure.name for measure in self.measures)
        raise Invalid("measure_unknown", f'"{name}" is in none of these runs; they have: {known}.', field="by")

    @property
    def usual_measure(self) -> Measure | None:
        """What a reader looks at first: the star metric, else the first there is; None where nothing is measured."""
        star = [measure for measure in self.measures if any(metric and metric.is_star for metric in measure.metrics)]
        return next(iter([*star, *self.measures]), None)


def compare_runs(runs: Sequence[Run], *, cluster_key: str | None = None) -> Comparison:
    """Compare runs of one project with their names and metrics fetched; the first is the baseline.

    Without a `cluster_key` the one holds that the baseline's dataset names; "" takes the items for independent.

    Raises `Invalid` for fewer than two runs, more than five, the same twice, or runs of several projects.
    """
    if not 2 <= len(runs) <= MOST_RUNS:
        raise Invalid("runs_count", f"Two to {MOST_RUNS} runs can be compared; {len(runs)} were named.", field="runs")
    if len({run.pk for run in runs}) < len(runs):
        raise Invalid("runs_doubled", "A run is named twice; compare it with another one.", field="runs")
    if len({run.project_id for run in runs}) > 1:
        raise Invalid("runs_of_several_projects", "Runs are compared within one project.", field="runs")
    return Comparison(runs, cluster_key=runs[0].dataset.cluster_key if cluster_key is None else cluster_key)


@lru_cache(maxsize=4_096)
def _compare_sources(
    baseline: Source, candidate: Source, kind: PairKind, clusters: Clusters | None
) -> tuple[PairedResult, SecondOpinion]:
    """Remembered by the states of both runs, which never come again once their columns change."""
    before = baseline.values()
    after = match_items(baseline, candidate).aligned(candidate.values())
    numbers = clusters.numbers(len(before)) if clusters else None
    result = compare_paired(before, after, kind=kind, clusters=numbers)
    return result, _second_opinion(before, after, result)


def _second_opinion(before: Floats, after: Floats, result: PairedResult) -> SecondOpinion:
    if result.test != PairTest.PAIRED_T or result.n > MOST_RANKED:
        return SecondOpinion()
    differences = after - before
    differences = differences[np.isfinite(differences)]
    drawn = bootstrap_interval(differences) if result.n <= MOST_RESAMPLED else None
    return SecondOpinion(wilcoxon_signed_rank(differences), drawn)


def forget() -> None:
    """Drop what this process has worked out."""
    _compare_sources.cache_clear()
