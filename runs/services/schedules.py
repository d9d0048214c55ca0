"""Writes of schedules: when an evaluation starts by itself, pauses, and what happens when a time has come."""

from __future__ import annotations

import json

from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import Changes, differences, fields_of, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import User
from evalhub.core.errors import EvalHubError, Invalid
from runs.choices import LIVE_STATES
from runs.crontabs import cron_parts, crontab_of, has_fallen_due
from runs.models import Evaluation, EvaluationSchedule, Execution
from runs.services.evaluations import newest_version
from runs.services.executions import start_evaluation

FIRE_TASK = "runs.fire_schedule"
# A time that no worker heard of for this long is let go; the next one comes.
_RINGS_FOR_SECONDS = 3600
# What people set of a schedule.
_TOLD = ("cron", "time_zone", "set_by")
# Starts nearer to each other than this would pile up runs.
_LEAST_MINUTES = 10


@transaction.atomic
def set_schedule(evaluation: Evaluation, *, cron: str, time_zone: str, by: User) -> EvaluationSchedule:
    """Start the evaluation at these times, in the name of `by`, from now on. Raises `NotAllowed` and `Invalid`."""
    require_right(by, Right.START_RUN, evaluation.project)
    cron = " ".join(cron.split())
    crontab = crontab_of(cron, time_zone)
    if len(crontab.hour) * len(crontab.minute) > 24 * 60 // _LEAST_MINUTES:
        raise Invalid(
            "cron_too_often",
            f"These are more times than one every {_LEAST_MINUTES} minutes; choose fewer, so that runs can end.",
            field="cron",
        )
    before = EvaluationSchedule.objects.select_related("set_by").filter(evaluation=evaluation).first()
    schedule, is_new = EvaluationSchedule.objects.update_or_create(
        evaluation=evaluation,
        defaults={
            "cron": cron,
            "time_zone": time_zone,
            "set_by": by,
            "set_at": timezone.now(),
            "last_fired_at": timezone.now(),
            "paused_at": None,
            "pause_reason": "",
            "note": "",
        },
    )
    _ring_at_its_times(schedule)
    changes = differences(fields_of(before, *_TOLD) if before else {}, fields_of(schedule, *_TOLD))
    if before and before.paused_at:
        changes["is_paused"] = [True, False]
    _note(schedule, AuditAction.CREATED if is_new else AuditAction.CHANGED, by=by, changes=changes)
    return schedule


def _note(
    schedule: EvaluationSchedule, action: AuditAction, *, by: User | None, changes: Changes | None = None
) -> None:
    """Write it down for the team."""
    project = schedule.evaluation.project
    record(team=project.team, by=by, action=action, subject=schedule, project=project, changes=changes)


def pause_schedule(schedule: EvaluationSchedule, *, by: User) -> None:
    """Start nothing until somebody resumes it."""
    require_right(by, Right.START_RUN, schedule.evaluation.project)
    pause_for(schedule, reason="", by=by)


@transaction.atomic
def resume_schedule(schedule: EvaluationSchedule, *, by: User) -> None:
    """Go on from now, in the name of `by`; times that passed meanwhile are let go."""
    require_right(by, Right.START_RUN, schedule.evaluation.project)
    changes = differences(fields_of(schedule, "set_by"), {"set_by": str(by)})
    was_paused = schedule.paused_at is not None
    schedule.set_by = by
    schedule.last_fired_at = timezone.now()
    schedule.paused_at, schedule.pause_reason, schedule.note = None, "", ""
    schedule.save(update_fields=["set_by", "last_fired_at", "paused_at", "pause_reason", "note"])
    _ring_at_its_times(schedule)
    _note(schedule, AuditAction.RESUMED, by=by, changes=changes or (None if was_paused else {}))


@transaction.atomic
def remove_schedule(schedule: EvaluationSchedule, *, by: User) -> None:
    """Forget the times; what they started stays."""
    require_right(by, Right.START_RUN, schedule.evaluation.project)
    PeriodicTask.objects.filter(pk=schedule.periodic_task_id).delete()
    _note(schedule, AuditAction.DELETED, by=by)
    schedule.delete()


@transaction.atomic
def fire_schedule(schedule_id: int) -> Execution | None:
    """Start the evaluation if one of its times has come since the last start; None when nothing was to be started.

    What it may not or cannot do any more pauses the schedule, with the reason for people to read.
    """
    held = EvaluationSchedule.objects.select_for_update(of=("self",)).select_related(
        "evaluation__project__team", "set_by"
    )
    schedule = held.filter(pk=schedule_id, paused_at=None).first()
    if schedule is None:
        _forget_if_gone(schedule_id)
        return None
    if not has_fallen_due(crontab_of(schedule.cron, schedule.time_zone), since=schedule.last_fired_at):
        return None
    schedule.last_fired_at, schedule.note = timezone.now(), ""
    execution = _start(schedule)
    schedule.save(update_fields=["last_fired_at", "note"])
    return execution


def _forget_if_gone(schedule_id: int) -> None:
    """Stop the ringing for a schedule that went with its evaluation."""
    if not EvaluationSchedule.objects.filter(pk=schedule_id).exists():
        PeriodicTask.objects.filter(name=_name(schedule_id)).delete()


def _start(schedule: EvaluationSchedule) -> Execution | None:
    evaluation, by = schedule.evaluation, schedule.set_by
    if by is None or not by.is_active:
        pause_for(schedule, reason="The account of the person who set these times is gone; resume it in your own name.")
        return None
    if evaluation.archived_at:
        pause_for(schedule, reason="The evaluation is archived.")
        return None
    earlier = Execution.objects.filter(evaluation_version__evaluation=evaluation, state__in=LIVE_STATES)
    if running := earlier.first():
        schedule.note = f'Nothing was started at the last time: "{running}" was still running.'
        return None
    try:
        with transaction.atomic():
            return start_evaluation(newest_version(evaluation), by=by)
    except EvalHubError as error:
        pause_for(schedule, reason=f"It could not be started in the name of {by}: {error.message}")
        return None


@transaction.atomic
def pause_for(schedule: EvaluationSchedule, *, reason: str, by: User | None = None) -> None:
    """Start nothing until somebody resumes it; the reason is for people to read. Without `by` it is EvalHub's doing."""
    if schedule.paused_at is None:
        _note(schedule, AuditAction.PAUSED, by=by, changes={"reason": [None, reason]} if reason else None)
    schedule.paused_at, schedule.pause_reason = timezone.now(), reason
    schedule.save(update_fields=["paused_at", "pause_reason"])
    for task in PeriodicTask.objects.filter(pk=schedule.periodic_task_id):
        task.enabled = False
        task.save()  # the clock hears of saved rows alone, not of updates


def _ring_at_its_times(schedule: EvaluationSchedule) -> None:
    crontab, _ = CrontabSchedule.objects.get_or_create(timezone=schedule.time_zone, **cron_parts(schedule.cron))
    task, _ = PeriodicTask.objects.update_or_create(
        name=_name(schedule.pk),
        defaults={
            "task": FIRE_TASK,
            "args": json.dumps([schedule.pk]),
            "crontab": crontab,
            "enabled": True,
            "expire_seconds": _RINGS_FOR_SECONDS,
            "description": str(schedule)[:200],
        },
    )
    schedule.periodic_task = task
    schedule.save(update_fields=["periodic_task"])


def _name(schedule_id: int) -> str:
    return f"evaluation schedule {schedule_id}"
