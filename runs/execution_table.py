"""The runs of one execution side by side: a row for each metric, a column for each run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.choices import Direction
from metrics.grades import grade
from runs.deltas import Tone
from runs.evaluation_table import column_of
from runs.figures import interval_of, mean_of, scale_of, threshold_of
from runs.models import Execution, Run, RunMetric
from runs.run_table import tone_of


@dataclass(frozen=True, slots=True)
class Column:
    """One run at the head of its column."""

    run: Run
    label: str

    @property
    def grade(self) -> str:
        return grade(self.run.overall)


@dataclass(frozen=True, slots=True)
class Cell:
    """One metric of one run, as shown; `metric` is None where the run does not measure it."""

    label: str
    metric: RunMetric | None
    run: Run

    @property
    def mean(self) -> str:
        return mean_of(self.metric, self.metric.mean) if self.metric else ""

    @property
    def interval(self) -> str:
        metric = self.metric
        return interval_of(metric, metric.ci_low, metric.ci_high) if metric else ""

    @property
    def tone(self) -> Tone:
        return tone_of(self.metric) if self.metric else Tone.NEUTRAL

    @property
    def fraction(self) -> float | None:
        """How good the mean is, 0 to 1."""
        metric = self.metric
        return None if metric is None or metric.mean is None else metric.scale.goodness(metric.mean)

    @property
    def verdict(self) -> str:
        return {Tone.GOOD: "passes", Tone.BAD: "fails"}.get(self.tone, "")


@dataclass(frozen=True, slots=True)
class Line:
    """One metric across the runs; its scale and threshold are those of the first run that measures it."""

    metric: RunMetric
    cells: Sequence[Cell]

    @property
    def scale(self) -> str:
        return scale_of(self.metric)

    @property
    def threshold(self) -> str:
        """The threshold in force, empty where the runs froze different ones."""
        thresholds = {cell.metric.threshold for cell in self.cells if cell.metric}
        return threshold_of(self.metric) if len(thresholds) == 1 else ""

    @property
    def higher_is_better(self) -> bool:
        return self.metric.direction == Direction.HIGHER

    @property
    def is_star(self) -> bool:
        return any(cell.metric.is_star for cell in self.cells if cell.metric)


@dataclass(frozen=True, slots=True)
class ExecutionTable:
    """Everything the page of an execution puts side by side."""

    columns: Sequence[Column]
    lines: Sequence[Line]

    @property
    def is_live(self) -> bool:
        return any(column.run.is_live for column in self.columns)


def execution_table(execution: Execution) -> ExecutionTable:
    """Read the runs of the execution with their metrics."""
    runs = list(execution.runs.filter(deleted_at=None).with_names().prefetch_related("run_metrics").order_by("id"))
    columns = [Column(run, column_of(run)) for run in runs]
    first: dict[str, RunMetric] = {}
    for run in runs:
        for metric in run.run_metrics.all():
            first.setdefault(metric.key, metric)
    return ExecutionTable(columns, [_line(metric, columns) for metric in first.values()])


def _line(metric: RunMetric, columns: Sequence[Column]) -> Line:
    cells = []
    for column in columns:
        measured = {each.key: each for each in column.run.run_metrics.all()}
        cells.append(Cell(column.label, measured.get(metric.key), column.run))
    return Line(metric, cells)
