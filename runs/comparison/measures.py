"""What can be compared between runs: their overall scores, and each metric that the baseline shares with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.choices import Direction, ValueType
from metrics.statistics.paired import PairKind
from runs.columns import RunColumns
from runs.comparison.pairing import Aliases, Source
from runs.filters import BY_OVERALL, METRIC_PREFIX
from runs.models import Run, RunMetric

_KINDS = {ValueType.BOOLEAN: PairKind.BOOLEAN, ValueType.CATEGORY: PairKind.ORDER}


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of each item; `metrics` has every run's own, None where a run does not measure it."""

    name: str
    metrics: tuple[RunMetric | None, ...]

    @property
    def metric(self) -> RunMetric:
        """The first run's that has it: its unit, scale and direction are shown."""
        return next(metric for metric in self.metrics if metric is not None)

    @property
    def label(self) -> str:
        return self.metric.name

    @property
    def higher_is_better(self) -> bool:
        return self.metric.scale.higher_is_better

    @property
    def kind(self) -> PairKind:
        return _KINDS.get(ValueType(self.metric.value_type), PairKind.NUMBER)

    def is_comparable(self, position: int) -> bool:
        """Whether the run measures it as the baseline does: on the same scale, in the same direction."""
        baseline, candidate = self.metrics[0], self.metrics[position]
        return baseline is not None and candidate is not None and _meaning(baseline) == _meaning(candidate)


def measures_of(runs: Sequence[Run]) -> list[Measure]:
    """The overall score, where it says more than the only metric, and all metrics in the order of the first run's."""
    by_run = [{metric.key: metric for metric in run.run_metrics.all()} for run in runs]
    keys = dict.fromkeys(key for metrics in by_run for key in metrics)
    overall = [] if len(keys) == 1 else [Measure(BY_OVERALL, tuple(_overall(run) for run in runs))]
    return [*overall, *(Measure(METRIC_PREFIX + key, tuple(own.get(key) for own in by_run)) for key in keys)]


def source_of(run: Run, columns: RunColumns, metric: RunMetric | None, *, aliases: Aliases = ()) -> Source:
    """The run's column of a metric; of the overall score where the metric is that, or none is named."""
    return Source(columns, run.repeats, metric.pk if metric else None, aliases)


def _meaning(metric: RunMetric) -> tuple[object, ...]:
    return metric.value_type, metric.direction, metric.range_min, metric.range_max, metric.unit


def _overall(run: Run) -> RunMetric:
    """The overall score in the shape of a metric, so that it is shown like one; it is not stored."""
    return RunMetric(
        run=run,
        key=BY_OVERALL,
        name="Overall",
        direction=Direction.HIGHER,
        value_type=ValueType.NUMBER,
        range_min=0.0,
        range_max=1.0,
        weight=0.0,
    )
