"""Runs to try workers on, and what has to hold of them whatever happened meanwhile."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db.models import Count, Sum

from evalhub.accounts.models import Project, User
from runs.columns import read_columns
from runs.models import Run, RunItem, Score
from runs.packing import rebuild_columns
from runs.services.runs import MetricChoice, RunRequest, create_run
from tests.factories import make_dataset, make_target, make_version

HEURISTICS = ("contains", "equals", "regex_match", "levenshtein")


def make_rows(count: int) -> list[dict[str, Any]]:
    """Items with an answer each, every second one as expected."""
    return [
        {
            "input": f"question {number}",
            "key": f"q{number}",
            "expected": f"answer {number}",
            "output": f"answer {number if number % 2 == 0 else 'x'}",
        }
        for number in range(count)
    ]


def queue_run(project: Project, by: User, *, count: int, metrics: tuple[str, ...] = HEURISTICS, **fields: Any) -> Run:
    version = make_version(dataset=make_dataset(project=project), rows=make_rows(count))
    request = RunRequest(
        project=project,
        version=version,
        target=make_target(project=project),
        metrics=[MetricChoice(key=key) for key in metrics],
        **fields,
    )
    return create_run(request, by=by)


def reload(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


def is_over(run: Run) -> bool:
    return reload(run).is_over


def done_places(run: Run) -> int:
    return run.batches.aggregate(done=Sum("n_done"))["done"] or 0


def assert_whole(run: Run) -> None:
    """Every place has its run item and one outcome of every metric; counters and columns say the same."""
    metric_count = run.run_metrics.count()
    assert RunItem.objects.filter(run=run).count() == run.item_count
    per_item = Score.objects.filter(run=run).values("run_item_id").annotate(n=Count("run_metric_id"))
    assert set(per_item.values_list("n", flat=True)) == {metric_count}
    assert len(per_item) == run.item_count
    assert_counters_equal_rows(run)
    assert_columns_equal_scores(run)


def assert_counters_equal_rows(run: Run) -> None:
    stored = dict(Score.objects.filter(run=run).values_list("status").annotate(n=Count("run_item_id")))
    counted = run.batches.aggregate(scored=Sum("n_scored"), unscored=Sum("n_unscored"), errored=Sum("n_errored"))
    assert {status: number for status, number in counted.items() if number} == stored


def assert_columns_equal_scores(run: Run) -> None:
    """What was written batch by batch is what is made again from the scores."""
    written = all_columns(reload(run))
    rebuild_columns(run)
    rebuilt = all_columns(reload(run))
    assert written.keys() == rebuilt.keys()
    for name, column in written.items():
        np.testing.assert_array_equal(column, rebuilt[name], err_msg=name)


def all_columns(run: Run) -> dict[str, Any]:
    columns = read_columns(run)
    per_metric = {
        f"{kind} {metric.key}": getattr(columns, kind)(metric.pk)
        for metric in run.run_metrics.all()
        for kind in ("values", "statuses")
    }
    of_items = ("overall", "passed", "pair_keys", "item_states")
    return {**per_metric, **{name: getattr(columns, name) for name in of_items}}
