"""Items as answered in a run, what each metric said of them, and the packed columns made of both."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from evalhub.accounts.models import Team
from metrics.choices import ScoreStatus
from runs.choices import CacheKind, ColumnName, ItemState, in_choices
from runs.models.dataset import Item
from runs.models.run import Run, RunMetric


class RunItem(models.Model):
    """An item as answered in a run, once per repeat. `ordinal` counts the run's items from 0 in the dataset's order.

    `context` is set only where the target brought its own. `overall` is the weighted mean of the item's scores on the
    common 0 to 1 scale. A row is written when there is something to say of the item, and is then not changed by others.
    """

    project_id = models.BigIntegerField(help_text="Carried so that the table can be sharded.")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="run_items", db_index=False)
    item = models.ForeignKey(
        Item,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    ordinal = models.PositiveIntegerField()
    repeat = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=ItemState, default=ItemState.DONE)
    output = models.TextField(blank=True)
    context = models.JSONField(null=True, blank=True)
    input_tokens = models.PositiveIntegerField(null=True, blank=True)
    output_tokens = models.PositiveIntegerField(null=True, blank=True)
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)
    overall = models.FloatField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("run", "ordinal", "repeat"), name="runs_run_item_place_once"),
            models.CheckConstraint(
                condition=Q(**in_choices("state", ItemState)),
                name="runs_run_item_state_known",
            ),
        )
        indexes = (
            models.Index(
                fields=("run", "error_code"),
                condition=Q(state=ItemState.ERRORED),
                name="runs_run_item_errors",
            ),
        )

    def __str__(self) -> str:
        return f"item {self.ordinal} of run {self.run_id}"


class RunItemTrace(models.Model):
    """What happened while an item was answered (messages, spans), apart from the row because it is long."""

    run_item = models.OneToOneField(RunItem, on_delete=models.CASCADE, primary_key=True, related_name="trace")
    trace = models.JSONField()

    def __str__(self) -> str:
        return f"trace of {self.run_item_id}"


class Score(models.Model):
    """One run metric on one run item: scored with a value, unscored with a reason, or errored with a code.

    The key is (run, run item, run metric), so a score can be written twice but never be there twice. None of the three
    is a foreign key in the database: each one slows bulk writes, and would search the whole table for every run item
    that is deleted. The transaction that writes a score writes, or has read, its run item.
    """

    pk = models.CompositePrimaryKey("run_id", "run_item_id", "run_metric_id")
    run = models.ForeignKey(
        Run,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    run_item = models.ForeignKey(
        RunItem,
        on_delete=models.CASCADE,
        related_name="scores",
        db_index=False,
        db_constraint=False,
    )
    run_metric = models.ForeignKey(
        RunMetric,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    project_id = models.BigIntegerField(help_text="Carried so that the table can be sharded.")
    status = models.CharField(max_length=8, choices=ScoreStatus)
    value = models.FloatField(null=True, blank=True)
    label = models.CharField(max_length=200, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    reason = models.CharField(max_length=64, blank=True, help_text="Code of why there is no value.")
    explanation = models.TextField(blank=True)
    judge_model = models.CharField(max_length=200, blank=True)
    input_tokens = models.PositiveIntegerField(null=True, blank=True)
    output_tokens = models.PositiveIntegerField(null=True, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    is_cached = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(**in_choices("status", ScoreStatus)),
                name="runs_score_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status=ScoreStatus.SCORED, value__isnull=False)
                | Q(~Q(status=ScoreStatus.SCORED), value__isnull=True),
                name="runs_score_value_iff_scored",
            ),
        )
        indexes = (
            models.Index(
                fields=("run", "reason"),
                condition=~Q(status=ScoreStatus.SCORED),
                name="runs_score_without_value",
            ),
        )

    def __str__(self) -> str:
        return f"score of run item {self.run_item_id}"


class JudgeCall(models.Model):
    """A judge's exact request and reply, kept for people who doubt the verdict.

    `attempt` counts from 0: a reply that could not be read is asked for once more.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    run_item = models.ForeignKey(
        RunItem,
        on_delete=models.CASCADE,
        related_name="judge_calls",
        db_index=False,
        db_constraint=False,
    )
    run_metric = models.ForeignKey(
        RunMetric,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    attempt = models.PositiveSmallIntegerField(default=0, db_default=0)
    request = models.JSONField()
    reply = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("run", "run_item", "run_metric", "attempt"),
                name="runs_judge_call_attempt_once",
            ),
        )

    def __str__(self) -> str:
        return f"judge call for run item {self.run_item_id}"


class RunColumn(models.Model):
    """Numbers of a run in item order, as packed little-endian arrays. Derived: made again by `rebuild_columns`.

    While a run is live there is one row per batch, beginning at place `start`; when it closes they are joined into one
    at 0. A place is `ordinal * repeats + repeat`. `runs/columns.py` knows the element types.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="columns", db_index=False)
    run_metric = models.ForeignKey(
        RunMetric,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="columns",
        db_index=False,
    )
    name = models.CharField(max_length=12, choices=ColumnName)
    start = models.PositiveIntegerField()
    length = models.PositiveIntegerField()
    packed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("run", "run_metric", "name", "start"),
                name="runs_column_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(**in_choices("name", ColumnName)),
                name="runs_column_name_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} of run {self.run_id} from {self.start}"


class CacheEntry(models.Model):
    """An answer or a verdict kept for the same request later, found by the hash of all that shapes it."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=CacheKind)
    key_hash = models.CharField(max_length=64)
    reply = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "cache entries"
        constraints = (
            models.UniqueConstraint(fields=("team", "kind", "key_hash"), name="runs_cache_entry_once"),
            models.CheckConstraint(
                condition=Q(**in_choices("kind", CacheKind)),
                name="runs_cache_entry_kind_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key_hash[:12]}"
