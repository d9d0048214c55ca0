"""One evaluation of a dataset version against a target, and what it measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from evalhub.core.ids import public_id
from metrics.choices import Direction
from metrics.models import MetricRevision
from metrics.scale import Scale
from runs.choices import (
    LIVE_STATES,
    OVER_STATES,
    BatchState,
    CachePolicy,
    RunState,
    Sampling,
    in_choices,
)
from runs.models.dataset import Dataset, DatasetVersion
from runs.models.evaluation import Execution
from runs.models.target import Target

if TYPE_CHECKING:
    from typing import Self


class RunQuerySet(models.QuerySet["Run"]):
    """Reads of runs."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(project__team__memberships__user_id=user.pk, deleted_at=None)

    def live(self) -> Self:
        return self.filter(state__in=LIVE_STATES)

    def with_metrics(self) -> Self:
        """Run metrics in their order, without a query per run."""
        return self.prefetch_related(Prefetch("run_metrics", RunMetric.objects.select_related("revision__metric")))

    def with_names(self) -> Self:
        """Everything that a run's head or row names."""
        return self.select_related("project__team", "dataset", "dataset_version", "target", "created_by")


class Run(models.Model):
    """One dataset version × one target × some metric revisions.

    The recipe (thresholds, weights, sampling, target) is copied in when the run is made. The summary at the end is
    written once, when the run closes; a live run is read through its batches.
    `passed` is by the star metric where there is one, else by the overall score against the quality threshold.
    """

    uuid = public_id()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    name = models.CharField(max_length=250)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=RunState, default=RunState.QUEUED)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="runs")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="runs")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="runs")
    target_snapshot = models.JSONField(default=dict, help_text="The target's settings when the run was made.")
    execution = models.ForeignKey(Execution, on_delete=models.SET_NULL, null=True, blank=True, related_name="runs")
    task_key = models.CharField(max_length=250, blank=True)
    # Recipe
    num_samples = models.PositiveIntegerField(null=True, blank=True)
    sampling = models.CharField(max_length=8, choices=Sampling, default=Sampling.HEAD)
    repeats = models.PositiveSmallIntegerField(default=1)
    cache_policy = models.CharField(max_length=8, choices=CachePolicy, default=CachePolicy.REUSE)
    quality_threshold = models.FloatField(default=0.7)
    spending_cap = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    tags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    commit_url = models.URLField(max_length=500, blank=True)
    is_baseline = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False, help_text="Holds made-up scores of the demo, and says so.")
    # Life
    item_count = models.PositiveIntegerField(default=0, help_text="Run items when complete: items taken × repeats.")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    # Summary
    done_count = models.PositiveIntegerField(default=0)
    scored_count = models.PositiveIntegerField(default=0, help_text="Run items with at least one score.")
    errored_count = models.PositiveIntegerField(default=0, help_text="Run items with at least one errored score.")
    failing_count = models.PositiveIntegerField(default=0)
    overall = models.FloatField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    columns_version = models.PositiveIntegerField(default=0, help_text="Raised whenever packed columns change.")
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=6, default=0)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("project", "-id"),
                condition=Q(deleted_at=None),
                name="runs_run_of_project",
            ),
            models.Index(
                fields=("state",),
                condition=Q(state__in=sorted(LIVE_STATES)),
                name="runs_run_live",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(**in_choices("state", RunState)),
                name="runs_run_state_known",
            ),
            models.CheckConstraint(
                condition=Q(**in_choices("sampling", Sampling)),
                name="runs_run_sampling_known",
            ),
            models.CheckConstraint(
                condition=Q(**in_choices("cache_policy", CachePolicy)),
                name="runs_run_cache_known",
            ),
            models.CheckConstraint(condition=Q(repeats__gte=1), name="runs_run_repeats_positive"),
            models.UniqueConstraint(
                fields=("project", "dataset"),
                condition=Q(is_baseline=True, deleted_at=None),
                name="runs_run_one_baseline_per_dataset",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        return self.state in OVER_STATES

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES


class RunMetric(models.Model):
    """One metric in one run: what was frozen when it was made, and the summary written when it closed.

    Values are in the metric's own unit. `histogram` has 20 equal bins over the range, or over what was found where the
    metric has no ends. `variance` is the sample variance; the interval is the 95 % interval of the mean.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="run_metrics")
    revision = models.ForeignKey(MetricRevision, on_delete=models.PROTECT, related_name="run_metrics")
    key = models.CharField(max_length=120)
    name = models.CharField(max_length=200)
    rank = models.PositiveIntegerField(default=0)
    threshold = models.FloatField(null=True, blank=True)
    weight = models.FloatField(default=1.0)
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.HIGHER)
    value_type = models.CharField(max_length=16)
    range_min = models.FloatField(null=True, blank=True)
    range_max = models.FloatField(null=True, blank=True)
    is_star = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)
    connection = models.ForeignKey(Connection, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    judge_model = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    # Summary
    n_scored = models.PositiveIntegerField(default=0)
    n_unscored = models.PositiveIntegerField(default=0)
    n_errored = models.PositiveIntegerField(default=0)
    n_passed = models.PositiveIntegerField(default=0)
    mean = models.FloatField(null=True, blank=True)
    variance = models.FloatField(null=True, blank=True)
    ci_low = models.FloatField(null=True, blank=True)
    ci_high = models.FloatField(null=True, blank=True)
    minimum = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    histogram = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=6, default=0)
    duration_ms = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("run", "rank", "id")
        constraints = (
            models.UniqueConstraint(fields=("run", "key"), name="runs_run_metric_key_once"),
            models.CheckConstraint(
                condition=Q(**in_choices("direction", Direction)),
                name="runs_run_metric_direction",
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} of run {self.run_id}"

    @property
    def scale(self) -> Scale:
        return Scale(self.direction == Direction.HIGHER, self.range_min, self.range_max)


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
