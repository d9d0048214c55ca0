"""How far each judge of a project was found to agree with people, and against whom it is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from evalhub.accounts.models import Project, User
from metrics.models import Metric, MetricRevision
from runs.choices import CompareAs, in_choices

if TYPE_CHECKING:
    from typing import Self


class JudgeReference(models.Model):
    """Whom a judge metric is measured against in a project, where that is not only people's values of the same metric.

    `compare_as` empty: as the values suggest. `human_threshold` is in the human metric's unit; empty: the middle.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="judge_references")
    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="+")
    human_metric = models.ForeignKey(Metric, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    human_threshold = models.FloatField(null=True, blank=True)
    compare_as = models.CharField(max_length=8, choices=CompareAs, blank=True, default="")
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("project", "metric"), name="runs_judge_reference_once"),
            models.CheckConstraint(
                condition=Q(compare_as="") | Q(**in_choices("compare_as", CompareAs)),
                name="runs_judge_reference_compare_as_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} against {self.human_metric or 'its own overrides'}"


class TrustWorkQuerySet(models.QuerySet["TrustWork"]):
    """Reads and writes of what is to be measured."""

    def ask(self, project_id: int) -> None:
        """Note that the project's judges are to be measured; asking again before that is done changes nothing more."""
        self.update_or_create(project_id=project_id, defaults={"asked_at": Now()})

    def waiting(self) -> Self:
        return self.exclude(asked_at=None)


class TrustWork(models.Model):
    """Whether the judges of a project are to be measured again: asked for when people's verdicts change."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="trust_work")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="Empty: measured since it was asked for last.")
    measured_at = models.DateTimeField(null=True, blank=True)

    objects = TrustWorkQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "trust work"
        indexes = (models.Index(fields=("asked_at",), condition=~Q(asked_at=None), name="runs_trust_work_waiting"),)

    def __str__(self) -> str:
        return f"measuring of project {self.project_id}"


class JudgeTrustQuerySet(models.QuerySet["JudgeTrust"]):
    """Reads of measurements."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def without_rows(self) -> Self:
        """What badges and lists print, and no more."""
        return self.defer("run_items", "judge_values", "people_values", "people_passed")

    def with_state(self) -> Self:
        """With `asked_at`: set while newer verdicts wait to be measured."""
        return self.annotate(asked_at=F("project__trust_work__asked_at"))


class JudgeTrust(models.Model):
    """One revision of a judge metric, asked of one model, measured against people in one project.

    `kappa` is of the classes that `compare_as` makes: quadratically weighted where they are in an order. `rho` is
    Spearman's correlation. `people_*` and `alpha` are of people among themselves, which is the most that a judge can
    reach. The rows it was measured on are packed little-endian arrays in one order: ids of run items, values of both,
    and whether people let it pass (1, 0, −1 not known); a place each.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="judge_trust")
    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(MetricRevision, on_delete=models.CASCADE, related_name="+")
    judge_model = models.CharField(max_length=200, blank=True)
    human_metric = models.ForeignKey(Metric, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    compare_as = models.CharField(max_length=8, choices=CompareAs)
    threshold = models.FloatField(null=True, blank=True, help_text="Of the judge, when it was measured.")
    classes = ArrayField(models.FloatField(), default=list, blank=True, help_text="In order; of pass or fail 0 and 1.")
    n_rows = models.PositiveIntegerField()
    n_undecided = models.PositiveIntegerField(default=0, help_text="Items of which people are of two minds.")
    agreement = models.FloatField(null=True, blank=True)
    kappa = models.FloatField(null=True, blank=True)
    kappa_low = models.FloatField(null=True, blank=True)
    kappa_high = models.FloatField(null=True, blank=True)
    rho = models.FloatField(null=True, blank=True)
    rho_low = models.FloatField(null=True, blank=True)
    rho_high = models.FloatField(null=True, blank=True)
    n_people = models.PositiveIntegerField(default=0)
    n_by_several = models.PositiveIntegerField(default=0, help_text="Items that more than one person judged.")
    people_agreement = models.FloatField(null=True, blank=True)
    alpha = models.FloatField(null=True, blank=True)
    alpha_low = models.FloatField(null=True, blank=True)
    alpha_high = models.FloatField(null=True, blank=True)
    run_items = models.BinaryField()
    judge_values = models.BinaryField()
    people_values = models.BinaryField()
    people_passed = models.BinaryField()
    measured_at = models.DateTimeField(default=timezone.now)

    objects = JudgeTrustQuerySet.as_manager()

    class Meta:
        ordering = ("project", "metric", "-revision", "-n_rows")
        verbose_name_plural = "judge trust"
        constraints = (
            models.UniqueConstraint(
                fields=("project", "metric", "revision", "judge_model"), name="runs_judge_trust_once"
            ),
            models.CheckConstraint(
                condition=Q(**in_choices("compare_as", CompareAs)), name="runs_judge_trust_compare_as_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.revision} by {self.judge_model or 'a model not named'}"
