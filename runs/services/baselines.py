"""Writes of baselines: which run of a dataset the others are compared with."""

from __future__ import annotations

from django.db import transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import User
from evalhub.core.errors import Conflict
from runs.choices import OVER_STATES
from runs.insights.wanted import want_insights_of_dataset
from runs.models import Dataset, Run


@transaction.atomic
def pin_baseline(run: Run, *, by: User) -> None:
    """Compare other runs of the project and dataset with this one. Raises `Conflict` while it is live."""
    require_right(by, Right.START_RUN, run.project)
    # Two people who pin at once wait for each other here.
    Dataset.objects.select_for_update().get(pk=run.dataset_id)
    of_dataset = Run.objects.filter(project_id=run.project_id, dataset_id=run.dataset_id, deleted_at=None)
    of_dataset.filter(is_baseline=True).exclude(pk=run.pk).update(is_baseline=False)
    if not of_dataset.filter(pk=run.pk, state__in=OVER_STATES).update(is_baseline=True):
        raise Conflict("run_live", f'Run "{run}" is not over yet; pin it when its scores are complete.')
    want_insights_of_dataset(project_id=run.project_id, dataset_id=run.dataset_id)


@transaction.atomic
def unpin_baseline(run: Run, *, by: User) -> None:
    """Leave the run's dataset without a baseline."""
    require_right(by, Right.START_RUN, run.project)
    Run.objects.filter(pk=run.pk).update(is_baseline=False)
    want_insights_of_dataset(project_id=run.project_id, dataset_id=run.dataset_id)
