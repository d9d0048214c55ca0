"""What people say of run items, beside the scores and never over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evalhub.accounts.models import Project, User
from metrics.models import Metric
from runs.choices import ReviewSource, ReviewState, in_choices
from runs.models.dataset import DatasetVersion
from runs.models.run import Run
from runs.models.score import RunItem

if TYPE_CHECKING:
    from typing import Self


class Label(models.Model):
    """A word that a project sorts its items by."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("project", "name"), name="runs_label_once_per_project"),)

    def __str__(self) -> str:
        return self.name


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reads of reviews."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(run__project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()


class Review(models.Model):
    """Where the review of one run item stands. `version` is raised at each change, so two people cannot overwrite."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="reviews", db_index=False)
    run_item = models.OneToOneField(RunItem, on_delete=models.CASCADE, related_name="review")
    state = models.CharField(max_length=16, choices=ReviewState, default=ReviewState.OPEN)
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="reviews")
    labels = models.ManyToManyField(Label, blank=True, related_name="reviews")
    corrected_output = models.TextField(blank=True)
    source = models.CharField(max_length=8, choices=ReviewSource, default=ReviewSource.PAGE)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("run", "state"), name="runs_review_of_run"),
            models.Index(fields=("assignee", "state"), name="runs_review_of_assignee"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(**in_choices("state", ReviewState)),
                name="runs_review_state_known",
            ),
            models.CheckConstraint(
                condition=Q(**in_choices("source", ReviewSource)),
                name="runs_review_source_known",
            ),
        )

    def __str__(self) -> str:
        return f"review of run item {self.run_item_id}: {self.state}"

    @property
    def audit_name(self) -> str:
        return f"{self.run_item.run}, item {self.run_item.ordinal + 1}"


class ReviewChange(models.Model):
    """One step in a review's history: who changed which field from what to what, as people read it.

    `version` is what the review came to by it; of a person's value, `metric` says what it is about.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    field = models.CharField(max_length=40)
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("review", "-id")

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"


class Override(models.Model):
    """A person's value for a metric on a run item, beside the score. A new one by the same person retires the last.

    `annotator` names people who have no account here (their labels came with the data). `spans` are marked parts of the
    output: a list of `{"start", "end", "label", "note"}` in characters, end excluded.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="overrides", db_index=False)
    run_item = models.ForeignKey(RunItem, on_delete=models.CASCADE, related_name="overrides")
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="overrides")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="overrides")
    annotator = models.CharField(max_length=120, blank=True)
    value = models.FloatField(null=True, blank=True)
    label = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    spans = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=8, choices=ReviewSource, default=ReviewSource.PAGE)
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = (
            models.Index(fields=("run", "run_item"), name="runs_override_of_run_item"),
            # What came with the data is on metrics of its own, so of a run's metrics few items have one.
            models.Index(fields=("run", "metric"), condition=Q(is_current=True), name="runs_override_of_metric"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("run_item", "metric", "author", "annotator"),
                condition=Q(is_current=True),
                name="runs_override_one_current",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(**in_choices("source", ReviewSource)),
                name="runs_override_source_known",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(label=""),
                name="runs_override_says_something",
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric}: {self.label or self.value}"


class Comment(models.Model):
    """A remark on a run item."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="comments", db_index=False)
    run_item = models.ForeignKey(RunItem, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="comments")
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def audit_name(self) -> str:
        """Which one it is, without its words."""
        return f"{self.author or 'Somebody'} on item {self.run_item.ordinal + 1} of {self.run_item.run}"


class DatasetAddition(models.Model):
    """That a run item was added to a version of a dataset, so that nobody adds it twice unawares."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    run_item = models.ForeignKey(RunItem, on_delete=models.CASCADE, related_name="additions")
    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="additions")
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("run_item", "version"), name="runs_addition_once"),)

    def __str__(self) -> str:
        return f"run item {self.run_item_id} in {self.version}"
