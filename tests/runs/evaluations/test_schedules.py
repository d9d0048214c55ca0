"""Starts at set times: each time once, in the name of who set it, and paused with a reason when that cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, User
from evalhub.core.errors import Invalid, NotAllowed
from runs.choices import RunState
from runs.crontabs import crontab_of, has_fallen_due, in_words, next_due
from runs.models import Evaluation, EvaluationSchedule, Execution, Target
from runs.services.evaluations import archive_evaluation
from runs.services.schedules import fire_schedule, pause_schedule, remove_schedule, resume_schedule, set_schedule
from tests.worker import Worker, wait_until

HOURLY = "0 * * * *"


@pytest.fixture
def schedule(evaluation: Evaluation, bob: User) -> EvaluationSchedule:
    return set_schedule(evaluation, cron=HOURLY, time_zone="UTC", by=bob)


def make_due(schedule: EvaluationSchedule) -> EvaluationSchedule:
    EvaluationSchedule.objects.filter(pk=schedule.pk).update(last_fired_at=timezone.now() - timedelta(hours=2))
    return EvaluationSchedule.objects.get(pk=schedule.pk)


@pytest.mark.parametrize(
    ("cron", "time_zone", "after", "due"),
    [
        ("0 6 * * *", "UTC", "2026-03-01T05:00", "2026-03-01T06:00"),
        ("0 6 * * *", "UTC", "2026-03-01T06:00", "2026-03-02T06:00"),
        ("0 6 * * 1-5", "Europe/Zurich", "2026-01-02T06:00", "2026-01-05T05:00"),
        ("30 2 1 * *", "Asia/Kolkata", "2026-01-15T00:00", "2026-01-31T21:00"),
        ("0 */6 * * *", "America/New_York", "2026-07-01T03:00", "2026-07-01T04:00"),
    ],
)
def test_the_next_time_is_in_its_time_zone(cron: str, time_zone: str, after: str, due: str) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert next_due(crontab_of(cron, time_zone), after=moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_time_keeps_its_hour_when_the_clocks_change() -> None:
    crontab = crontab_of("0 6 * * *", "Europe/Zurich")
    due = next_due(crontab, after=datetime(2026, 3, 28, 12, tzinfo=UTC)).astimezone(ZoneInfo("Europe/Zurich"))
    assert (due.day, due.hour) == (29, 6)


def test_times_are_said_in_words() -> None:
    assert in_words("0 6 * * 1-5") == "At 06:00, Monday through Friday"


@pytest.mark.parametrize(
    ("cron", "time_zone", "field"),
    [
        ("0 6 * *", "UTC", "cron"),
        ("61 6 * * *", "UTC", "cron"),
        ("a b c d e", "UTC", "cron"),
        ("0 6 31 2 *", "UTC", "cron"),
        ("* * * * *", "UTC", "cron"),
        ("0 6 * * *", "Mars/Olympus", "time_zone"),
    ],
)
def test_times_that_cannot_be_are_refused(
    evaluation: Evaluation, bob: User, cron: str, time_zone: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        set_schedule(evaluation, cron=cron, time_zone=time_zone, by=bob)
    assert refused.value.field == field
    assert not PeriodicTask.objects.exists()


def test_a_time_that_has_come_starts_the_evaluation_once(schedule: EvaluationSchedule, bob: User) -> None:
    make_due(schedule)
    execution = fire_schedule(schedule.pk)
    assert execution is not None
    assert execution.created_by == bob
    assert fire_schedule(schedule.pk) is None
    assert Execution.objects.count() == 1


def test_before_its_time_nothing_starts(schedule: EvaluationSchedule) -> None:
    EvaluationSchedule.objects.filter(pk=schedule.pk).update(cron="0 0 1 1 *")
    assert fire_schedule(schedule.pk) is None


def test_while_the_last_start_runs_the_next_is_left_out_with_a_note(schedule: EvaluationSchedule) -> None:
    make_due(schedule)
    fire_schedule(schedule.pk)
    make_due(schedule)
    assert fire_schedule(schedule.pk) is None
    assert "was still running" in EvaluationSchedule.objects.get().note
    Execution.objects.update(state=RunState.FINISHED)
    make_due(schedule)
    assert fire_schedule(schedule.pk) is not None
    assert EvaluationSchedule.objects.get().note == ""


def test_who_lost_the_right_starts_nothing_and_the_schedule_says_why(schedule: EvaluationSchedule, bob: User) -> None:
    Membership.objects.filter(user=bob).update(role=Role.VIEWER)
    make_due(schedule)
    assert fire_schedule(schedule.pk) is None
    paused = EvaluationSchedule.objects.get()
    assert paused.is_paused
    assert "in the name of Bob Baker" in paused.pause_reason
    assert "editor" in paused.pause_reason
    assert not PeriodicTask.objects.get().enabled
    assert not Execution.objects.exists()


def test_who_is_gone_pauses_it(schedule: EvaluationSchedule, bob: User) -> None:
    bob.delete()
    make_due(schedule)
    assert fire_schedule(schedule.pk) is None
    assert "is gone" in EvaluationSchedule.objects.get().pause_reason


def test_what_cannot_start_any_more_pauses_it(schedule: EvaluationSchedule, target: Target) -> None:
    schedule.evaluation.versions.get().targets.clear()
    make_due(schedule)
    assert fire_schedule(schedule.pk) is None
    assert "names no target" in EvaluationSchedule.objects.get().pause_reason


def test_an_archived_evaluation_does_not_start(schedule: EvaluationSchedule, bob: User) -> None:
    archive_evaluation(schedule.evaluation, by=bob)
    make_due(schedule)
    assert fire_schedule(schedule.pk) is None
    assert EvaluationSchedule.objects.get().pause_reason == "The evaluation is archived."


def test_a_paused_schedule_lets_its_times_pass_and_goes_on_from_now(
    schedule: EvaluationSchedule, alice: User, bob: User
) -> None:
    pause_schedule(schedule, by=bob)
    make_due(schedule)
    assert fire_schedule(schedule.pk) is None
    resume_schedule(EvaluationSchedule.objects.get(), by=alice)
    resumed = EvaluationSchedule.objects.get()
    assert (resumed.is_paused, resumed.set_by, PeriodicTask.objects.get().enabled) == (False, alice, True)
    assert not has_fallen_due(crontab_of(resumed.cron, resumed.time_zone), since=resumed.last_fired_at)


def test_a_removed_schedule_leaves_no_ring_behind(schedule: EvaluationSchedule, bob: User) -> None:
    remove_schedule(schedule, by=bob)
    assert not PeriodicTask.objects.exists()


def test_the_ring_of_a_deleted_evaluation_is_forgotten(schedule: EvaluationSchedule) -> None:
    schedule.evaluation.delete()
    assert fire_schedule(schedule.pk) is None
    assert not PeriodicTask.objects.exists()


def test_a_viewer_may_set_and_change_no_times(schedule: EvaluationSchedule, viewer: User) -> None:
    for attempt in (
        lambda: set_schedule(schedule.evaluation, cron=HOURLY, time_zone="UTC", by=viewer),
        lambda: pause_schedule(schedule, by=viewer),
        lambda: resume_schedule(schedule, by=viewer),
        lambda: remove_schedule(schedule, by=viewer),
    ):
        with pytest.raises(NotAllowed):
            attempt()


@pytest.mark.django_db(transaction=True)
def test_the_clock_of_a_worker_starts_it_and_the_sweep_goes_on(schedule: EvaluationSchedule, worker: Worker) -> None:
    """A message of the start is lost on the way, so that only the sweep can have found the run."""
    worker.start()
    wait_until(lambda: "runs.sweep" in worker.log_text, what="the sweep is rung for")
    make_due(schedule)
    task = PeriodicTask.objects.get()
    task.last_run_at = timezone.now() - timedelta(hours=2)
    task.save()
    wait_until(lambda: Execution.objects.filter(state=RunState.FINISHED).exists(), what="the evaluation was run")
    execution = Execution.objects.get()
    assert execution.runs.get().scored_count == 3
