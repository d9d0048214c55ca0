"""Celery's doors to services: what the clock starts."""

from __future__ import annotations

from celery import shared_task

from runs.services import project_data, schedules


@shared_task(name=schedules.FIRE_TASK)
def fire_schedule(schedule_id: int) -> None:
    """Start a scheduled evaluation if its time has come."""
    schedules.fire_schedule(schedule_id)


@shared_task(name="runs.apply_retention")
def apply_retention() -> None:
    """Delete runs that their projects keep no longer."""
    project_data.apply_retention()
