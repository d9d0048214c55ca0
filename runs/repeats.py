"""What the repeats of a run come to, metric by metric, from its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.criterion import UNDECIDED
from metrics.statistics.repeats import summarise_repeats
from runs.columns import read_columns
from runs.models import Run, RunMetric

_MISSING = "–"


@dataclass(frozen=True, slots=True)
class RepeatLine:
    """A metric's line about repeats, as shown."""

    k: int
    n_items: int
    n_flaky: int
    any_of_k: str
    all_of_k: str
    majority: str


def repeat_lines(run: Run, metrics: Sequence[RunMetric]) -> dict[int, RepeatLine]:
    """A line for each metric with a threshold, by its id; none for a run without repeats."""
    with_threshold = [metric for metric in metrics if metric.threshold is not None]
    if run.repeats < 2 or not with_threshold:
        return {}
    columns = read_columns(run)
    return {metric.pk: _line(metric, columns.values(metric.pk), repeats=run.repeats) for metric in with_threshold}


def verdicts_of(metric: RunMetric, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 where the value passes the metric's threshold, 0 where it does not, NaN where there is none of the two."""
    verdicts = metric.criterion.passing(values).astype(np.float64)
    verdicts[verdicts == UNDECIDED] = np.nan
    return verdicts


def _line(metric: RunMetric, values: NDArray[np.float64], *, repeats: int) -> RepeatLine:
    summary = summarise_repeats(verdicts_of(metric, values).reshape(-1, repeats), k=repeats)
    shares = (summary.any_of_k, summary.all_of_k, summary.majority)
    shown = [_MISSING if share is None else f"{share:.1%}" for share in shares]
    return RepeatLine(summary.k, summary.n_items, summary.n_flaky, *shown)
