"""Deleting a project's rows in slices, in an order in which nothing points at what is gone."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models.functions import Now

from evalhub.accounts.models import Project
from runs.execution.deletion import delete_run_rows
from runs.models import Dataset, DatasetImport, DatasetVersion, Evaluation, Execution, ProjectExport, Run, Target

SLICE_ITEMS = 5_000
_ITEMS = (
    "DELETE FROM runs_item WHERE id IN"
    " (SELECT id FROM runs_item WHERE version_id = %s ORDER BY ordinal LIMIT %s FOR UPDATE SKIP LOCKED)"
)


def delete_project_rows(project_id: int) -> bool:
    """Delete everything of a project that is marked as deleted; False when it is not, or another worker is at it.

    May be stopped at any moment and done again.
    """
    marked = Project.objects.filter(pk=project_id).exclude(deleted_at=None)
    if not marked.exists():
        return False
    # Also what was begun before the mark and stored after it.
    Run.objects.filter(project_id=project_id, deleted_at=None).update(deleted_at=Now(), is_baseline=False)
    for run_id in list(Run.objects.filter(project_id=project_id).values_list("id", flat=True)):
        if not delete_run_rows(run_id):
            return False  # another worker has it; the sweep comes back
    versions = DatasetVersion.objects.filter(dataset__project_id=project_id)
    for version_id in list(versions.values_list("id", flat=True)):
        while _delete_items(version_id):
            pass
    _throw_away_files(project_id)
    with transaction.atomic():
        held = marked.select_for_update(skip_locked=True).first()
        if held is None or Run.objects.filter(project_id=project_id).exists():
            return False
        _delete_the_rest(held)
    return True


def _delete_items(version_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, [version_id, SLICE_ITEMS])
        return bool(cursor.rowcount)


def _throw_away_files(project_id: int) -> None:
    """Of uploads and exports; their rows go with the project."""
    for upload in DatasetImport.objects.filter(project_id=project_id).exclude(file=""):
        upload.file.delete(save=False)
    for export in ProjectExport.objects.filter(project_id=project_id).exclude(file=""):
        export.file.delete(save=False)


def _delete_the_rest(project: Project) -> None:
    # What points at the others goes first: a version of an evaluation protects its dataset.
    for model in (Execution, Evaluation, DatasetImport, Dataset, Target):
        model.objects.filter(project=project).delete()
    project.delete()
