"""One evaluation of a dataset version against a target, and what it measures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, FilteredRelation, Func, OuterRef, Prefetch, Q, Sum
from django.db.models.expressions import CombinedExpression, OrderBy
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from evalhub.core.ids import public_id
from metrics.choices import Direction, ValueType
from metrics.criterion import Criterion
from metrics.models import MetricRevision
from metrics.scale import Scale
from runs.choices import (
    FINISHED_STATES,
    LIVE_STATES,
    OVER_STATES,
    CachePolicy,
    ComparisonState,
    RunState,
    Sampling,
    in_choices,
)
from runs.models.dataset import Dataset, DatasetVersion
from runs.models.evaluation import Execution
from runs.models.target import Target
from runs.run_filters import MetricBounds, RunFilters, RunSort

if TYPE_CHECKING:
    from typing import Self

_FINISHED = Q(deleted_at=None, state__in=sorted(FINISHED_STATES))
_TO_COMPARE = ~Q(comparison_state=ComparisonState.DONE) & _FINISHED
SORT_COLUMNS: dict[str, F | CombinedExpression] = {
    "name": F("name"),
    "state": F("state"),
    "dataset": F("dataset__name"),
    "target": F("target__name"),
    "overall": F("overall"),
    "failing": F("failing_count"),
    "items": F("item_count"),
    "duration": F("finished_at") - F("started_at"),
    "tokens": F("input_tokens") + F("output_tokens"),
    "cost": F("cost"),
    "author": F("created_by__name"),
    "age": F("id"),
}


class RunQuerySet(models.QuerySet["Run"]):
    """Reads of runs."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(project__team__memberships__user_id=user.pk, deleted_at=None)

    def live(self) -> Self:
        return self.filter(state__in=LIVE_STATES)

    def finished(self) -> Self:
        """Runs that went to their end, so that their summary can be shown beside others'."""
        return self.filter(state__in=FINISHED_STATES, deleted_at=None)

    def to_compare(self) -> Self:
        """Finished runs whose verdicts are missing or out of date."""
        return self.finished().exclude(comparison_state=ComparisonState.DONE)

    def mark_stale(self) -> None:
        """Say that their verdicts no longer stand; of those not compared yet, nothing has to be said."""
        self.filter(comparison_state=ComparisonState.DONE).update(comparison_state=ComparisonState.STALE)

    def in_line_with(self, run: Run) -> Self:
        """Finished runs of the same target, whichever its version, over the same dataset."""
        return self.finished().filter(
            project_id=run.project_id, dataset_id=run.dataset_id, target__name=run.target.name
        )

    def newest_of_each(self, parents: models.QuerySet[Project] | models.QuerySet[Dataset], *, count: int) -> Self:
        """The newest runs of each project or dataset: one index scan for each, however many runs it has."""
        parent = "project" if parents.model is Project else "dataset"
        newest = self.filter(**{parent: OuterRef("pk"), "deleted_at": None}).order_by("-id").values("id")[:count]
        ids = parents.order_by().annotate(newest=ArraySubquery(newest))
        return self.filter(id__in=ids.values_list(Func("newest", function="unnest"), flat=True))

    def for_home(self) -> Self:
        """What a project's card prints, and no more."""
        return self.only(
            "project", "dataset", "name", "state", "overall", "failing_count", "created_at", "finished_at", "is_sample"
        )

    def with_done(self) -> Self:
        """Live runs with `done`, the run items that have every score by now."""
        return self.annotate(done=Coalesce(Sum("batches__n_done"), 0))

    def matching(self, filters: RunFilters) -> Self:
        """The runs that pass every filter given."""
        exact = {
            "state__in": filters.states,
            "dataset_id": filters.dataset_id,
            "target__name": filters.target,
            "created_by__name__icontains": filters.author,
            "tags__contains": [filters.tag] if filters.tag else None,
        }
        runs = self.filter(**{lookup: value for lookup, value in exact.items() if value})
        if text := filters.text:
            named = Q(name__icontains=text) | Q(created_by__name__icontains=text)
            runs = runs.filter(named | Q(tags__contains=[text]))
        for key, value in filters.metadata:
            # As text, so that the number 3 is found by "3".
            runs = runs.filter(Exact(KeyTextTransform(key, "metadata"), value))
        for bounds in filters.metrics:
            runs = runs.filter(models.Exists(RunMetric.objects.filter(run=OuterRef("pk")).within(bounds)))
        return runs

    def sorted_by(self, sort: RunSort) -> Self:
        """In the order asked for, the newest first among equals; runs without the value come last."""
        runs = self.with_sort_value(sort)
        return runs.order_by(OrderBy(F("sort_value"), descending=sort.is_descending, nulls_last=True), "-id")

    def behind(self, run_id: int, sort: RunSort) -> Self:
        """Those that come after the run in that order. Raises `Run.DoesNotExist` when that run is gone."""
        runs = self.with_sort_value(sort)
        last = vars(Run.objects.with_sort_value(sort).get(pk=run_id))["sort_value"]
        if last is None:
            return runs.filter(sort_value=None, id__lt=run_id)
        beyond = Q(sort_value__lt=last) if sort.is_descending else Q(sort_value__gt=last)
        return runs.filter(beyond | Q(sort_value=last, id__lt=run_id) | Q(sort_value=None))

    def with_sort_value(self, sort: RunSort) -> Self:
        """Runs with `sort_value`, what stands in the column they are sorted by."""
        column = SORT_COLUMNS.get(sort.column)
        if column is not None:
            return self.annotate(sort_value=column)
        metric = FilteredRelation("run_metrics", condition=Q(run_metrics__key=sort.metric_key))
        return self.annotate(sort_metric=metric).annotate(sort_value=F("sort_metric__mean"))

    def page_ids(self, *, page: int, size: int) -> list[int]:
        """The ids on one page, counted from 1. Reading ids first keeps joined rows out of the sort."""
        return list(self.values_list("id", flat=True)[(page - 1) * size : page * size])

    def for_table(self) -> Self:
        """Rows of a list of runs with everything they print."""
        return (
            self.select_related("dataset", "dataset_version", "target", "created_by")
            .only(
                *("name", "state", "project", "overall"),
                *("item_count", "scored_count", "failing_count", "errored_count"),
                *("is_baseline", "is_sample", "quality_threshold", "tags", "input_tokens", "output_tokens", "cost"),
                *("created_at", "started_at", "finished_at", "created_by__name", "created_by__email"),
                *("dataset__name", "dataset_version__number", "target__name", "target__version"),
            )
            .prefetch_related(Prefetch("run_metrics", RunMetric.objects.for_table()))
        )

    def with_metrics(self) -> Self:
        """Run metrics in their order, without a query per run."""
        return self.prefetch_related(Prefetch("run_metrics", RunMetric.objects.select_related("revision__metric")))

    def with_summary(self) -> Self:
        """Everything that programs are told of a run, without what is long, in two queries however many there are."""
        return (
            self.with_names()
            .defer(
                *("target_snapshot", "target__system_message", "target__template", "target__request"),
                *("dataset_version__columns", "dataset_version__mapping"),
                *("dataset_version__given_metrics", "dataset_version__metadata_keys"),
            )
            .prefetch_related("run_metrics")
        )

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
    halt_reason = models.TextField(
        blank=True, default="", db_default="", help_text="Why workers stopped the run by themselves; empty otherwise."
    )
    # Summary
    done_count = models.PositiveIntegerField(default=0)
    scored_count = models.PositiveIntegerField(default=0, help_text="Run items with at least one score.")
    errored_count = models.PositiveIntegerField(default=0, help_text="Run items with at least one errored score.")
    failing_count = models.PositiveIntegerField(default=0)
    overall = models.FloatField(null=True, blank=True)
    overall_low = models.FloatField(null=True, blank=True)
    overall_high = models.FloatField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    columns_version = models.PositiveIntegerField(default=0, help_text="Raised whenever packed columns change.")
    comparison_state = models.CharField(
        max_length=8, choices=ComparisonState, default=ComparisonState.STALE, db_default=ComparisonState.STALE
    )
    # What was spent on answers and judges together; each run metric has the judge's part.
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=6, default=0)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("project", "-id"), condition=Q(deleted_at=None), name="runs_run_of_project"),
            models.Index(fields=("dataset", "-id"), condition=_FINISHED, name="runs_run_finished_of_dataset"),
            models.Index(fields=("state",), condition=Q(state__in=sorted(LIVE_STATES)), name="runs_run_live"),
            models.Index(fields=("-id",), condition=_TO_COMPARE, name="runs_run_to_compare"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(**in_choices("state", RunState)), name="runs_run_state_known"),
            models.CheckConstraint(condition=Q(**in_choices("sampling", Sampling)), name="runs_run_sampling_known"),
            models.CheckConstraint(condition=Q(**in_choices("cache_policy", CachePolicy)), name="runs_run_cache_known"),
            models.CheckConstraint(
                condition=Q(**in_choices("comparison_state", ComparisonState)), name="runs_run_comparison_known"
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

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED_STATES

    @property
    def seconds(self) -> float | None:
        """How long it took, or has taken so far; None before it starts."""
        if self.started_at is None:
            return None
        return ((self.finished_at or timezone.now()) - self.started_at).total_seconds()

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


class RunMetricQuerySet(models.QuerySet["RunMetric"]):
    """Reads of run metrics."""

    def for_table(self) -> Self:
        """What a cell of a list prints, and no more."""
        return self.only(
            *("run", "revision", "key", "name", "rank", "direction", "value_type", "range_min", "range_max", "unit"),
            *("labels", "allowed"),
            *("threshold", "n_scored", "n_unscored", "n_errored", "n_passed", "mean", "ci_low", "ci_high"),
        )

    def within(self, bounds: MetricBounds) -> Self:
        """Those of the metric whose mean lies between the bounds."""
        ends = {"mean__gte": bounds.low, "mean__lte": bounds.high}
        return self.filter(key=bounds.key, **{end: value for end, value in ends.items() if value is not None})

    def of_baselines(self, project: Project, dataset_ids: Iterable[int]) -> Self:
        """The metrics of the runs pinned as baselines of the datasets."""
        return self.filter(
            run__project=project, run__dataset__in=set(dataset_ids), run__is_baseline=True, run__deleted_at=None
        )


class RunMetric(models.Model):
    """One metric in one run: what was frozen when it was made, and the summary written when it closed.

    Values are in the metric's own unit. `histogram` has 20 equal bins over the range, or over what was found where the
    metric has no ends; of a category it has the count of each label. A category's value is the place of its label, and
    what is summarised of it is whether that is an allowed one: threshold, range, mean and interval are of that share.
    `variance` is the sample variance; the interval is the 95 % interval of the mean.
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
    unit = models.CharField(max_length=16, blank=True)
    labels = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    allowed = ArrayField(models.CharField(max_length=200), default=list, blank=True)
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
    # Written again whenever a person gives a value beside a score; the mean above stays the scorer's.
    n_overridden = models.PositiveIntegerField(default=0, help_text="Run items with a person's value.")
    corrected_mean = models.FloatField(null=True, blank=True, help_text="The mean with people's values for those.")

    objects = RunMetricQuerySet.as_manager()

    class Meta:
        ordering = ("run", "rank", "id")
        constraints = (
            # Carries the mean, so that a list sorts and filters by a metric from the index alone.
            models.UniqueConstraint(fields=("run", "key"), include=("mean",), name="runs_run_metric_key_once"),
            models.CheckConstraint(condition=Q(**in_choices("direction", Direction)), name="runs_run_metric_direction"),
        )

    def __str__(self) -> str:
        return f"{self.key} of run {self.run_id}"

    @property
    def scale(self) -> Scale:
        return Scale(self.direction == Direction.HIGHER, self.range_min, self.range_max)

    @property
    def is_category(self) -> bool:
        return self.value_type == ValueType.CATEGORY

    @property
    def criterion(self) -> Criterion:
        """How its values are judged."""
        places = frozenset(place for place, label in enumerate(self.labels) if label in self.allowed)
        return Criterion(self.scale, self.threshold, places if self.is_category else None)
