"""Which metrics a project measures and how they count, with what a change would make of its last runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import Conflict
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from metrics.models import Metric
from metrics.project_metrics import (
    MetricSetting,
    configure_metric,
    configure_metrics,
    fingerprint_of,
    runnable_metrics,
    settings_of,
)
from runs.forms.project_metrics import (
    MetricSettingForm,
    ProjectMetricForm,
    changed_settings,
    metric_setting_forms,
)
from runs.settings_preview import preview_settings

_GET_OR_POST = ["GET", "HEAD", "POST"]
PREVIEW = "preview"


@require_http_methods(_GET_OR_POST)
@login_required
def project_metrics(request: MemberRequest, project_id: int) -> HttpResponse:
    """Switch, threshold, weight and order of all metrics; a POST with `preview` only says what would come of it."""
    project = _project(request, project_id)
    stored = settings_of(project, runnable_metrics(project))
    if request.method != "POST":
        return _table_page(request, project, metric_setting_forms(stored, wanted=project.quality_threshold), stored)
    require_right(request.user, Right.CONFIGURE, project)
    setting_forms = metric_setting_forms(stored, request.POST, wanted=project.quality_threshold)
    if not all([*(form.is_valid() for form in setting_forms)]):
        refused = [field for form in setting_forms for field in form if field.errors]
        return _table_page(request, project, setting_forms, stored, refused=refused)
    settings = changed_settings(setting_forms)
    if PREVIEW in request.POST:
        previews = preview_settings(project, settings)
        seen = request.POST.get("seen", "")
        return _table_page(request, project, setting_forms, stored, previews=previews, seen=seen)
    try:
        configure_metrics(project, settings=settings, by=request.user, seen=request.POST.get("seen", ""))
    except Conflict as conflict:
        return _table_page(request, project, setting_forms, stored, conflict=conflict.message)
    messages.success(request, "The metrics are changed for runs to come.")
    return redirect("runs:project_metrics", project.pk)


def _table_page(
    request: MemberRequest,
    project: Project,
    setting_forms: Sequence[MetricSettingForm],
    stored: Sequence[MetricSetting],
    **context: Any,
) -> HttpResponse:
    return render_page(
        request,
        "runs/project_metrics.html",
        partial="settings-preview",
        project=project,
        metric_forms=setting_forms,
        may_configure=may(request.user, Right.CONFIGURE, project),
        **{"seen": fingerprint_of(stored), **context},
    )


@require_http_methods(_GET_OR_POST)
@login_required
def project_metric(request: MemberRequest, project_id: int, metric_id: int) -> HttpResponse:
    """Everything that the project says of one metric; a POST with `preview` only says what would come of it."""
    project = _project(request, project_id)
    metric = get_object_or_404(Metric.objects.usable_in(project).with_current_revision(), id=metric_id)
    (stored,) = settings_of(project, [metric])
    if request.method != "POST":
        return _metric_page(request, project, ProjectMetricForm(setting=stored, project=project), stored)
    require_right(request.user, Right.CONFIGURE, project)
    form = ProjectMetricForm(request.POST, setting=stored, project=project)
    seen = request.POST.get("seen", "")
    if PREVIEW in request.POST:
        previews = preview_settings(project, [form.changed]) if form.is_valid() else None
        return _metric_page(request, project, form, stored, previews=previews, seen=seen)
    if saved(form, lambda: _configured(request, project, form, seen)):
        messages.success(request, f"{metric} is changed for runs to come.")
        return redirect("runs:project_metric", project.pk, metric.pk)
    return _metric_page(request, project, form, stored)


def _configured(request: MemberRequest, project: Project, form: ProjectMetricForm, seen: str) -> bool:
    configure_metric(project, setting=form.changed, by=request.user, seen=seen)
    return True


def _metric_page(
    request: MemberRequest, project: Project, form: ProjectMetricForm, stored: MetricSetting, **context: Any
) -> HttpResponse:
    setting = project.project_metrics.filter(metric=stored.metric).select_related("changed_by").first()
    return render_page(
        request,
        "runs/project_metric.html",
        partial="settings-preview",
        project=project,
        metric=stored.metric,
        revision=stored.metric.current_revision,
        stored=setting,
        form=form,
        may_configure=may(request.user, Right.CONFIGURE, project),
        **{"seen": fingerprint_of([stored]), **context},
    )


def _project(request: MemberRequest, project_id: int) -> Project:
    projects = Project.objects.visible_to(request.user).select_related("team")
    return get_object_or_404(projects, id=project_id, is_library=False)
