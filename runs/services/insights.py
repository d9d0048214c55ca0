"""Writes of insights: people and programs ask for them to be computed again."""

from __future__ import annotations

from django.db import transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import User
from evalhub.core.errors import Conflict
from evalhub.core.queue import enqueue
from runs.execution.tasks import compute_insights
from runs.insights.wanted import want_insights
from runs.models import Run


@transaction.atomic
def recompute_insights(run: Run, *, by: User) -> None:
    """Compute what is worth a look in the run (again). Raises `Conflict` for a run that has not come to its end."""
    require_right(by, Right.START_RUN, run.project)
    if not run.is_finished:
        raise Conflict("run_unfinished", f'Run "{run}" has not come to its end; there are no insights without scores.')
    want_insights([run.pk])
    enqueue(compute_insights, run.pk)
