"""Whether a run fell behind the one that its dataset's runs are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runs.deltas import Delta, Tone
from runs.models import Run, RunMetric
from runs.run_table import delta_to


def deltas_by_metric(run_metrics: Sequence[RunMetric], baseline: Run | None) -> dict[int, Delta]:
    """How far each metric's mean is from the baseline's, by its id; those measured otherwise have no difference."""
    others = {} if baseline is None else {metric.key: metric for metric in baseline.run_metrics.all()}
    found = {metric.pk: delta_to(metric, others.get(metric.key)) for metric in run_metrics}
    return {metric_id: delta for metric_id, delta in found.items() if delta is not None}


def regressed_metrics(run_metrics: Sequence[RunMetric], deltas: Mapping[int, Delta]) -> list[RunMetric]:
    """The metrics that are worse than at the baseline by more than their intervals explain: the one verdict of this.

    It reads stored means. A verdict that pairs the items of both runs sees smaller differences, and belongs here.
    """
    return [metric for metric in run_metrics if metric.pk in deltas and deltas[metric.pk].tone is Tone.BAD]
