"""What is measured: metrics, their frozen revisions, and what each project makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from evalhub.accounts.models import Project, Team, User
from evalhub.connections.models import Connection
from evalhub.core.ids import public_id
from metrics.choices import RUNNABLE_KINDS, Category, Direction, MetricKind, Need, ValueType
from metrics.definitions import MetricDefinition
from metrics.scale import Scale

if TYPE_CHECKING:
    from typing import Self


class MetricQuerySet(models.QuerySet["Metric"]):
    """Reads of metrics."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The built-ins and those of the person's teams."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(team=None) | Q(team__memberships__user_id=user.pk)).distinct()

    def usable_in(self, project: Project) -> Self:
        """What a run of the project may measure; a team's own metric hides a built-in of the same key."""
        return self.usable_by(project.team_id)

    def usable_by(self, team: Team | int) -> Self:
        """As `usable_in` every project of the team."""
        own = Metric.objects.filter(team=team, key=models.OuterRef("key"))
        return self.filter(Q(team=None) & ~models.Exists(own) | Q(team=team), archived_at=None)

    def runnable(self) -> Self:
        """What a run can compute today, with its current revision; the others wait for people or for a judge."""
        return self.with_current_revision().filter(kind__in=RUNNABLE_KINDS, current_revision__isnull=False)

    def with_current_revision(self) -> Self:
        return self.select_related("current_revision")


class Metric(models.Model):
    """What is measured, by name. Built-ins belong to no team and are shared by all."""

    uuid = public_id()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="metrics")
    key = models.SlugField(max_length=120, allow_unicode=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=16, choices=MetricKind)
    category = models.CharField(max_length=16, choices=Category, default=Category.OTHER)
    current_revision = models.ForeignKey(
        "metrics.MetricRevision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = MetricQuerySet.as_manager()

    class Meta:
        ordering = ("key",)
        constraints = (
            models.UniqueConstraint(fields=("team", "key"), name="metrics_metric_key_once_per_team"),
            models.UniqueConstraint(
                fields=("key",),
                condition=Q(team=None),
                name="metrics_metric_builtin_key_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MetricKind.values),
                name="metrics_metric_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(category__in=Category.values),
                name="metrics_metric_category_known",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_builtin(self) -> bool:
        return self.team_id is None


class MetricRevision(models.Model):
    """The frozen definition of a metric. A change of meaning is a new revision; runs keep pointing at theirs.

    `definition` names the scorer and its parameters: a heuristic's `{"scorer": "contains"}`, a judge's prompt, scale,
    model and parameters, an imported metric's `{"source": "rating"}`. `range_min` and `range_max` are None where a
    value has no end (latency, cost); such a metric enters no overall score.
    """

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.HIGHER)
    value_type = models.CharField(max_length=16, choices=ValueType, default=ValueType.NUMBER)
    range_min = models.FloatField(null=True, blank=True, default=0.0)
    range_max = models.FloatField(null=True, blank=True, default=1.0)
    labels = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Of a category, in order.",
    )
    allowed = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="Those of the labels that pass."
    )
    unit = models.CharField(max_length=16, blank=True)
    needs = ArrayField(models.CharField(max_length=16, choices=Need), default=list, blank=True)
    definition = models.JSONField(default=dict)
    definition_hash = models.CharField(max_length=64, editable=False)
    note = models.CharField(max_length=500, blank=True, help_text="What changed and why.")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("metric", "-number")
        constraints = (
            models.UniqueConstraint(fields=("metric", "number"), name="metrics_revision_number_once"),
            models.UniqueConstraint(
                fields=("metric", "definition_hash"),
                name="metrics_revision_definition_once",
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values),
                name="metrics_revision_direction_known",
            ),
            models.CheckConstraint(
                condition=Q(value_type__in=ValueType.values),
                name="metrics_revision_value_type_known",
            ),
            models.CheckConstraint(
                condition=Q(range_min=None) | Q(range_max=None) | Q(range_min__lt=F("range_max")),
                name="metrics_revision_range_ordered",
                violation_error_message="The lower end of the range must be below the upper end.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} r{self.number}"

    @property
    def as_definition(self) -> MetricDefinition:
        """What it says as a plain value, from which a changed one can be made."""
        return MetricDefinition(
            definition=self.definition,
            direction=Direction(self.direction),
            value_type=ValueType(self.value_type),
            range_min=self.range_min,
            range_max=self.range_max,
            labels=tuple(self.labels),
            allowed=tuple(self.allowed),
            unit=self.unit,
            needs=tuple(self.needs),
        )

    @property
    def scale(self) -> Scale:
        """What its means are on. Of a category that is the share of allowed labels, where some are named."""
        if self.value_type == ValueType.CATEGORY and self.allowed:
            return Scale(higher_is_better=True, minimum=0.0, maximum=1.0)
        return Scale(self.direction == Direction.HIGHER, self.range_min, self.range_max)


class ProjectMetricQuerySet(models.QuerySet["ProjectMetric"]):
    """Reads of project metrics."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()


class ProjectMetric(models.Model):
    """A metric as one project uses it. The values in force when a run starts are copied into the run."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="project_metrics")
    name = models.CharField(max_length=200, blank=True, default="", help_text="Empty: the metric's own.")
    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="project_metrics")
    is_enabled = models.BooleanField(default=True)
    threshold = models.FloatField(null=True, blank=True, help_text="In the metric's unit; empty: the project's.")
    weight = models.FloatField(default=1.0)
    rank = models.PositiveIntegerField(default=0)
    connection = models.ForeignKey(Connection, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    judge_model = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProjectMetricQuerySet.as_manager()

    class Meta:
        ordering = ("rank", "id")
        constraints = (
            models.UniqueConstraint(fields=("project", "metric"), name="metrics_project_metric_once"),
            models.CheckConstraint(
                condition=Q(weight__gte=0),
                name="metrics_project_metric_weight_not_negative",
                violation_error_message="A weight cannot be negative.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} in {self.project}"
