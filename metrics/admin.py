"""Metrics, their frozen revisions and their use in projects, in the admin site."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from evalhub.accounts.admin_audit import Audited
from evalhub.core.admin_models import KeptAdmin, ModelAdmin, ReadOnlyAdmin, ReadOnlyInline
from metrics.models import Metric, MetricRevision, ProjectMetric


class RevisionInline(ReadOnlyInline):
    """The revisions of a metric, newest first."""

    model = MetricRevision
    fk_name = "metric"
    fields = ("number", "direction", "value_type", "range_min", "range_max", "note", "created_at")
    readonly_fields = ("created_at",)


@admin.register(Metric)
class MetricAdmin(Audited, KeptAdmin):
    """Metrics; the built-ins are the same for every team and change with EvalHub alone."""

    list_display = ("key", "name", "team", "kind", "category", "current_revision_number", "archived_at")
    list_select_related = ("team", "current_revision")
    list_filter = ("kind", "category")
    search_fields = ("key", "name", "team__name")
    readonly_fields = ("uuid", "team", "key", "kind", "current_revision", "created_at")
    inlines = (RevisionInline,)

    @admin.display(description="revision")
    def current_revision_number(self, metric: Metric) -> int | None:
        return metric.current_revision.number if metric.current_revision else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (isinstance(obj, Metric) and obj.is_builtin)


@admin.register(MetricRevision)
class MetricRevisionAdmin(ReadOnlyAdmin):
    """Definitions as runs used them."""

    list_display = ("metric", "number", "direction", "value_type", "range_min", "range_max", "created_by", "created_at")
    list_select_related = ("metric", "created_by")
    list_filter = ("direction", "value_type")
    search_fields = ("metric__key", "metric__name")


@admin.register(ProjectMetric)
class ProjectMetricAdmin(Audited, ModelAdmin):
    """What each project makes of a metric."""

    list_display = ("project", "metric", "is_enabled", "threshold", "weight", "rank")
    list_select_related = ("project", "metric")
    search_fields = ("project__name", "metric__key")
    autocomplete_fields = ("project", "metric", "connection")
