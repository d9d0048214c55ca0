"""People's values beside a run's scores: which they are, where they disagree, and what means would be with them.

A score is never changed. Of several people's values on one score the newest counts here; all of them stay beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from metrics.criterion import UNDECIDED
from metrics.disagreement import differing
from runs.columns import RunColumns
from runs.figures import value_of
from runs.models import Override, Run, RunMetric

_RUN_METRIC = "metric__revisions__run_metrics"


@dataclass(frozen=True, slots=True)
class Corrections:
    """People's values on one metric of a run, by place, each place once."""

    places: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of one score, as the item table shows it beside the score."""

    shown: str
    value: float | None


def corrections_of(run: Run, metrics: Iterable[RunMetric]) -> dict[int, Corrections]:
    """By run metric; those without a person's value are left out. Costs what people said, not what the run holds."""
    rows = _on(run, metrics).filter(value__isnull=False).order_by("id")
    found: dict[int, dict[int, float]] = {}
    for metric_id, ordinal, repeat, value in rows.values_list(
        _RUN_METRIC, "run_item__ordinal", "run_item__repeat", "value"
    ):
        # A later one takes an earlier one's place.
        found.setdefault(metric_id, {})[ordinal * run.repeats + repeat] = value
    return {metric_id: _as_arrays(values) for metric_id, values in found.items()}


def _on(run: Run, metrics: Iterable[RunMetric]) -> QuerySet[Override]:
    """What people said of these metrics of the run, each row with the run metric it is about."""
    measured = {f"{_RUN_METRIC}__in": [metric.pk for metric in metrics]}
    return Override.objects.filter(run=run, is_current=True, **measured)


def _as_arrays(values: Mapping[int, float]) -> Corrections:
    return Corrections(np.array(list(values), dtype=np.int64), np.array(list(values.values()), dtype=np.float64))


def disagreeing(run: Run, columns: RunColumns, metrics: Iterable[RunMetric]) -> NDArray[np.bool_]:
    """The places at which a person and a score of any metric disagree."""
    known = {metric.pk: metric for metric in metrics}
    mask = np.zeros(columns.length, dtype=np.bool_)
    for metric_id, said in corrections_of(run, known.values()).items():
        differs = disagreement(known[metric_id], columns.values(metric_id)[said.places], said.values)
        mask[said.places[differs]] = True
    return mask


def disagreement(metric: RunMetric, scores: NDArray[np.float64], said: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where the two differ: of numbers with a threshold in whether they pass, of all others in the value.

    Where there is no score, nothing can disagree with it.
    """
    there = ~np.isnan(scores)
    ours, theirs = metric.criterion.passing(scores), metric.criterion.passing(said)
    goes_by_value = metric.is_category or metric.threshold is None or bool((ours[there] == UNDECIDED).any())
    return there & differing(scores, said, passes=None if goes_by_value else (ours, theirs))


def corrected_mean(metric: RunMetric, columns: RunColumns, said: Corrections) -> float | None:
    """The metric's mean with people's values in place of the scores that they are about."""
    values = columns.values(metric.pk).copy()
    values[said.places] = said.values
    counted = metric.criterion.counted(values)
    counted = counted[~np.isnan(counted)]
    return float(counted.mean()) if counted.size else None


def said_of(run: Run, metrics: Sequence[RunMetric], run_item_ids: Sequence[int]) -> dict[int, dict[int, Said]]:
    """The newest value of any person, by run item and run metric."""
    known = {metric.pk: metric for metric in metrics}
    rows = _on(run, metrics).filter(run_item_id__in=run_item_ids).order_by("id")
    said: dict[int, dict[int, Said]] = {}
    for run_item_id, metric_id, value, label in rows.values_list("run_item_id", _RUN_METRIC, "value", "label"):
        said.setdefault(run_item_id, {})[metric_id] = Said(label or value_of(known[metric_id], value), value)
    return said
