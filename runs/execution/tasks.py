"""Celery's doors: each task takes ids, calls one function, and rings for what comes next."""

from __future__ import annotations

from celery import Task, shared_task

from evalhub.core.queue import enqueue
from runs.execution import closing, comparing, deletion, exporting, project_deletion, working
from runs.execution import sweep as sweeping
from runs.execution.batches import RUNG_AT_ONCE, take_unrung
from runs.ingest import loading
from runs.insights import computing
from runs.trust import measuring


@shared_task(name="runs.start_run")
def start_run(run_id: int) -> None:
    """Take a queued run up."""
    if working.start_run(run_id):
        _ring(take_unrung(run_id, limit=RUNG_AT_ONCE))


@shared_task(name="runs.execute_batch")
def execute_batch(batch_id: int) -> None:
    """Work a batch, ring for the run's next one, and close the run after the last."""
    run_id = working.execute_batch(batch_id)
    if run_id is not None:
        _ring(take_unrung(run_id, limit=1))
        _close(run_id)


@shared_task(name="runs.close_run")
def close_run(run_id: int) -> None:
    """Close a run that has nothing left to do."""
    _close(run_id)


@shared_task(name="runs.compare_run")
def compare_run(run_id: int) -> None:
    """Hold a finished run against its baseline and the run before it."""
    comparing.compare_run(run_id)


# Computing is idempotent and its wish stands in the database, so that a worker that hangs may be killed.
@shared_task(name="runs.compute_insights", time_limit=900)
def compute_insights(run_id: int) -> None:
    """Find what is worth a look in a run that is over."""
    computing.compute_insights(run_id)


@shared_task(name="runs.delete_run_rows")
def delete_run_rows(run_id: int) -> None:
    """Delete the rows of a run that is marked as deleted."""
    deletion.delete_run_rows(run_id)


@shared_task(name="runs.delete_project_rows")
def delete_project_rows(project_id: int) -> None:
    """Delete the rows of a project that is marked as deleted."""
    project_deletion.delete_project_rows(project_id)


@shared_task(name="runs.make_export")
def make_export(export_id: int) -> None:
    """Write the export of a project."""
    exporting.make_export(export_id)


@shared_task(name="runs.load_import")
def load_import(import_id: int) -> None:
    """Load an uploaded file into a dataset version."""
    loading.load_import(import_id)


@shared_task(name="runs.measure_judge_trust", time_limit=600)
def measure_judge_trust(project_id: int) -> None:
    """Measure how far the project's judges agree with its people."""
    measuring.measure_project(project_id)


@shared_task(name="runs.sweep")
def sweep() -> sweeping.Findings:
    """Find what was left lying and ring for it."""
    found = sweeping.sweep()
    _ring(found.batches)
    waiting: tuple[tuple[Task[[int], None], list[int]], ...] = (
        (start_run, found.runs_to_start),
        (close_run, found.runs_to_close),
        (compare_run, found.runs_to_compare),
        (compute_insights, found.insights),
        (delete_run_rows, found.runs_to_delete),
        (load_import, found.imports),
        (measure_judge_trust, found.projects_to_measure),
        (delete_project_rows, found.projects_to_delete),
        (make_export, found.exports),
    )
    for task, ids in waiting:
        for each in ids:
            enqueue(task, each)
    return found


def _close(run_id: int) -> None:
    if closing.close_run(run_id):
        enqueue(compare_run, run_id)
        enqueue(compute_insights, run_id)


def _ring(batch_ids: list[int]) -> None:
    for batch_id in batch_ids:
        enqueue(execute_batch, batch_id)
