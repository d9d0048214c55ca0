"""Which runs a history is over, and what can say of their items that they pass."""

from __future__ import annotations

from collections.abc import Sequence

from runs.models import Dataset, Run
from runs.models.run import RunQuerySet


def history_runs(seen: RunQuerySet, dataset: Dataset, *, target: str, tag: str, count: int) -> list[Run]:
    """Of the runs seen, the newest finished ones over the dataset, the oldest of them first."""
    asked = {"target__name": target, "tags__contains": [tag] if tag else None}
    found = seen.finished().filter(dataset=dataset, **{lookup: value for lookup, value in asked.items() if value})
    newest = found.select_related("target").defer("target_snapshot").with_metrics().order_by("-id")
    return list(newest[:count])[::-1]


def metrics_that_pass(runs: Sequence[Run]) -> dict[str, str]:
    """Key → name of the metrics that say what passes in at least one of the runs, as the newest names them."""
    metrics = (metric for run in runs for metric in run.run_metrics.all())
    return {metric.key: metric.name for metric in metrics if metric.threshold is not None}
