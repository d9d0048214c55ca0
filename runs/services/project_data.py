"""Writes about all that a project holds: how long runs are kept, its export, and its deletion."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import differences, record
from evalhub.accounts.choices import AuditAction, AuditSubject
from evalhub.accounts.models import AuditEntry, Project, Team, User
from evalhub.core.errors import Conflict, Invalid
from evalhub.core.queue import enqueue
from runs.choices import LIVE_STATES, OVER_STATES, ExportFormat, ExportState, RunState
from runs.execution import tasks
from runs.models import DatasetVersion, EvaluationVersion, Item, LentKey, ProjectExport, Review, Run, RunQuerySet

# Runs that one round of retention takes out of sight; the next round goes on.
_RUNS_A_ROUND = 200
MOST_DAYS = 3_650


# --- How long runs are kept -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RetentionPreview:
    """What would go, and what is older but stays."""

    days: int
    runs: int
    items: int
    examples: list[Run]
    kept_baselines: int
    kept_tagged: int


def runs_to_go(project: Project, *, days: int) -> RunQuerySet:
    """Runs of the project that are over and older than that, but neither a pinned baseline nor tagged."""
    return _older(project, days=days).filter(is_baseline=False, tags=[])


def _older(project: Project, *, days: int) -> RunQuerySet:
    before = timezone.now() - timedelta(days=days)
    return Run.objects.filter(project=project, deleted_at=None, state__in=OVER_STATES, created_at__lt=before)


def preview_retention(project: Project, *, days: int) -> RetentionPreview:
    """What keeping runs for so many days would delete now."""
    _check_days(days)
    older, going = _older(project, days=days), runs_to_go(project, days=days)
    return RetentionPreview(
        days=days,
        runs=going.count(),
        items=going.aggregate(items=Sum("item_count"))["items"] or 0,
        examples=list(going.order_by("id")[:5]),
        kept_baselines=older.filter(is_baseline=True).count(),
        kept_tagged=older.filter(is_baseline=False).exclude(tags=[]).count(),
    )


@transaction.atomic
def set_retention(project: Project, *, days: int | None, by: User) -> None:
    """Delete runs that are older than so many days from now on; None keeps all. Raises `NotAllowed`, `Invalid`."""
    require_right(by, Right.DELETE_PROJECT, project)
    if days is not None:
        _check_days(days)
    changes = differences({"keep_runs_days": project.keep_runs_days}, {"keep_runs_days": days})
    project.keep_runs_days = days
    project.save(update_fields=["keep_runs_days"])
    record(team=project.team, by=by, action=AuditAction.CHANGED, subject=project, project=project, changes=changes)


def _check_days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days_out_of_range", f"Runs are kept for 1 to {MOST_DAYS} days.", field="days")


def apply_retention() -> int:
    """Take runs out of sight that are kept no longer, some of each project; their rows go in the background."""
    projects = Project.objects.exclude(keep_runs_days=None).filter(deleted_at=None).select_related("team")
    return sum(_retire_runs(project, days=project.keep_runs_days or MOST_DAYS) for project in projects)


@transaction.atomic
def _retire_runs(project: Project, *, days: int) -> int:
    going = runs_to_go(project, days=days).select_for_update(skip_locked=True).order_by("id")
    runs = list(going[:_RUNS_A_ROUND])
    for run in runs:
        Run.objects.filter(pk=run.pk).update(deleted_at=timezone.now())
        changes = {"kept_for_days": [None, days]}
        record(team=project.team, by=None, action=AuditAction.DELETED, subject=run, project=project, changes=changes)
        enqueue(tasks.delete_run_rows, run.pk)
    return len(runs)


# --- Export -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def export_project(project: Project, *, by: User, file_format: ExportFormat = ExportFormat.JSONL) -> ProjectExport:
    """Have a worker write all of the project into one file. Raises `NotAllowed`, `Conflict` while one is written."""
    require_right(by, Right.EXPORT, project)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if ProjectExport.objects.filter(project=project, state__in=(ExportState.QUEUED, ExportState.WORKING)).exists():
        raise Conflict("export_under_way", "An export of this project is being written; wait for it.")
    export = ProjectExport.objects.create(project=project, created_by=by, file_format=file_format)
    record(team=project.team, by=by, action=AuditAction.EXPORTED, subject=project, project=project)
    enqueue(tasks.make_export, export.pk)
    return export


# --- Deletion ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ProjectContents:
    """What goes with a project."""

    runs: int
    items: int
    datasets: int
    targets: int
    evaluations: int
    reviews: int
    keys: int


def contents_of(project: Project) -> ProjectContents:
    of_runs = Run.objects.filter(project=project, deleted_at=None).aggregate(runs=Count("id"), items=Sum("item_count"))
    return ProjectContents(
        runs=of_runs["runs"],
        items=of_runs["items"] or 0,
        datasets=project.datasets.filter(archived_at=None).count(),
        targets=project.targets.filter(deleted_at=None).count(),
        evaluations=project.evaluations.filter(archived_at=None).count(),
        reviews=Review.objects.filter(run__project=project, run__deleted_at=None).count(),
        keys=project.api_keys.filter(revoked_at=None).count(),
    )


@transaction.atomic
def delete_project(project: Project, *, typed_name: str, by: User) -> None:
    """Take the project out of sight at once; its rows go in the background. This cannot be undone.

    Raises `NotAllowed`, `Invalid` when the name is typed otherwise, `Conflict` for the library and for datasets that
    other projects use.
    """
    require_right(by, Right.DELETE_PROJECT, project)
    if project.is_library:
        raise Conflict("project_is_library", "The library belongs to the team and cannot be deleted.")
    if typed_name.strip() != project.name:
        raise Invalid(
            "name_differs", f'You typed "{typed_name}"; type "{project.name}" exactly as it is written.', field="name"
        )
    _check_nobody_else_uses(project)
    contents = contents_of(project)
    changes = {"runs": [contents.runs, 0], "datasets": [contents.datasets, 0]}
    record(team=project.team, by=by, action=AuditAction.DELETED, subject=project, project=project, changes=changes)
    _stop_everything(project)
    now = timezone.now()
    # Its name and key are free again at once.
    gone = {"name": f"deleted {project.uuid}", "key": f"deleted-{project.uuid}"}
    Project.objects.filter(pk=project.pk).update(deleted_at=now, archived_at=project.archived_at or now, **gone)
    enqueue(tasks.delete_project_rows, project.pk)


@dataclass(frozen=True, slots=True)
class DeletionProgress:
    """How far the deletion of a project is: what of its rows is still there."""

    name: str
    deleted_at: datetime
    deleted_by: str
    runs_left: int
    versions_left: int
    is_over: bool


def deletion_progress(uuid: UUID, *, teams: Collection[Team]) -> DeletionProgress | None:
    """How far it is with a project of the teams that was deleted, gone or not; None for any other."""
    deletions = AuditEntry.objects.filter(subject_kind=AuditSubject.PROJECT, action=AuditAction.DELETED)
    entry = deletions.filter(team__in=teams, subject_id=str(uuid)).first()
    if entry is None:
        return None
    has_items = Exists(Item.objects.filter(version=OuterRef("pk")))
    return DeletionProgress(
        name=entry.subject_name,
        deleted_at=entry.at,
        deleted_by=entry.by_name,
        runs_left=Run.objects.filter(project__uuid=uuid).count(),
        versions_left=DatasetVersion.objects.filter(has_items, dataset__project__uuid=uuid).count(),
        is_over=not Project.objects.filter(uuid=uuid).exists(),
    )


def _stop_everything(project: Project) -> None:
    now = timezone.now()
    runs = Run.objects.filter(project=project, deleted_at=None)
    LentKey.objects.filter(run__project=project).delete()
    runs.filter(state__in=LIVE_STATES).update(state=RunState.CANCELLING)
    runs.update(deleted_at=now, is_baseline=False)
    PeriodicTask.objects.filter(
        id__in=project.evaluations.exclude(schedule=None).values("schedule__periodic_task")
    ).delete()
    project.api_keys.filter(revoked_at=None).update(revoked_at=now)
    project.webhooks.update(is_active=False)


def _check_nobody_else_uses(project: Project) -> None:
    elsewhere = EvaluationVersion.objects.filter(
        Q(dataset__project=project) | Q(dataset_version__dataset__project=project)
    ).exclude(evaluation__project=project)
    version = elsewhere.select_related("evaluation__project").first()
    if version:
        raise Conflict(
            "project_in_use",
            f'The evaluation "{version}" of {version.evaluation.project} uses a dataset of this project; '
            "delete or move it first.",
        )
    run = Run.objects.filter(Q(dataset__project=project) | Q(target__project=project)).exclude(project=project).first()
    if run:
        raise Conflict("project_in_use", f'Run "{run}" of {run.project} uses a dataset or target of this project.')
