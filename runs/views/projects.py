"""The page of one project, and what makes and changes projects."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts import services
from evalhub.accounts.access import Right, may, require_right, teams_where
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import NotAllowed
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from metrics.project_metrics import configure_metrics, runnable_metrics, settings_of
from runs.forms.projects import ProjectCreateForm, ProjectEditForm, metric_setting_forms
from runs.insights.reading import insights_of_project
from runs.project_overview import project_overview_of


@require_safe
@login_required
def project_overview(request: MemberRequest, project_id: int) -> HttpResponse:
    project = _project(request, project_id)
    dataset = request.GET.get("dataset", "")
    overview = project_overview_of(project, dataset_id=int(dataset) if dataset.isdecimal() else None)
    return render_page(
        request,
        "runs/project_overview.html",
        project=project,
        overview=overview,
        insights=insights_of_project([line.last_run for line in overview.datasets if line.last_run]),
        may_start=may(request.user, Right.START_RUN, project),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def project_create(request: MemberRequest) -> HttpResponse:
    teams = teams_where(request.user, Right.CREATE_PROJECT)
    if not teams.exists():
        raise NotAllowed(
            "role_too_low", "To create projects you need the role editor or higher in a team; ask one of its admins."
        )
    form = ProjectCreateForm(request.POST or None, teams=teams)
    if request.method == "POST":
        project = saved(form, lambda: services.create_project(by=request.user, **form.cleaned_data))
        if project:
            return redirect("runs:project_overview", project.pk)
    return render_page(request, "runs/project_create.html", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def project_settings(request: MemberRequest, project_id: int) -> HttpResponse:
    project = _project(request, project_id)
    if request.method == "POST":
        require_right(request.user, Right.CONFIGURE, project)
    form = ProjectEditForm(request.POST) if request.method == "POST" else ProjectEditForm.of(project)
    if request.method == "POST":
        changed = saved(form, lambda: services.edit_project(project, by=request.user, **form.cleaned_data))
        if changed:
            messages.success(request, "The project is changed. Runs that are there keep the threshold they had.")
            return redirect("runs:project_settings", project.pk)
    return _settings_page(request, project, form=form)


@require_POST
@login_required
def project_metrics(request: MemberRequest, project_id: int) -> HttpResponse:
    """Change which metrics are on, with which threshold and weight."""
    project = _project(request, project_id)
    require_right(request.user, Right.CONFIGURE, project)
    forms = metric_setting_forms(settings_of(project, runnable_metrics(project)), request.POST)
    if not all([*(form.is_valid() for form in forms)]):
        return _settings_page(request, project, metric_forms=forms)
    configure_metrics(project, settings=[form.changed for form in forms], by=request.user)
    messages.success(request, "The metrics are changed for runs to come.")
    return redirect("runs:project_settings", project.pk)


@require_POST
@login_required
def project_archival(request: MemberRequest, project_id: int) -> HttpResponse:
    """Archive the project, or bring it back."""
    project = _project(request, project_id)
    if "restore" in request.POST:
        services.restore_project(project, by=request.user)
        messages.success(request, f"{project} is back in the list.")
        return redirect("runs:project_settings", project.pk)
    services.archive_project(project, by=request.user)
    messages.success(request, f"{project} is archived. Its pages keep their addresses.")
    return redirect("runs:home")


def _settings_page(request: MemberRequest, project: Project, **forms: object) -> HttpResponse:
    """The page with both forms; what is not given is filled from what is stored."""
    stored = settings_of(project, runnable_metrics(project))
    return render_page(
        request,
        "runs/project_settings.html",
        project=project,
        form=forms.get("form") or ProjectEditForm.of(project),
        metric_forms=forms.get("metric_forms") or metric_setting_forms(stored),
        may_configure=may(request.user, Right.CONFIGURE, project),
    )


def _project(request: MemberRequest, project_id: int) -> Project:
    projects = Project.objects.visible_to(request.user).select_related("team")
    return get_object_or_404(projects, id=project_id, is_library=False)
