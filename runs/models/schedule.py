"""When evaluations start by themselves."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone

from evalhub.accounts.models import User
from runs.crontabs import crontab_of, in_words, next_due
from runs.models.evaluation import Evaluation


class EvaluationSchedule(models.Model):
    """The times at which an evaluation starts, in the name of the person who set them.

    The clock's own row, `periodic_task`, only rings; what is due is told from `last_fired_at`, so that a time that is
    rung twice, or late, starts the evaluation once.
    """

    evaluation = models.OneToOneField(Evaluation, on_delete=models.CASCADE, related_name="schedule")
    periodic_task = models.OneToOneField(
        "django_celery_beat.PeriodicTask", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cron = models.CharField(max_length=120, help_text="Minute, hour, day, month, weekday.")
    time_zone = models.CharField(max_length=64)
    set_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)
    last_fired_at = models.DateTimeField(default=timezone.now, help_text="Times up to this moment are done with.")
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.TextField(blank=True, help_text="Empty when a person paused it.")
    note = models.TextField(blank=True, help_text="Why nothing was started the last time.")

    def __str__(self) -> str:
        return f"{self.evaluation}: {self.cron} {self.time_zone}"

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def in_words(self) -> str:
        return in_words(self.cron)

    @property
    def next_at(self) -> datetime | None:
        """The next time; None while it is paused."""
        return None if self.is_paused else next_due(crontab_of(self.cron, self.time_zone))
