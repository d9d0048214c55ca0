"""Whether a run fell behind the one that its dataset's runs are compared with: the one verdict of this."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from runs.deltas import Delta, Tone
from runs.models import Run, RunMetric, RunVerdict
from runs.run_table import delta_to

Verdicts = Mapping[str, RunVerdict]


def verdicts_against_baselines(run_ids: Iterable[int]) -> dict[int, dict[str, RunVerdict]]:
    """What the paired test found against the baseline pinned now: for each run by the metric's key, or `overall`.

    A run that is not there has not been compared with that baseline yet.
    """
    return by_run(RunVerdict.objects.against_baselines(run_ids))


def by_run(verdicts: Iterable[RunVerdict]) -> dict[int, dict[str, RunVerdict]]:
    """Verdicts of one side by the run and the key of what was measured."""
    found: defaultdict[int, dict[str, RunVerdict]] = defaultdict(dict)
    for verdict in verdicts:
        found[verdict.run_id][verdict.metric_key] = verdict
    return dict(found)


def deltas_by_metric(
    run_metrics: Sequence[RunMetric], baseline: Run | None, verdicts: Verdicts | None = None
) -> dict[int, Delta]:
    """How far each metric is from the baseline's, by its id; those measured otherwise have no difference.

    By the verdicts where there are some, else by the means and their intervals.
    """
    others = {} if baseline is None else {metric.key: metric for metric in baseline.run_metrics.all()}
    found = {
        metric.pk: delta_to(metric, others.get(metric.key), (verdicts or {}).get(metric.key)) for metric in run_metrics
    }
    return {metric_id: delta for metric_id, delta in found.items() if delta is not None}


def regressed_metrics(run_metrics: Sequence[RunMetric], deltas: Mapping[int, Delta]) -> list[RunMetric]:
    """The metrics that are worse than at the baseline, and not by chance."""
    return [metric for metric in run_metrics if metric.pk in deltas and deltas[metric.pk].tone is Tone.BAD]
