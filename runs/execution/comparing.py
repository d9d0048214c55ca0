"""Holding a finished run against its baseline and the run before it, once it has closed, and telling of it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from runs.choices import ComparisonState, RunSide
from runs.columns import cache
from runs.comparison.verdicts import verdicts_between
from runs.models import Run, RunVerdict
from runs.webhook_events import emit_run_over


@transaction.atomic
def compare_run(run_id: int) -> bool:
    """Find the run's verdicts anew, and tell of a run that has just closed; False when there is nothing to do.

    May be stopped at any moment and done again: what was found, that it was found, and what is told are one
    transaction. The run's row is held meanwhile, so that of two workers one does it.
    """
    waiting = Run.objects.to_compare().select_for_update(of=("self",), no_key=True).filter(pk=run_id)
    run = waiting.with_names().with_metrics().first()
    if run is None:
        return False
    run.verdicts.all().delete()
    RunVerdict.objects.bulk_create(_verdicts(run))
    if run.comparison_state == ComparisonState.DUE:
        emit_run_over(run, list(run.run_metrics.all()))
    Run.objects.filter(pk=run.pk).update(comparison_state=ComparisonState.DONE)
    cache.clear()  # a worker does not look at them again
    return True


def _verdicts(run: Run) -> Iterator[RunVerdict]:
    for side, against in ((RunSide.BASELINE, _baseline(run)), (RunSide.PREVIOUS, _run_before(run))):
        if against is not None:
            yield from verdicts_between(against, run, side=side)


def _baseline(run: Run) -> Run | None:
    """The pinned run, unless it is being worked on again."""
    pinned = Run.objects.finished().filter(project_id=run.project_id, dataset_id=run.dataset_id, is_baseline=True)
    return pinned.exclude(pk=run.pk).with_metrics().first()


def _run_before(run: Run) -> Run | None:
    return Run.objects.in_line_with(run).filter(pk__lt=run.pk).with_metrics().order_by("-pk").first()
