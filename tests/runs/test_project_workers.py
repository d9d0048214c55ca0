"""A worker that is killed while it exports or deletes a project: the next one goes on, and nothing is left lying."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from evalhub.accounts.models import Project, User
from runs.choices import ExportState, RunState
from runs.execution.deletion import SLICE_ITEMS
from runs.models import Item, ProjectExport, Run, RunItem
from runs.services.project_data import delete_project, export_project
from tests.factories import make_dataset, make_run, make_version
from tests.worker import Worker, wait_until

COUNT = SLICE_ITEMS + 100


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> Path:
    """Where the worker and the test keep files."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path


@pytest.fixture
def run(transactional_db: None, project: Project) -> Run:
    """A run of more items than go in one transaction."""
    version = make_version(dataset=make_dataset(project=project), rows=[{"input": f"{n}"} for n in range(COUNT)])
    run = make_run(version=version, state=RunState.FINISHED)
    items = version.items.order_by("ordinal")
    RunItem.objects.bulk_create(
        RunItem(project_id=project.pk, run=run, item=item, ordinal=item.ordinal, output="yes") for item in items
    )
    return run


def test_a_killed_deletion_is_gone_on_with(run: Run, worker: Worker, project: Project, alice: User) -> None:
    delete_project(project, typed_name=project.name, by=alice)
    with transaction.atomic():
        # Holds the worker up in its second slice, with the first one committed.
        RunItem.objects.select_for_update().get(run=run, ordinal=COUNT - 1)
        worker.start()
        wait_until(lambda: RunItem.objects.count() == COUNT - SLICE_ITEMS, what="the first slice is gone")
        worker.kill()
        assert RunItem.objects.count() == COUNT - SLICE_ITEMS
    worker.start()
    wait_until(lambda: not Project.objects.filter(pk=project.pk).exists(), what="the project is gone")
    for model in (Run, RunItem, Item):
        assert not model.objects.exists(), model


def test_a_killed_export_is_written_anew_and_leaves_no_half_file(
    run: Run, worker: Worker, project: Project, alice: User, files: Path
) -> None:
    export = export_project(project, by=alice)
    with transaction.atomic(), connection.cursor() as cursor:
        # Holds the worker up behind the items of the run.
        cursor.execute("LOCK TABLE runs_comment IN ACCESS EXCLUSIVE MODE")
        worker.start(EVALHUB_DATA_DIR=str(files))
        wait_until(lambda: bool(list(files.glob("files/exports/making-*"))), what="the export has begun")
        wait_until(_waits_for_the_lock, what="the worker waits")
        worker.kill()
    assert list(files.glob("files/exports/making-*"))
    worker.start(EVALHUB_DATA_DIR=str(files))
    wait_until(lambda: _reload(export).state == ExportState.READY, what="the export is ready")
    export = _reload(export)
    assert (export.tries, export.done, export.total) == (2, 2 * COUNT, 2 * COUNT)
    [kept] = files.glob("files/exports/*")
    archive = zipfile.ZipFile(io.BytesIO(kept.read_bytes()))
    assert archive.testzip() is None
    assert archive.read(f"runs/{run.pk}/items.jsonl").count(b"\n") == COUNT


def _waits_for_the_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'runs_comment'::regclass AND NOT granted")
        return bool(cursor.fetchone()[0])


def _reload(export: ProjectExport) -> ProjectExport:
    return ProjectExport.objects.get(pk=export.pk)
