"""Celery's door to services: what the clock starts in somebody's name."""

from __future__ import annotations

from celery import shared_task

from runs.services import schedules


@shared_task(name=schedules.FIRE_TASK)
def fire_schedule(schedule_id: int) -> None:
    """Start a scheduled evaluation if its time has come."""
    schedules.fire_schedule(schedule_id)
