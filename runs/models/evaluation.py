"""Saved recipes, their frozen versions, and the times they were started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.core.ids import public_id
from metrics.models import Metric
from runs.choices import OVER_STATES, CachePolicy, RunState, Sampling, in_choices
from runs.execution_states import joined_state
from runs.models.dataset import Dataset, DatasetVersion
from runs.models.target import Target

if TYPE_CHECKING:
    from typing import Self


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    """Reads of evaluations."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def for_list(self) -> Self:
        """Evaluations in use, newest first, each with the number of its versions and of its executions."""
        counted = self.filter(archived_at=None).annotate(
            version_count=models.Count("versions", distinct=True),
            execution_count=models.Count("versions__executions", distinct=True),
        )
        return counted.order_by("-pk")


class Evaluation(models.Model):
    """A saved recipe, by name. What it does stands in its versions."""

    uuid = public_id()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="evaluations")
    key = models.SlugField(max_length=250)
    name = models.CharField(max_length=250)
    tags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("project", "key"), name="runs_evaluation_key_once_per_project"),)

    def __str__(self) -> str:
        return self.name


class EvaluationVersionQuerySet(models.QuerySet["EvaluationVersion"]):
    """Reads of evaluation versions."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(evaluation__project__team__memberships__user_id=user.pk)

    def complete(self) -> Self:
        """Versions with all that their recipe names."""
        return self.select_related(
            "evaluation__project__team",
            "dataset__project",
            "dataset_version__dataset__project",
            "star_metric__current_revision",
            "created_by",
        ).prefetch_related("targets", "metrics__metric__current_revision")


class EvaluationVersion(models.Model):
    """One state of a recipe; every change makes a new one, and runs keep pointing at theirs.

    `tasks` and `config_spec` hold a vendor's parametrised task specifications as they were sent.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=250)
    description = models.TextField(blank=True)
    long_description = models.TextField(blank=True)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dataset_version = models.ForeignKey(
        DatasetVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the newest.",
    )
    targets = models.ManyToManyField(Target, blank=True, related_name="+")
    star_metric = models.ForeignKey(Metric, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    star_threshold = models.FloatField(null=True, blank=True, help_text="In the metric's unit.")
    star_threshold_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    num_samples = models.PositiveIntegerField(null=True, blank=True)
    sampling = models.CharField(max_length=8, choices=Sampling, default=Sampling.HEAD)
    repeats = models.PositiveSmallIntegerField(default=1)
    cache_policy = models.CharField(max_length=8, choices=CachePolicy, default=CachePolicy.REUSE)
    config_spec = models.JSONField(default=list, blank=True)
    tasks = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EvaluationVersionQuerySet.as_manager()

    class Meta:
        ordering = ("evaluation", "-number")
        constraints = (
            models.UniqueConstraint(
                fields=("evaluation", "number"),
                name="runs_evaluation_version_number_once",
            ),
            models.CheckConstraint(
                condition=Q(**in_choices("sampling", Sampling)),
                name="runs_evaluation_version_sampling_known",
            ),
            models.CheckConstraint(
                condition=Q(**in_choices("cache_policy", CachePolicy)),
                name="runs_evaluation_version_cache_known",
            ),
            models.CheckConstraint(
                condition=Q(repeats__gte=1),
                name="runs_evaluation_version_repeats_positive",
            ),
        )

    def __str__(self) -> str:
        return f"{self.evaluation} v{self.number}"


class EvaluationMetric(models.Model):
    """A metric of an evaluation version, in its order."""

    evaluation_version = models.ForeignKey(EvaluationVersion, on_delete=models.CASCADE, related_name="metrics")
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveIntegerField()
    threshold = models.FloatField(null=True, blank=True)
    weight = models.FloatField(default=1.0)

    class Meta:
        ordering = ("rank",)
        constraints = (
            models.UniqueConstraint(
                fields=("evaluation_version", "metric"),
                name="runs_evaluation_metric_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} in {self.evaluation_version}"


class ExecutionQuerySet(models.QuerySet["Execution"]):
    """Reads of executions."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def with_names(self) -> Self:
        """Everything that an execution's head or row names."""
        return self.select_related("project__team", "evaluation_version__evaluation", "created_by")


class Execution(models.Model):
    """One start of an evaluation: the parent of one run per target, with the recipe as it was."""

    uuid = public_id()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="executions")
    evaluation_version = models.ForeignKey(
        EvaluationVersion,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="executions",
    )
    name = models.CharField(max_length=250, blank=True)
    state = models.CharField(max_length=16, choices=RunState, default=RunState.RECORDED)
    recipe = models.JSONField(default=dict)
    config = models.JSONField(default=dict, blank=True)
    run_config = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ExecutionQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(**in_choices("state", RunState)),
                name="runs_execution_state_known",
            ),
        )

    def __str__(self) -> str:
        return self.name or f"execution {self.pk}"

    def settle(self) -> None:
        """Take the state over from the runs. Runs that move at once wait here for each other, so the last sees all.

        The caller holds at most rows of runs, never another execution.
        """
        with transaction.atomic():
            Execution.objects.select_for_update().get(pk=self.pk)
            state = joined_state(list(self.runs.filter(deleted_at=None).values_list("state", flat=True)))
            if state is None:
                return
            is_over, has_begun = state in OVER_STATES, state != RunState.RECORDED
            Execution.objects.filter(pk=self.pk).update(
                state=state,
                started_at=Coalesce(F("started_at"), Now()) if has_begun else None,
                finished_at=Coalesce(F("finished_at"), Now()) if is_over else None,
            )
