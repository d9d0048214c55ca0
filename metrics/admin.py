"""Metrics, their frozen revisions and their use in projects, in the admin site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from evalhub.core.admin_models import ReadOnlyAdmin, ReadOnlyInline, ServiceAdmin, ServiceForm
from evalhub.core.errors import Invalid
from metrics.choices import Category
from metrics.models import Metric, MetricRevision, ProjectMetric
from metrics.project_metrics import MetricSetting, configure_metric
from metrics.services import archive_metric, describe_metric, restore_metric


class RevisionInline(ReadOnlyInline):
    """The revisions of a metric, newest first."""

    model = MetricRevision
    fk_name = "metric"
    fields = ("number", "direction", "value_type", "range_min", "range_max", "note", "created_at")
    readonly_fields = ("created_at",)


class MetricForm(ServiceForm):
    """What a metric is called and said to be; its definition is edited on its team's pages, where it can be tried."""

    class Meta:
        model = Metric
        fields = ("name", "description", "category")

    def apply(self) -> Metric:
        metric = Metric.objects.select_related("team").get(pk=self.instance.pk)
        found = self.cleaned_data
        category = Category(found["category"])
        describe_metric(metric, name=found["name"], description=found["description"], category=category, by=self.by)
        return metric


@admin.register(Metric)
class MetricAdmin(ServiceAdmin):
    """Metrics; the built-ins are the same for every team and change with EvalHub alone."""

    form = MetricForm
    list_display = ("key", "name", "team", "kind", "category", "current_revision_number", "archived_at")
    list_select_related = ("team", "current_revision")
    list_filter = (
        "kind",
        "category",
        ("team", admin.EmptyFieldListFilter),
        ("archived_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("key", "name", "team__name")
    readonly_fields = ("uuid", "team", "key", "kind", "current_revision", "created_at", "archived_at")
    inlines = (RevisionInline,)
    actions = ("archive", "restore")

    @admin.display(description="revision")
    def current_revision_number(self, metric: Metric) -> int | None:
        return metric.current_revision.number if metric.current_revision else None

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Metric]) -> None:
        self.change_each(request, rows, archive_metric, done="Archived")

    @admin.action(description="Bring back")
    def restore(self, request: HttpRequest, rows: QuerySet[Metric]) -> None:
        self.change_each(request, rows, restore_metric, done="Brought back")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (isinstance(obj, Metric) and obj.is_builtin)


@admin.register(MetricRevision)
class MetricRevisionAdmin(ReadOnlyAdmin):
    """Definitions as runs used them."""

    list_display = ("metric", "number", "direction", "value_type", "range_min", "range_max", "created_by", "created_at")
    list_select_related = ("metric", "created_by")
    list_filter = ("direction", "value_type", "metric__kind")
    search_fields = ("metric__key", "metric__name")


class ProjectMetricForm(ServiceForm):
    """A metric in a project; its order is set on the project's own page."""

    class Meta:
        model = ProjectMetric
        fields = (
            *("project", "metric", "is_enabled", "name", "threshold", "weight"),
            *("connection", "judge_model", "parameters"),
        )

    def clean_parameters(self) -> dict[str, Any]:
        parameters = self.cleaned_data["parameters"] or {}
        if not isinstance(parameters, dict):
            raise forms.ValidationError('Write an object such as {"temperature": 0}.')
        return parameters

    def apply(self) -> ProjectMetric:
        found = dict(self.cleaned_data)
        project = found.pop("project", None) or self.instance.project
        metric = found.pop("metric", None) or self.instance.metric
        if not Metric.objects.usable_in(project).filter(pk=metric.pk).exists():
            raise Invalid("metric_not_usable", f'"{metric}" is archived, hidden or another team\'s.', field="metric")
        configure_metric(project, setting=MetricSetting(metric, **found), by=self.by)
        return ProjectMetric.objects.get(project=project, metric=metric)


@admin.register(ProjectMetric)
class ProjectMetricAdmin(ServiceAdmin):
    """What each project makes of a metric."""

    form = ProjectMetricForm
    list_display = ("project", "metric", "is_enabled", "threshold", "weight", "rank", "changed_by", "changed_at")
    list_select_related = ("project", "metric", "changed_by")
    list_filter = ("is_enabled", "metric__kind")
    search_fields = ("project__name", "metric__key")
    autocomplete_fields = ("project", "metric", "connection")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("project", "metric", "rank", "changed_by", "changed_at") if obj else ()
