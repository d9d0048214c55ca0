"""The list of runs as a table: which columns there are, and what stands in each cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metrics.choices import Direction
from metrics.grades import grade
from runs import figures
from runs.choices import VerdictKind
from runs.deltas import Delta, Mean, Tone, delta, paired_delta
from runs.models import Run, RunMetric, RunVerdict
from runs.run_filters import METRIC_PREFIX

METRICS_AT_FIRST = 6
_ALL_METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class RunColumn:
    """A column that people can choose; `key` is its name in the address, `direction` the good side of a metric."""

    key: str
    label: str
    is_numeric: bool = False
    title: str = ""
    direction: str = ""

    @property
    def is_metric(self) -> bool:
        return self.key.startswith(METRIC_PREFIX)

    @property
    def metric_key(self) -> str:
        return self.key.removeprefix(METRIC_PREFIX)


NAME = RunColumn("name", "Run")
COLUMNS: tuple[RunColumn, ...] = (
    RunColumn("state", "State"),
    RunColumn("dataset", "Dataset"),
    RunColumn("target", "Target"),
    RunColumn("overall", "Overall", is_numeric=True, title="Weighted mean of the metrics, 0 to 1, higher is better"),
    RunColumn(_ALL_METRICS, "Metrics"),
    RunColumn("items", "Scored", is_numeric=True, title="Items with a score, failing and errored ones beside"),
    RunColumn("duration", "Took", is_numeric=True),
    RunColumn("tokens", "Tokens", is_numeric=True),
    RunColumn("cost", "Cost", is_numeric=True),
    RunColumn("author", "Author"),
    RunColumn("age", "Started", is_numeric=True),
    RunColumn("tags", "Tags"),
)
UNSORTABLE = frozenset({"tags"})
_AT_FIRST = ("state", "dataset", "target", "overall", _ALL_METRICS, "items", "duration", "author", "age")


@dataclass(frozen=True, slots=True)
class MetricCell:
    """One metric of one run, None where the run did not measure it; `fraction` is how good the mean is, 0 to 1."""

    column: RunColumn
    metric: RunMetric | None = None
    delta: Delta | None = None
    fraction: float | None = None
    tone: Tone = Tone.NEUTRAL

    @property
    def mean(self) -> str:
        return figures.mean_of(self.metric, self.metric.mean) if self.metric else figures.MISSING

    @property
    def interval(self) -> str:
        return figures.interval_of(self.metric, self.metric.ci_low, self.metric.ci_high) if self.metric else ""

    @property
    def difference(self) -> str:
        return figures.difference_of(self.metric, self.delta.value) if self.metric and self.delta else ""

    @property
    def difference_interval(self) -> str:
        if self.metric is None or self.delta is None:
            return ""
        return figures.difference_interval_of(self.metric, self.delta.low, self.delta.high)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of the list; `baseline` is what its differences are against."""

    run: Run
    metrics: Sequence[MetricCell]
    baseline: Run | None

    @property
    def grade(self) -> str:
        return grade(self.run.overall)


def metric_columns(runs: Iterable[Run], named: Iterable[str]) -> list[RunColumn]:
    """A column for each metric that the runs measured or the address names, in the order of the runs' recipes."""
    found: dict[str, RunColumn] = {}
    for run in runs:
        for metric in run.run_metrics.all():
            is_higher = metric.direction == Direction.HIGHER
            title = f"Mean of {metric.name}, {'higher' if is_higher else 'lower'} is better"
            key = METRIC_PREFIX + metric.key
            column = RunColumn(key, metric.name, is_numeric=True, title=title, direction="↑" if is_higher else "↓")
            found.setdefault(key, column)
    for key in named:
        if key.startswith(METRIC_PREFIX):
            found.setdefault(key, RunColumn(key, key.removeprefix(METRIC_PREFIX), is_numeric=True))
    return list(found.values())


def chosen_columns(wanted: Sequence[str], measured: Sequence[RunColumn]) -> list[RunColumn]:
    """The columns in the order of the table; without a choice the usual ones, with the first few metrics."""
    if not wanted:
        return _in_order(_AT_FIRST, measured[:METRICS_AT_FIRST])
    return _in_order(wanted, [column for column in measured if column.key in wanted])


def _in_order(wanted: Sequence[str], metrics: Sequence[RunColumn]) -> list[RunColumn]:
    columns: list[RunColumn] = [NAME]
    for column in COLUMNS:
        if column.key == _ALL_METRICS:
            columns.extend(metrics)
        elif column.key in wanted:
            columns.append(column)
    return columns


def table_rows(
    runs: Iterable[Run],
    columns: Sequence[RunColumn],
    *,
    baselines: Mapping[int, Sequence[RunMetric]],
    verdicts: Mapping[int, Mapping[str, RunVerdict]],
) -> list[RunRow]:
    """Rows with their cells; `baselines` has the metrics of each dataset's pinned run, `verdicts` those of each run."""
    return [_row(run, columns, baselines.get(run.dataset_id, ()), verdicts.get(run.pk, {})) for run in runs]


def _row(
    run: Run, columns: Sequence[RunColumn], baseline: Sequence[RunMetric], verdicts: Mapping[str, RunVerdict]
) -> RunRow:
    measured = {metric.key: metric for metric in run.run_metrics.all()}
    pinned = {metric.key: metric for metric in baseline if metric.run_id != run.pk}
    return RunRow(
        run=run,
        metrics=[
            _metric_cell(column, measured.get(key), pinned.get(key), verdicts.get(key))
            for column in columns
            if column.is_metric and (key := column.metric_key)
        ],
        baseline=baseline[0].run if pinned else None,
    )


def _metric_cell(
    column: RunColumn, metric: RunMetric | None, baseline: RunMetric | None, verdict: RunVerdict | None
) -> MetricCell:
    if metric is None:
        return MetricCell(column)
    return MetricCell(
        column=column,
        metric=metric,
        delta=delta_to(metric, baseline, verdict),
        fraction=None if metric.mean is None else metric.scale.goodness(metric.mean),
        tone=tone_of(metric),
    )


def delta_to(metric: RunMetric, baseline: RunMetric | None, verdict: RunVerdict | None = None) -> Delta | None:
    """The difference to the baseline's; None where the two did not measure by the same revision.

    As the paired test found it, over the items of both; without a verdict from the two means. Labels have an order and
    no distances: of them the difference is that of the shares that pass.
    """
    if baseline is None or baseline.revision_id != metric.revision_id:
        return None
    if verdict is not None:
        paired = Mean(verdict.difference, verdict.ci_low, verdict.ci_high)
        difference = Mean(_difference(metric, baseline)) if metric.is_category else paired
        return paired_delta(VerdictKind(verdict.verdict), difference)
    return delta(mean_of(metric), mean_of(baseline), higher_is_better=metric.scale.higher_is_better)


def _difference(metric: RunMetric, baseline: RunMetric) -> float | None:
    return None if metric.mean is None or baseline.mean is None else metric.mean - baseline.mean


def mean_of(metric: RunMetric) -> Mean:
    return Mean(metric.mean, metric.ci_low, metric.ci_high)


def tone_of(metric: RunMetric) -> Tone:
    """Good or bad by the threshold that the run froze; neither where there is no mean or no threshold."""
    if metric.mean is None or metric.threshold is None:
        return Tone.NEUTRAL
    return Tone.GOOD if metric.scale.passes(metric.mean, metric.threshold) else Tone.BAD
