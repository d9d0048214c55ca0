"""Deleting a run's rows in slices, so that nobody waits for a million of them."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from runs.models import Run, RunBatch, RunColumn, RunItem, RunMetric

# Run items that go in one transaction, with everything that hangs on them.
SLICE_ITEMS = 2_000
# What hangs on run items, in an order in which nothing points at what is gone.
_OF_RUN_ITEMS = (
    "DELETE FROM runs_reviewtask WHERE run_item_id = ANY(%(ids)s) OR other_run_item_id = ANY(%(ids)s)",
    "DELETE FROM runs_reviewchange WHERE review_id IN (SELECT id FROM runs_review WHERE run_item_id = ANY(%(ids)s))",
    "DELETE FROM runs_review_labels WHERE review_id IN (SELECT id FROM runs_review WHERE run_item_id = ANY(%(ids)s))",
    "DELETE FROM runs_review WHERE run_item_id = ANY(%(ids)s)",
    "DELETE FROM runs_datasetaddition WHERE run_item_id = ANY(%(ids)s)",
    "DELETE FROM runs_comment WHERE run_item_id = ANY(%(ids)s)",
    "DELETE FROM runs_override WHERE run_item_id = ANY(%(ids)s)",
    "DELETE FROM runs_runitemtrace WHERE run_item_id = ANY(%(ids)s)",
    "DELETE FROM runs_judgecall WHERE run_id = %(run)s AND run_item_id = ANY(%(ids)s)",
    "DELETE FROM runs_score WHERE run_id = %(run)s AND run_item_id = ANY(%(ids)s)",
    "DELETE FROM runs_runitem WHERE id = ANY(%(ids)s)",
)
# What hangs on the run itself, and at last the run.
_OF_RUN = (
    "UPDATE runs_reviewqueue SET run_id = NULL WHERE run_id = %(run)s",
    "UPDATE runs_reviewqueue SET candidate_id = NULL WHERE candidate_id = %(run)s",
    "DELETE FROM runs_insight WHERE run_id = %(run)s",
    "DELETE FROM runs_failuregroup WHERE run_id = %(run)s",
    "DELETE FROM runs_itemset WHERE run_id = %(run)s",
    "DELETE FROM runs_insightreport WHERE run_id = %(run)s",
    "DELETE FROM runs_lentkey WHERE run_id = %(run)s",
    "DELETE FROM runs_runverdict WHERE run_id = %(run)s OR against_id = %(run)s",
    "DELETE FROM runs_runmetric WHERE run_id = %(run)s",
    "DELETE FROM runs_run WHERE id = %(run)s",
)


def delete_run_rows(run_id: int) -> bool:
    """Delete everything of a run that is marked as deleted; False when it is not marked, or another worker is at it.

    May be stopped at any moment and done again.
    """
    if not Run.objects.filter(pk=run_id).exclude(deleted_at=None).exists():
        return False
    # Without its batch a worker's next write is refused; one that is under way ends first.
    RunBatch.objects.filter(run_id=run_id).delete()
    while _delete_slice(run_id):
        pass
    with transaction.atomic():
        if not _is_held_and_empty(run_id):
            return False
        RunColumn.objects.filter(run_id=run_id).delete()
        _execute_all(_OF_RUN, {"run": run_id})
    return True


def _delete_slice(run_id: int) -> bool:
    """Delete the next run items; False when there was none, or when another worker is at it."""
    with transaction.atomic():
        if not Run.objects.select_for_update(skip_locked=True).filter(pk=run_id).exists():
            return False
        items = RunItem.objects.filter(run_id=run_id).order_by("ordinal", "repeat")
        ids = list(items.values_list("id", flat=True)[:SLICE_ITEMS])
        if ids:
            _execute_all(_OF_RUN_ITEMS, {"run": run_id, "ids": ids})
    return bool(ids)


def _is_held_and_empty(run_id: int) -> bool:
    """Hold the run's row; False when another worker has it, or when run items are left."""
    held = Run.objects.select_for_update(skip_locked=True).filter(pk=run_id).exists()
    return held and not RunItem.objects.filter(run_id=run_id).exists()


def _execute_all(statements: tuple[str, ...], parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, parameters)


def delete_run_metric(metric: RunMetric) -> None:
    """Take a metric out of its run. Its scores, which nothing shows any more, go when the run's batches go on."""
    _execute_all(
        (
            "DELETE FROM runs_runcolumn WHERE run_id = %(run)s AND run_metric_id = %(metric)s",
            "DELETE FROM runs_runmetric WHERE id = %(metric)s",
        ),
        {"run": metric.run_id, "metric": metric.pk},
    )


def delete_orphaned_scores(run: Run, *, metric_ids: tuple[int, ...], start: int, stop: int) -> None:
    """Delete the scores of the run's places `start` to `stop` whose metric the run no longer has."""
    parameters = {
        "run": run.pk,
        "metrics": list(metric_ids),
        "first": start // run.repeats,
        "last": (stop - 1) // run.repeats,
    }
    orphaned = (
        "DELETE FROM {table} s USING runs_runitem i"
        " WHERE i.run_id = %(run)s AND i.ordinal BETWEEN %(first)s AND %(last)s"
        " AND s.run_id = %(run)s AND s.run_item_id = i.id AND s.run_metric_id <> ALL(%(metrics)s)"
    )
    tables = ("runs_judgecall", "runs_score")
    _execute_all(tuple(orphaned.format(table=table) for table in tables), parameters)
