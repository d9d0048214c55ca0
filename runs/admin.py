"""Datasets, runs and reviews in the admin site: to look at, to archive, and to stop runs.

They are changed on their own pages, where what a change means can be seen.

Scores are missing: their table has a composite primary key, which Django's admin does not know. Every run item's page
shows them.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet, URLField
from django.http import HttpRequest
from django_celery_beat import models as beat_models

from evalhub.core.admin_models import BigTableAdmin, ModelAdmin, ReadOnlyAdmin, ReadOnlyInline
from runs import models
from runs.services.datasets import archive_dataset
from runs.services.evaluations import archive_evaluation, restore_evaluation
from runs.services.runs import cancel_run
from runs.services.targets import archive_target

# The clock's own rows: people change schedules on the pages of their evaluations, where their rights are asked for.
for _model in (
    *(beat_models.PeriodicTask, beat_models.CrontabSchedule, beat_models.IntervalSchedule),
    *(beat_models.SolarSchedule, beat_models.ClockedSchedule),
):
    admin.site.unregister(_model)


@admin.register(models.Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    """Datasets by name; their contents are frozen in versions."""

    list_display = ("name", "project", "key", "created_by", "created_at", "archived_at")
    list_select_related = ("project", "created_by")
    list_filter = (("archived_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "key", "project__name")
    actions = ("archive",)

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[models.Dataset]) -> None:
        datasets = rows.select_related("project__team")
        self.change_each(request, datasets, archive_dataset, done="Archived")


@admin.register(models.DatasetVersion)
class DatasetVersionAdmin(ReadOnlyAdmin):
    """Frozen contents."""

    list_display = ("dataset", "number", "item_count", "with_output", "with_expected", "source_name", "created_at")
    list_select_related = ("dataset",)
    search_fields = ("dataset__name", "source_name")


@admin.register(models.Item)
class ItemAdmin(BigTableAdmin):
    """Rows of versions."""

    list_display = ("id", "version_id", "ordinal", "key")
    ordering = ("version_id", "ordinal")


@admin.register(models.DatasetImport)
class DatasetImportAdmin(ReadOnlyAdmin):
    """Uploaded files on their way."""

    list_display = ("file_name", "project", "state", "rows_accepted", "rows_rejected", "created_by", "created_at")
    list_select_related = ("project", "created_by")
    list_filter = ("state",)
    search_fields = ("file_name", "project__name")


@admin.register(models.RejectedRow)
class RejectedRowAdmin(BigTableAdmin):
    """Rows that could not become items."""

    list_display = ("id", "dataset_import_id", "line", "reason")
    ordering = ("-id",)


@admin.register(models.Target)
class TargetAdmin(ReadOnlyAdmin):
    """What is evaluated."""

    list_display = ("name", "version", "project", "kind", "model", "created_at", "deleted_at")
    list_select_related = ("project",)
    list_filter = ("kind",)
    search_fields = ("name", "version", "project__name")
    actions = ("archive",)

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[models.Target]) -> None:
        targets = rows.select_related("project__team")
        self.change_each(request, targets, archive_target, done="Archived")


@admin.register(models.Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    """Saved recipes by name."""

    list_display = ("name", "project", "key", "created_by", "created_at", "archived_at")
    list_select_related = ("project", "created_by")
    list_filter = (("archived_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "key", "project__name")
    actions = ("archive", "restore")

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[models.Evaluation]) -> None:
        evaluations = rows.select_related("project__team")
        self.change_each(request, evaluations, archive_evaluation, done="Archived")

    @admin.action(description="Bring back")
    def restore(self, request: HttpRequest, rows: QuerySet[models.Evaluation]) -> None:
        rows = rows.select_related("project__team")
        self.change_each(request, rows, restore_evaluation, done="Brought back")


class EvaluationMetricInline(ReadOnlyInline):
    """The metrics of a recipe."""

    model = models.EvaluationMetric
    fields = ("metric", "rank", "threshold", "weight")
    show_change_link = False


@admin.register(models.EvaluationVersion)
class EvaluationVersionAdmin(ReadOnlyAdmin):
    """States of recipes."""

    list_display = ("evaluation", "number", "dataset", "star_metric", "num_samples", "created_at")
    list_select_related = ("evaluation", "dataset", "star_metric")
    search_fields = ("evaluation__name",)
    inlines = (EvaluationMetricInline,)


@admin.register(models.EvaluationSchedule)
class EvaluationScheduleAdmin(ReadOnlyAdmin):
    """When evaluations start by themselves; changed on their pages."""

    list_display = ("evaluation", "cron", "time_zone", "set_by", "last_fired_at", "paused_at")
    list_select_related = ("evaluation", "set_by")
    search_fields = ("evaluation__name",)


@admin.register(models.Execution)
class ExecutionAdmin(ReadOnlyAdmin):
    """Starts of recipes."""

    list_display = ("id", "name", "project", "state", "created_by", "created_at")
    list_select_related = ("project", "created_by")
    list_filter = ("state",)
    search_fields = ("name", "project__name")


class RunMetricInline(ReadOnlyInline):
    """What a run measured."""

    model = models.RunMetric
    fields = ("key", "rank", "weight", "threshold", "n_scored", "n_unscored", "n_errored", "mean")


@admin.register(models.Run)
class RunAdmin(ReadOnlyAdmin):
    """Runs; they are started, renamed and deleted on their own pages."""

    list_display = ("id", "name", "project", "state", "item_count", "overall", "created_by", "created_at")
    list_select_related = ("project", "created_by")
    list_filter = ("state",)
    search_fields = ("name", "project__name")
    inlines = (RunMetricInline,)
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    actions = ("cancel",)

    @admin.action(description="Stop")
    def cancel(self, request: HttpRequest, rows: QuerySet[models.Run]) -> None:
        runs = rows.select_related("project__team")
        self.change_each(request, runs, cancel_run, done="Stopped")


@admin.register(models.RunMetric)
class RunMetricAdmin(ReadOnlyAdmin):
    """Metrics of runs with their summaries."""

    list_display = ("run_id", "key", "mean", "n_scored", "n_unscored", "n_errored")
    ordering = ("-run_id", "rank")
    search_fields = ("key",)


@admin.register(models.RunBatch)
class RunBatchAdmin(BigTableAdmin):
    """Work in portions."""

    list_display = ("id", "run_id", "number", "state", "owner", "lease_until", "tries")
    list_filter = ("state",)
    ordering = ("-id",)


@admin.register(models.RunItem)
class RunItemAdmin(BigTableAdmin):
    """Items as answered."""

    list_display = ("id", "run_id", "ordinal", "repeat", "state", "overall", "passed")
    ordering = ("-run_id", "-ordinal", "-repeat")


@admin.register(models.RunItemTrace)
class RunItemTraceAdmin(BigTableAdmin):
    """What happened while items were answered."""

    list_display = ("run_item_id",)
    ordering = ("-run_item_id",)


@admin.register(models.JudgeCall)
class JudgeCallAdmin(BigTableAdmin):
    """Requests to judges and their replies."""

    list_display = ("id", "run_id", "run_item_id", "run_metric_id", "created_at")
    ordering = ("-id",)


@admin.register(models.RunColumn)
class RunColumnAdmin(BigTableAdmin):
    """Packed columns, derived from the scores."""

    list_display = ("id", "run_id", "run_metric_id", "name", "start", "length")
    ordering = ("-id",)


@admin.register(models.CacheEntry)
class CacheEntryAdmin(BigTableAdmin):
    """Answers and verdicts kept for the same request later."""

    list_display = ("id", "team_id", "kind", "key_hash", "created_at", "used_at")
    ordering = ("-id",)


@admin.register(models.Label)
class LabelAdmin(ModelAdmin):
    """Words that projects sort items by."""

    list_display = ("name", "project")
    list_select_related = ("project",)
    search_fields = ("name", "project__name")
    autocomplete_fields = ("project",)


class ReviewChangeInline(ReadOnlyInline):
    """A review's history."""

    model = models.ReviewChange
    fields = ("field", "before", "after", "author", "created_at")
    readonly_fields = ("created_at",)
    show_change_link = False


@admin.register(models.Review)
class ReviewAdmin(ReadOnlyAdmin):
    """Where people stand with run items."""

    list_display = ("id", "run_id", "run_item_id", "state", "assignee", "source", "updated_at")
    list_select_related = ("assignee",)
    list_filter = ("state", "source")
    inlines = (ReviewChangeInline,)


@admin.register(models.Override)
class OverrideAdmin(BigTableAdmin):
    """People's values beside the scores."""

    list_display = ("id", "run_id", "run_item_id", "metric_id", "author_id", "annotator", "value", "label")
    ordering = ("-id",)


@admin.register(models.Comment)
class CommentAdmin(BigTableAdmin):
    """Remarks on run items."""

    list_display = ("id", "run_id", "run_item_id", "author_id", "created_at")
    ordering = ("-id",)


@admin.register(models.RunView)
class RunViewAdmin(ReadOnlyAdmin):
    """Ways of looking at a project's runs that its team has kept."""

    list_display = ("name", "project", "query", "created_by", "created_at")
    list_select_related = ("project", "created_by")
    search_fields = ("name", "project__name")


@admin.register(models.JudgeTrust)
class JudgeTrustAdmin(ReadOnlyAdmin):
    """How far judges were found to agree with people."""

    list_display = ("metric", "project", "judge_model", "n_rows", "kappa", "alpha", "measured_at")
    list_select_related = ("metric", "project")
    list_filter = ("compare_as",)
    exclude = ("run_items", "judge_values", "people_values", "people_passed")


@admin.register(models.JudgeReference)
class JudgeReferenceAdmin(ReadOnlyAdmin):
    """Whom judges are measured against."""

    list_display = ("metric", "project", "human_metric", "compare_as", "changed_by", "changed_at")
    list_select_related = ("metric", "project", "human_metric", "changed_by")


@admin.register(models.TrustWork)
class TrustWorkAdmin(ReadOnlyAdmin):
    """Projects whose judges wait to be measured."""

    list_display = ("project", "asked_at", "measured_at")
    list_select_related = ("project",)


@admin.register(models.ProjectExport)
class ProjectExportAdmin(ReadOnlyAdmin):
    """Exports of projects; teams make and fetch theirs on their own pages."""

    list_display = ("id", "project", "state", "size_bytes", "created_by", "created_at", "expires_at")
    list_select_related = ("project", "created_by")
    list_filter = ("state",)


@admin.register(models.Release)
class ReleaseAdmin(ReadOnlyAdmin):
    """Marks in the trends of projects."""

    list_display = ("name", "project", "released_at", "created_by")
    list_select_related = ("project", "created_by")
    search_fields = ("name", "project__name")


@admin.register(models.SharedReport)
class SharedReportAdmin(ReadOnlyAdmin):
    """Links for people without an account; their secrets are kept as hashes and shown to nobody."""

    list_display = ("name", "project", "created_by", "created_at", "expires_at", "revoked_at")
    list_select_related = ("project", "created_by")
    search_fields = ("name", "project__name")
    exclude = ("token_hash",)


@admin.register(models.ItemPair)
class ItemPairAdmin(ReadOnlyAdmin):
    """Items of different versions that people took for the same question."""

    list_display = ("id", "project", "first_version", "second_version", "created_by", "created_at")
    list_select_related = ("project", "first_version__dataset", "second_version__dataset", "created_by")


@admin.register(models.ReviewQueue)
class ReviewQueueAdmin(ReadOnlyAdmin):
    """Queues of items for reviewers."""

    list_display = ("name", "project", "kind", "mode", "assignment", "due_on", "closed_at")
    list_select_related = ("project",)
    list_filter = ("kind", "mode")
    search_fields = ("name", "project__name")


@admin.register(models.ReviewTask)
class ReviewTaskAdmin(ReadOnlyAdmin):
    """Who has which item of a queue."""

    list_display = ("id", "queue", "person", "state", "choice", "done_at")
    list_select_related = ("queue", "person")
    list_filter = ("state",)


@admin.register(models.DatasetAddition)
class DatasetAdditionAdmin(ReadOnlyAdmin):
    """Which answers became items of which version."""

    list_display = ("id", "run_item", "version", "added_by", "created_at")
    list_select_related = ("run_item", "version__dataset", "added_by")
