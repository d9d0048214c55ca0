"""The clock rings for what the settings say without rows, and outlives a database that is away."""

from __future__ import annotations

from typing import Any

import pytest
from celery.beat import ScheduleEntry
from django.db import DatabaseError
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from evalhub.celery import app
from evalhub.core.clock import Clock

SWEEPS = {"sweep", "webhook sweep", "notice sweep", "mail sweep", "retention"}


@pytest.fixture
def clock(transactional_db: None) -> Clock:
    return Clock(app=app)


def make_task(name: str = "nightly") -> PeriodicTask:
    crontab, _ = CrontabSchedule.objects.get_or_create(minute="0", hour="*")
    return PeriodicTask.objects.create(name=name, task="runs.fire_schedule", args="[1]", crontab=crontab)


def test_the_sweep_rings_as_often_as_the_settings_say_and_leaves_no_row(clock: Clock) -> None:
    seen = [(entry.task, entry.schedule.run_every.total_seconds()) for entry in clock.schedule.values()]
    swept = ["runs.sweep", "webhooks.sweep", "notices.sweep", "accounts.sweep"]
    assert seen == [*((task, 15) for task in swept), ("runs.apply_retention", 600)]
    assert not PeriodicTask.objects.exists()


def test_what_people_set_rings_beside_it(transactional_db: None) -> None:
    make_task()
    assert set(Clock(app=app).schedule) == {*SWEEPS, "nightly"}


def test_a_new_row_is_seen_without_a_new_start(clock: Clock) -> None:
    assert set(clock.schedule) == SWEEPS
    make_task()
    assert set(clock.schedule) == SWEEPS | {"nightly"}


def test_a_ring_of_the_sweep_is_remembered_when_the_rows_are_read_again(clock: Clock) -> None:
    before = clock.schedule["sweep"].last_run_at
    rung: ScheduleEntry = clock.reserve(clock.schedule["sweep"])
    assert rung.last_run_at > before
    make_task()
    assert clock.schedule["sweep"].last_run_at == rung.last_run_at
    clock.sync()  # has nothing to save of it


def test_a_database_that_is_away_leaves_the_last_known_times_and_is_asked_again(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task("first")
    assert set(clock.schedule) == {*SWEEPS, "first"}

    def fail(_: object) -> dict[str, Any]:
        raise DatabaseError("the server went away")

    make_task("second")
    with monkeypatch.context() as broken:
        broken.setattr(DatabaseScheduler, "all_as_schedule", fail)
        assert set(clock.schedule) == {*SWEEPS, "first"}
    assert set(clock.schedule) == {*SWEEPS, "first", "second"}
