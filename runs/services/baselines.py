"""Writes of baselines: which run of a dataset the others are compared with."""

from __future__ import annotations

from django.db import transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import User
from evalhub.core.errors import Conflict
from evalhub.core.queue import enqueue
from runs.choices import OVER_STATES
from runs.execution import tasks
from runs.insights.wanted import want_insights_of_dataset
from runs.models import Dataset, Run

# As many as a trend shows; verdicts of older runs against an older baseline are not shown any more.
RUNS_COMPARED_ANEW = 500
# Verdicts that people who have just pinned a run look at first; the others follow with the next sweeps.
_COMPARED_AT_ONCE = 30


@transaction.atomic
def pin_baseline(run: Run, *, by: User) -> None:
    """Compare other runs of the project and dataset with this one, past ones as well.

    Raises `Conflict` while it is live.
    """
    require_right(by, Right.START_RUN, run.project)
    # Two people who pin at once wait for each other here.
    Dataset.objects.select_for_update().get(pk=run.dataset_id)
    of_dataset = Run.objects.filter(project_id=run.project_id, dataset_id=run.dataset_id, deleted_at=None)
    of_dataset.filter(is_baseline=True).exclude(pk=run.pk).update(is_baseline=False)
    if not of_dataset.filter(pk=run.pk, state__in=OVER_STATES).update(is_baseline=True):
        raise Conflict("run_live", f'Run "{run}" is not over yet; pin it when its scores are complete.')
    record(team=run.project.team, by=by, action=AuditAction.PINNED, subject=run, project=run.project)
    _compare_anew(run)
    want_insights_of_dataset(project_id=run.project_id, dataset_id=run.dataset_id)


def _compare_anew(baseline: Run) -> None:
    others = Run.objects.finished().filter(project_id=baseline.project_id, dataset_id=baseline.dataset_id)
    newest = list(others.exclude(pk=baseline.pk).order_by("-pk").values_list("pk", flat=True)[:RUNS_COMPARED_ANEW])
    Run.objects.filter(pk__in=newest).mark_stale()
    for run_id in newest[:_COMPARED_AT_ONCE]:
        enqueue(tasks.compare_run, run_id)


@transaction.atomic
def unpin_baseline(run: Run, *, by: User) -> None:
    """Leave the run's dataset without a baseline."""
    require_right(by, Right.START_RUN, run.project)
    if Run.objects.filter(pk=run.pk, is_baseline=True).update(is_baseline=False):
        record(team=run.project.team, by=by, action=AuditAction.UNPINNED, subject=run, project=run.project)
        want_insights_of_dataset(project_id=run.project_id, dataset_id=run.dataset_id)
