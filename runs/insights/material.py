"""What insights are found in: a run's columns, its metrics, and the runs that it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.criterion import FAILED, PASSED
from metrics.statistics.paired import fold_repeats
from runs.choices import InsightKind
from runs.columns import ITEM_WAITING, PASSED_NO, PASSED_UNKNOWN, RunColumns, read_columns
from runs.comparison.pairing import Source
from runs.models import Run, RunMetric
from runs.tiles import baseline_of

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.integer[Any]]
Query = tuple[tuple[str, str], ...]

MOST_EARLIER = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """An insight before it is stored. Its items are those that `query` shows or, where no filter can, `places`.

    `label` names the set of places for people. `item_count` counts run items.
    """

    kind: InsightKind
    key: str
    item_count: int
    metric_key: str = ""
    other_key: str = ""
    numbers: dict[str, Any] = field(default_factory=dict)
    query: Query = ()
    places: Places | None = None
    label: str = ""


class Material:
    """A finished run as its insights need it. A place is `ordinal * repeats + repeat`."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.metrics: Sequence[RunMetric] = list(run.run_metrics.all())
        self.columns: RunColumns = read_columns(run)

    @cached_property
    def baseline(self) -> Run | None:
        return baseline_of(self.run)

    @cached_property
    def earlier(self) -> list[Run]:
        """The newest finished runs of the same target over the same dataset before this one, the newest first."""
        run = self.run
        same = Run.objects.finished().filter(project_id=run.project_id, dataset_id=run.dataset_id, pk__lt=run.pk)
        return list(same.filter(target__name=run.target.name).order_by("-pk")[:MOST_EARLIER])

    @property
    def judged(self) -> list[RunMetric]:
        """The metrics that pass or fail items."""
        return [metric for metric in self.metrics if metric.threshold is not None]

    def values(self, metric: RunMetric) -> Floats:
        """What each item counts for in the metric's mean, repeats folded; NaN where there is none."""
        return self._folded(metric.criterion.counted(self.columns.values(metric.pk)))

    def verdicts(self, metric: RunMetric) -> NDArray[np.int8]:
        """For each place 1 passed, 0 failed, -1 undecided."""
        return metric.criterion.passing(self.columns.values(metric.pk))

    def failing(self, metric: RunMetric) -> Mask:
        """The places that fail the metric."""
        mask: Mask = self.verdicts(metric) == FAILED
        return mask

    def item_verdicts(self, metric: RunMetric) -> NDArray[np.int8]:
        """For each item what most of its repeats are; a tie fails."""
        return majority(self.verdicts(metric), self.run.repeats)

    @cached_property
    def any_failing(self) -> Mask:
        """The places that fail as a whole, or any metric."""
        mask: Mask = self.columns.passed == PASSED_NO
        for metric in self.judged:
            mask |= self.failing(metric)
        mask &= self.columns.item_states != ITEM_WAITING
        return mask

    def places_of(self, ordinals: Places) -> Places:
        """All repeats of the items."""
        repeats = self.run.repeats
        places: Places = (ordinals.astype(np.int64)[:, None] * repeats + np.arange(repeats)).ravel()
        return places

    def scored_places(self, metric: RunMetric) -> Mask:
        mask: Mask = np.isfinite(self.columns.values(metric.pk))
        return mask

    def _folded(self, values: Floats) -> Floats:
        return values if self.run.repeats == 1 else fold_repeats(values, repeats=self.run.repeats)


def source_of(run: Run) -> Source:
    """The run's items by pair key."""
    return Source(read_columns(run), run.repeats)


def majority(verdicts: NDArray[np.int8], repeats: int) -> NDArray[np.int8]:
    """Verdicts of places folded into one an item: passed where more repeats pass than fail, -1 where none is known."""
    if repeats == 1:
        return verdicts
    rows = verdicts.reshape(-1, repeats)
    passed, failed = (rows == PASSED).sum(axis=1), (rows == FAILED).sum(axis=1)
    return np.where(passed + failed == 0, PASSED_UNKNOWN, (passed > failed).astype(np.int8)).astype(np.int8)
