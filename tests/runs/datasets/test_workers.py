"""Real worker processes that load files: whatever happens to them, every row is there once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from evalhub.accounts.models import Project, User
from runs.choices import ImportState
from runs.importers.mapping import Mapping
from runs.models import DatasetImport, DatasetVersion, Item, RejectedRow
from runs.services.datasets import ImportChoices, confirm_import
from tests.runs.datasets.loading import jsonl, upload
from tests.worker import Worker, wait_until

ROWS = 60_000
BROKEN_EVERY = 3_000


@pytest.fixture
def data_dir(settings: Settings, tmp_path: Path) -> str:
    """The folder under which test and worker both find the uploaded files."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return str(tmp_path)


def queue_file(project: Project, by: User) -> DatasetImport:
    lines = [jsonl({"id": f"q{number}", "input": f"question {number}"}) for number in range(ROWS)]
    lines[::BROKEN_EVERY] = [b'{"id": \n'] * (ROWS // BROKEN_EVERY)
    received = upload(b"".join(lines), project=project, by=by)
    choices = ImportChoices(mapping=Mapping.from_json(received.mapping), dataset_name="Questions")
    return confirm_import(dataset_import=received, choices=choices, by=by)


def has_read(queued: DatasetImport, rows: int) -> bool:
    queued.refresh_from_db()
    return queued.is_over or queued.rows_read >= rows


def is_over(queued: DatasetImport) -> bool:
    queued.refresh_from_db()
    return queued.is_over


def has_no_session(name: str) -> bool:
    """Whether the database has seen the end of everyone who called themselves `name` (PGAPPNAME)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [name])
        return bool(cursor.fetchone() == (0,))


@pytest.mark.parametrize("share", [0.0, 0.6], ids=["early", "late"])
def test_a_worker_killed_while_it_loads_a_file_loses_and_doubles_no_row(
    share: float, worker: Worker, project: Project, bob: User, data_dir: str
) -> None:
    queued = queue_file(project, bob)
    # Only these sessions count: what earlier tests of this process left open is none of this test's business.
    doomed = f"doomed worker of {queued.pk}"
    worker.start(EVALHUB_DATA_DIR=data_dir, PGAPPNAME=doomed)
    wait_until(partial(has_read, queued, int(ROWS * share) + 1), what="the worker reads the file")
    assert not has_no_session(doomed)
    worker.kill()
    assert queued.state == ImportState.LOADING, "the file was loaded too soon; make it longer"
    wait_until(partial(has_no_session, doomed), what="the killed worker's sessions end")
    assert not Item.objects.exists()
    assert not RejectedRow.objects.exists()
    assert not DatasetVersion.objects.exists()

    worker.start(EVALHUB_DATA_DIR=data_dir)
    wait_until(partial(is_over, queued), seconds=60)
    broken = ROWS // BROKEN_EVERY
    assert queued.state == ImportState.FINISHED
    assert queued.tries >= 2
    assert (queued.rows_read, queued.rows_accepted, queued.rows_rejected) == (ROWS, ROWS - broken, broken)
    version = DatasetVersion.objects.get()
    assert version.item_count == ROWS - broken == Item.objects.values("key").distinct().count()
    assert Item.objects.filter(version=version).count() == ROWS - broken
    lines = queued.rejected_rows.order_by("line").values_list("line", flat=True)
    assert list(lines) == list(range(1, ROWS + 1, BROKEN_EVERY))
    assert not Path(queued.file.path).exists()
