"""One tile per metric of a run: its mean with interval, counts, distance from the baseline, and a histogram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.choices import ValueType
from metrics.criterion import PASSED
from metrics.statistics.summary import bin_edges, summarise
from runs.columns import ERRORED, SCORED, UNSCORED, RunColumns, read_columns
from runs.deltas import Delta, Mean, delta
from runs.filters import ValueRange
from runs.histograms import histogram_of
from runs.models import Run, RunMetric, RunVerdict
from runs.run_table import delta_to, mean_of

SMALLEST_BAR = 0.03


@dataclass(frozen=True, slots=True)
class MetricFigures:
    """What the scores of one metric come to: stored when the run is over, counted from its columns while it is live."""

    scored: int
    unscored: int
    errored: int
    passed: int
    mean: float | None
    ci_low: float | None
    ci_high: float | None
    minimum: float | None
    maximum: float | None
    histogram: Sequence[int]

    @property
    def pass_rate(self) -> float | None:
        return self.passed / self.scored if self.scored else None

    @property
    def interval(self) -> Mean:
        return Mean(self.mean, self.ci_low, self.ci_high)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram and the range of values that it stands for."""

    range: ValueRange
    count: int
    fraction: float
    tone: str


def figures_of(run: Run, metrics: Sequence[RunMetric]) -> dict[int, MetricFigures]:
    """The figures of each metric, by its id."""
    if run.is_over:
        return {metric.pk: stored_figures(metric) for metric in metrics}
    columns = read_columns(run)
    return {metric.pk: _counted(metric, columns, repeats=run.repeats) for metric in metrics}


def baseline_of(run: Run) -> Run | None:
    """The pinned run of the same dataset, with its metrics; None when there is none or it is this one."""
    pinned = Run.objects.filter(project_id=run.project_id, dataset_id=run.dataset_id, is_baseline=True, deleted_at=None)
    return pinned.exclude(pk=run.pk).prefetch_related("run_metrics").first()


def deltas_to(
    baseline: Run | None,
    metrics: Sequence[RunMetric],
    figures: Mapping[int, MetricFigures],
    verdicts: Mapping[str, RunVerdict] | None = None,
) -> dict[int, Delta]:
    """How far each metric is from the baseline's of the same key and direction, by its id.

    By the verdicts of the paired test where there are some, else by the means.
    """
    if baseline is None:
        return {}
    others = {(metric.key, metric.direction): metric for metric in baseline.run_metrics.all()}
    deltas: dict[int, Delta] = {}
    for metric in metrics:
        other = others.get((metric.key, metric.direction))
        if other is not None:
            found = _delta(metric, figures[metric.pk], other, (verdicts or {}).get(metric.key))
            if found is not None:
                deltas[metric.pk] = found
    return deltas


def _delta(metric: RunMetric, figures: MetricFigures, other: RunMetric, verdict: RunVerdict | None) -> Delta | None:
    if verdict is not None:
        return delta_to(metric, other, verdict)
    return delta(figures.interval, mean_of(other), higher_is_better=metric.scale.higher_is_better)


def bars_of(metric: RunMetric, figures: MetricFigures) -> list[Bar]:
    """The histogram as bars; of yes and no two of them, of a category one a label; none where nothing is scored."""
    counts = list(figures.histogram)
    if not any(counts):
        return []
    if metric.labels:
        ranges = [ValueRange(metric.key, float(place), float(place)) for place in range(len(metric.labels))]
    elif metric.value_type == ValueType.BOOLEAN:
        ranges = [ValueRange(metric.key, 0.0, 0.0), ValueRange(metric.key, 1.0, 1.0)]
        counts = [counts[0], counts[-1]]
    else:
        ranges = _ranges(metric, figures, bins=len(counts))
    tallest = max(counts)
    return [
        Bar(found, count, max(SMALLEST_BAR, count / tallest) if count else 0.0, _tone(metric, found))
        for found, count in zip(ranges, counts, strict=True)
    ]


def _ranges(metric: RunMetric, figures: MetricFigures, *, bins: int) -> list[ValueRange]:
    """A range for each bin, cut where the bins were; only the last holds its upper end."""
    low, high = _ends(metric, figures.minimum, figures.maximum)
    edges = bin_edges(low=low, high=high, bins=bins)
    return [
        ValueRange(metric.key, edges[index], edges[index + 1], excludes_high=index + 1 < bins) for index in range(bins)
    ]


def _ends(metric: RunMetric, minimum: float | None, maximum: float | None) -> tuple[float, float]:
    """The ends of the histogram: of the range, or of what was found where the range has none."""
    low = minimum if metric.range_min is None else metric.range_min
    high = maximum if metric.range_max is None else metric.range_max
    return low or 0.0, high or 0.0


def _tone(metric: RunMetric, bar: ValueRange) -> str:
    if bar.low is None or bar.high is None:
        return "neutral"
    return {True: "good", False: "bad", None: "neutral"}[metric.criterion.passes((bar.low + bar.high) / 2)]


def stored_figures(metric: RunMetric) -> MetricFigures:
    """What was written when the run closed; nothing but noughts before."""
    return MetricFigures(
        scored=metric.n_scored,
        unscored=metric.n_unscored,
        errored=metric.n_errored,
        passed=metric.n_passed,
        mean=metric.mean,
        ci_low=metric.ci_low,
        ci_high=metric.ci_high,
        minimum=metric.minimum,
        maximum=metric.maximum,
        histogram=metric.histogram,
    )


def _counted(metric: RunMetric, columns: RunColumns, *, repeats: int) -> MetricFigures:
    values, statuses = columns.values(metric.pk), columns.statuses(metric.pk)
    criterion = metric.criterion
    is_share = metric.value_type in {ValueType.BOOLEAN, ValueType.CATEGORY}
    summary = summarise(criterion.counted(values), is_share=is_share, repeats=repeats)
    return MetricFigures(
        scored=int(np.count_nonzero(statuses == SCORED)),
        unscored=int(np.count_nonzero(statuses == UNSCORED)),
        errored=int(np.count_nonzero(statuses == ERRORED)),
        passed=int(np.count_nonzero(criterion.passing(values) == PASSED)),
        mean=summary.mean,
        ci_low=summary.ci_low,
        ci_high=summary.ci_high,
        minimum=summary.minimum,
        maximum=summary.maximum,
        histogram=histogram_of(metric, values, summary),
    )
