"""The parts of a run that workers take, and what was spent in each."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from runs.choices import BatchState, in_choices
from runs.models.run import Run


class RunBatch(models.Model):
    """A range of a run's places, `start` (included) to `stop`, worked by one worker at a time.

    The lease makes a killed worker's batch free again; `token` is raised at every claim, and a write whose token is old
    is refused, so a worker that was only slow cannot double a score. Counters are of run metrics × run items.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    stop = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=BatchState, default=BatchState.WAITING)
    owner = models.CharField(max_length=200, blank=True)
    token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True, help_text="When a worker was last told of it.")
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    n_done = models.PositiveIntegerField(default=0, help_text="Run items with every score.")
    n_scored = models.PositiveIntegerField(default=0)
    n_unscored = models.PositiveIntegerField(default=0)
    n_errored = models.PositiveIntegerField(default=0)
    writes = models.PositiveIntegerField(
        default=0,
        help_text="Raised by every write, so that a reader sees that the columns are newer.",
    )
    # Of the calls to endpoints; what was spent stays counted when scores are computed again.
    n_answered = models.PositiveIntegerField(default=0, db_default=0, help_text="Run items with their answer.")
    n_calls = models.PositiveIntegerField(default=0, db_default=0)
    n_cached = models.PositiveIntegerField(default=0, db_default=0)
    n_retries = models.PositiveIntegerField(default=0, db_default=0)
    n_rate_limited = models.PositiveIntegerField(default=0, db_default=0)
    in_flight = models.PositiveIntegerField(default=0, db_default=0, help_text="Calls under way at the last write.")
    input_tokens = models.BigIntegerField(default=0, db_default=0)
    output_tokens = models.BigIntegerField(default=0, db_default=0)
    target_cost = models.DecimalField(max_digits=14, decimal_places=6, default=0, db_default=0)
    judge_cost = models.DecimalField(max_digits=14, decimal_places=6, default=0, db_default=0)

    class Meta:
        ordering = ("run", "number")
        constraints = (
            models.UniqueConstraint(fields=("run", "number"), name="runs_batch_number_once"),
            models.CheckConstraint(
                condition=Q(**in_choices("state", BatchState)),
                name="runs_batch_state_known",
            ),
            models.CheckConstraint(condition=Q(start__lt=F("stop")), name="runs_batch_range_ordered"),
        )

    def __str__(self) -> str:
        return f"batch {self.number} of run {self.run_id}"
