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
from runs.forms.projects import ProjectCreateForm, ProjectEditForm
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
    return render_page(
        request,
        "runs/project_settings.html",
        project=project,
        form=form,
        may_configure=may(request.user, Right.CONFIGURE, project),
    )


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


def _project(request: MemberRequest, project_id: int) -> Project:
    projects = Project.objects.visible_to(request.user).select_related("team")
    return get_object_or_404(projects, id=project_id, is_library=False)
