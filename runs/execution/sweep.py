"""Finding what was left lying: dead workers' batches, lost messages, runs that nobody started, closed or deleted."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from evalhub.accounts.models import Project
from evalhub.core.ids import hash64
from runs.choices import BatchState, ImportState, RunState
from runs.execution.batches import RUNG_AT_ONCE, take_unheard
from runs.execution.claims import end_frozen_sessions
from runs.execution.closing import closable_runs
from runs.execution.exporting import throw_away_outdated
from runs.insights.wanted import take_wanted
from runs.models import DatasetImport, ProjectExport, Run, RunBatch, TrustWork

logger = logging.getLogger(__name__)

# Verdicts that became out of date together, as when a baseline is pinned, are found anew so many at a time.
COMPARED_AT_ONCE = 50
_SWEEP_LOCK = hash64("runs", "sweep")


@dataclass(slots=True)
class Findings:
    """Ids of what workers have to be told of (again)."""

    runs_to_start: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    runs_to_close: list[int] = field(default_factory=list)
    runs_to_compare: list[int] = field(default_factory=list)
    runs_to_delete: list[int] = field(default_factory=list)
    imports: list[int] = field(default_factory=list)
    insights: list[int] = field(default_factory=list)
    projects_to_measure: list[int] = field(default_factory=list)
    projects_to_delete: list[int] = field(default_factory=list)
    exports: list[int] = field(default_factory=list)

    def by_name(self) -> dict[str, list[int]]:
        """For people."""
        return {
            "runs to start": self.runs_to_start,
            "batches": self.batches,
            "runs to close": self.runs_to_close,
            "runs to compare": self.runs_to_compare,
            "runs to delete": self.runs_to_delete,
            "imports": self.imports,
            "insights": self.insights,
            "projects whose judges to measure": self.projects_to_measure,
            "projects to delete": self.projects_to_delete,
            "exports": self.exports,
        }


@transaction.atomic
def sweep() -> Findings:
    """Look once; finds nothing when another process is looking already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SWEEP_LOCK])
        if not cursor.fetchone()[0]:
            return Findings()
    end_frozen_sessions()
    _give_up_hopeless_batches()
    _free_batches_of_stopped_runs()
    _throw_away_abandoned_uploads()
    throw_away_outdated()
    return Findings(
        runs_to_start=_runs_to_start(),
        batches=_batches_to_ring(),
        runs_to_close=list(Run.objects.filter(closable_runs()).values_list("id", flat=True)),
        runs_to_compare=list(Run.objects.to_compare().order_by("-id").values_list("id", flat=True)[:COMPARED_AT_ONCE]),
        runs_to_delete=list(Run.objects.exclude(deleted_at=None).values_list("id", flat=True)),
        imports=_imports_to_load(),
        insights=take_wanted(),
        projects_to_measure=list(TrustWork.objects.waiting().values_list("project_id", flat=True)),
        projects_to_delete=list(Project.objects.exclude(deleted_at=None).values_list("id", flat=True)),
        exports=list(ProjectExport.objects.to_make().values_list("id", flat=True)),
    )


def _expired() -> Q:
    return Q(state=BatchState.RUNNING, lease_until__lte=Now())


def _give_up_hopeless_batches() -> None:
    hopeless = RunBatch.objects.filter(_expired(), tries__gte=settings.EVALHUB_BATCH_TRIES)
    hopeless.update(
        state=BatchState.FAILED,
        owner="",
        lease_until=None,
        token=F("token") + 1,
        error=f"Its worker stopped without a word, {settings.EVALHUB_BATCH_TRIES} times in the same place.",
    )


def _free_batches_of_stopped_runs() -> None:
    stopped = RunBatch.objects.filter(_expired(), run__state=RunState.CANCELLING)
    stopped.update(state=BatchState.WAITING, owner="", lease_until=None, rung_at=None, token=F("token") + 1)


def _throw_away_abandoned_uploads() -> None:
    for upload in DatasetImport.objects.abandoned().select_for_update(skip_locked=True):
        logger.info("upload %s, made on %s, was never loaded and is thrown away", upload.pk, upload.created_at)
        upload.delete()
        transaction.on_commit(partial(upload.file.delete, save=False), robust=True)


def _runs_to_start() -> list[int]:
    """Runs whose message must be lost; the time of queueing is set anew, so that each is told of once in a while."""
    unheard = Run.objects.filter(
        state=RunState.QUEUED,
        deleted_at=None,
        queued_at__lte=Now() - timedelta(seconds=settings.EVALHUB_RING_SECONDS),
    )
    ids = list(unheard.select_for_update(skip_locked=True).values_list("id", flat=True))
    Run.objects.filter(id__in=ids).update(queued_at=Now())
    return ids


def _batches_to_ring() -> list[int]:
    live = Run.objects.filter(state__in=(RunState.ANSWERING, RunState.SCORING), deleted_at=None).order_by("id")
    batches: list[int] = []
    for run_id in live.values_list("id", flat=True):
        heard = RunBatch.objects.filter(_heard(), run_id=run_id).count()
        batches.extend(take_unheard(run_id, limit=max(0, RUNG_AT_ONCE - heard)))
    return batches


def _heard() -> Q:
    """Batches that are worked on, or whose message is on its way."""
    lately = Now() - timedelta(seconds=settings.EVALHUB_RING_SECONDS)
    return Q(state=BatchState.RUNNING, lease_until__gt=Now()) | Q(state=BatchState.WAITING, rung_at__gt=lately)


def _imports_to_load() -> list[int]:
    """Imports that a worker began, or was told of, and has not been heard of since; told of once per lease."""
    unheard = DatasetImport.objects.filter(
        Q(lease_until__lte=Now()), state__in=(ImportState.QUEUED, ImportState.LOADING)
    )
    return list(unheard.values_list("id", flat=True))
