"""The sweep finds what was left lying, says it once in a while, and touches nothing that goes well."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import F
from django.db.models.functions import Now
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Project, User
from runs.choices import BatchState, ImportState, RunState
from runs.execution import claims, closing, working
from runs.execution.batches import RUNG_AT_ONCE, take_unrung
from runs.execution.sweep import Findings, sweep
from runs.models import DatasetImport, Run, RunBatch
from tests.runs.execution.scenes import queue_run, reload

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def run(project: Project, bob: User) -> Run:
    """A run with its batches cut and rung."""
    run = queue_run(project, bob, count=600, metrics=("equals",))
    working.start_run(run.pk)
    take_unrung(run.pk, limit=RUNG_AT_ONCE)
    return run


def numbers(run: Run, ids: list[int]) -> list[int]:
    return sorted(run.batches.filter(id__in=ids).values_list("number", flat=True))


def test_what_goes_well_is_left_alone(run: Run) -> None:
    assert sweep() == Findings()


def test_a_run_that_nobody_took_up_is_told_of_again_but_not_at_every_sweep(project: Project, bob: User) -> None:
    run = queue_run(project, bob, count=10)
    assert sweep().runs_to_start == []

    Run.objects.filter(pk=run.pk).update(queued_at=Now() - HOUR)
    assert sweep().runs_to_start == [run.pk]
    assert sweep().runs_to_start == []


def test_batches_whose_message_was_lost_are_rung_again(run: Run) -> None:
    run.batches.filter(number__gte=1).update(rung_at=Now() - HOUR)
    assert numbers(run, sweep().batches) == [1, 2]
    assert sweep().batches == []


def test_batches_that_were_never_rung_are_rung(run: Run) -> None:
    run.batches.update(rung_at=None)
    assert numbers(run, sweep().batches) == [0, 1, 2]


def test_a_dead_workers_batch_is_rung_at_once(run: Run) -> None:
    batch = run.batches.get(number=1)
    claims.claim_batch(batch.pk, owner="dead")
    assert sweep().batches == []

    RunBatch.objects.filter(pk=batch.pk).update(
        rung_at=Now() - timedelta(seconds=20), lease_until=Now() - timedelta(seconds=1)
    )
    assert sweep().batches == [batch.pk]
    assert sweep().batches == []


def test_a_batch_that_takes_its_workers_down_is_given_up(run: Run, settings: Settings) -> None:
    batch = run.batches.get(number=0)
    claims.claim_batch(batch.pk, owner="dead")
    RunBatch.objects.filter(pk=batch.pk).update(
        tries=settings.EVALHUB_BATCH_TRIES, lease_until=Now() - timedelta(seconds=1)
    )
    sweep()
    batch.refresh_from_db()

    assert batch.state == BatchState.FAILED
    assert "stopped without a word" in batch.error


def test_a_complete_run_that_nobody_closed_is_found(run: Run) -> None:
    for batch in run.batches.all():
        working.execute_batch(batch.pk)
    assert sweep().runs_to_close == [run.pk]
    closing.close_run(run.pk)
    assert sweep().runs_to_close == []


def test_a_stopped_run_whose_worker_died_is_closed(run: Run) -> None:
    batch = run.batches.get(number=0)
    claims.claim_batch(batch.pk, owner="dead")
    Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLING)
    assert sweep().runs_to_close == []

    RunBatch.objects.filter(pk=batch.pk).update(lease_until=Now() - timedelta(seconds=1))
    assert sweep().runs_to_close == [run.pk]
    assert closing.close_run(run.pk)
    assert reload(run).state == RunState.CANCELLED


def test_a_deletion_that_stopped_half_way_goes_on(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(deleted_at=Now(), state=RunState.CANCELLING)
    found = sweep()
    assert found.runs_to_delete == [run.pk]
    assert (found.batches, found.runs_to_close) == ([], [])


def test_an_import_without_a_sign_of_life_is_found(project: Project) -> None:
    states = {"lost": ImportState.LOADING, "over": ImportState.FINISHED, "alive": ImportState.LOADING}
    for name, state in states.items():
        DatasetImport.objects.create(project=project, file=name, file_name=name, file_format="csv", state=state)
    DatasetImport.objects.update(lease_until=Now() - HOUR)
    DatasetImport.objects.filter(file_name="alive").update(lease_until=F("lease_until") + 2 * HOUR)

    assert sweep().imports == [DatasetImport.objects.get(file_name="lost").pk]


@pytest.mark.parametrize(
    ("fields", "stays"),
    [
        ({"state": ImportState.MAPPING, "created_at": 8 * DAY}, False),
        ({"state": ImportState.MAPPING, "created_at": 6 * DAY}, True),
        ({"state": ImportState.FAILED, "created_at": 9 * DAY, "finished_at": 8 * DAY}, False),
        ({"state": ImportState.FAILED, "created_at": 9 * DAY, "finished_at": DAY}, True),
        ({"state": ImportState.FINISHED, "created_at": 90 * DAY, "finished_at": 90 * DAY}, True),
        ({"state": ImportState.QUEUED, "created_at": 90 * DAY}, True),
    ],
)
def test_uploads_from_which_nothing_was_loaded_go_after_a_week(
    fields: dict[str, Any],
    stays: bool,
    project: Project,
    settings: Settings,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    ages = {name: Now() - age for name, age in fields.items() if isinstance(age, timedelta)}
    upload = DatasetImport.objects.create(
        project=project, file=ContentFile(b"a", name="rows.csv"), file_name="rows.csv", file_format="csv"
    )
    upload.rejected_rows.create(line=1, reason="broken")
    DatasetImport.objects.update(**{**fields, **ages})
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    assert DatasetImport.objects.filter(pk=upload.pk).exists() is stays
    assert Path(upload.file.path).exists() is stays


def test_the_command_says_what_it_found(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.batches.update(rung_at=None)
    call_command("sweep")
    assert "batches              3" in capsys.readouterr().out
