"""All that a project holds: how long runs are kept, its exports, and its deletion."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from runs.choices import ExportFormat
from runs.forms.project_data import ExportForm, ProjectDeletionForm, RetentionForm
from runs.models import ProjectExport
from runs.services.project_data import contents_of, delete_project, export_project, preview_retention, set_retention

_SHOWN_EXPORTS = 10


@require_safe
@login_required
def project_data(request: MemberRequest, project_id: int) -> HttpResponse:
    """The page; `?days=30` shows what keeping runs that long would delete."""
    project = _project(request, project_id)
    require_right(request.user, Right.EXPORT, project)
    form = (
        RetentionForm(request.GET) if "days" in request.GET else RetentionForm(initial={"days": project.keep_runs_days})
    )
    days = form.cleaned_data["days"] if form.is_bound and form.is_valid() else None
    exports = list(ProjectExport.objects.filter(project=project).select_related("created_by")[:_SHOWN_EXPORTS])
    return render_page(
        request,
        "runs/project_data.html",
        partial="project-exports",
        project=project,
        form=form,
        preview=preview_retention(project, days=days) if days else None,
        export_form=ExportForm(),
        exports=exports,
        is_live=any(export.is_live for export in exports),
    )


@require_POST
@login_required
def project_retention(request: MemberRequest, project_id: int) -> HttpResponse:
    project = _project(request, project_id)
    require_right(request.user, Right.DELETE_PROJECT, project)
    form = RetentionForm(request.POST)
    if not form.is_valid():
        raise Invalid("days_invalid", " ".join(map(str, form.errors["days"])), field="days")
    set_retention(project, days=form.cleaned_data["days"], by=request.user)
    kept = f"for {project.keep_runs_days} days" if project.keep_runs_days else "for ever"
    messages.success(request, f"Runs are kept {kept} from now on.")
    return redirect("runs:project_data", project.pk)


@require_POST
@login_required
def project_exports(request: MemberRequest, project_id: int) -> HttpResponse:
    """Have all of the project written into a file."""
    project = _project(request, project_id)
    require_right(request.user, Right.EXPORT, project)
    form = ExportForm(request.POST)
    if not form.is_valid():
        raise Invalid("format_unknown", " ".join(map(str, form.errors["file_format"])), field="file_format")
    file_format = ExportFormat(form.cleaned_data["file_format"] or ExportFormat.JSONL)
    export_project(project, by=request.user, file_format=file_format)
    messages.success(request, "The export is being written; this page shows when it is ready.")
    return redirect("runs:project_data", project.pk)


@require_safe
@login_required
def project_export_file(request: MemberRequest, project_id: int, export_id: int) -> FileResponse:
    project = _project(request, project_id)
    require_right(request.user, Right.EXPORT, project)
    export = get_object_or_404(ProjectExport, project=project, id=export_id)
    # Nothing is sent before the file is open, so a file that is gone is an error page.
    return FileResponse(export.open_file(), as_attachment=True, filename=export.file_name)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def project_deletion(request: MemberRequest, project_id: int) -> HttpResponse:
    """Ask once, naming what goes; the name has to be typed."""
    project = _project(request, project_id)
    require_right(request.user, Right.DELETE_PROJECT, project)
    form, name = ProjectDeletionForm(request.POST or None), project.name
    if request.method == "POST" and saved(form, lambda: _delete(request, project, form)):
        messages.success(request, f"{name} is deleted. Its rows go in the background.")
        return redirect("runs:home")
    return render_page(request, "runs/project_deletion.html", project=project, form=form, contents=contents_of(project))


def _delete(request: MemberRequest, project: Project, form: ProjectDeletionForm) -> bool:
    delete_project(project, typed_name=form.cleaned_data["name"], by=request.user)
    return True


def _project(request: MemberRequest, project_id: int) -> Project:
    projects = Project.objects.visible_to(request.user).select_related("team")
    return get_object_or_404(projects, id=project_id, is_library=False)
