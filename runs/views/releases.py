"""Marking releases in the trends of a project: add, change, take away."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from runs.forms.releases import ReleaseForm
from runs.models import Release
from runs.services import releases


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def release_create(request: MemberRequest, project_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    require_right(request.user, Right.START_RUN, project)
    form = ReleaseForm(request.POST) if request.method == "POST" else ReleaseForm.of()
    if request.method == "POST":
        made = saved(form, lambda: releases.create_release(project, values=form.values, by=request.user))
        if made:
            messages.success(request, f"{made} is marked in the trends.")
            return redirect("runs:project_trends", project.pk)
    return render_page(request, "runs/release_form.html", project=project, form=form, release=None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def release_edit(request: MemberRequest, project_id: int, release_id: int) -> HttpResponse:
    release = _release(request, project_id, release_id)
    require_right(request.user, Right.START_RUN, release.project)
    form = ReleaseForm(request.POST) if request.method == "POST" else ReleaseForm.of(release)
    if request.method == "POST":
        changed = saved(form, lambda: releases.edit_release(release, values=form.values, by=request.user))
        if changed:
            messages.success(request, f"{changed} is changed.")
            return redirect("runs:project_trends", release.project_id)
    return render_page(request, "runs/release_form.html", project=release.project, form=form, release=release)


@require_POST
@login_required
def release_deletion(request: MemberRequest, project_id: int, release_id: int) -> HttpResponse:
    release = _release(request, project_id, release_id)
    releases.delete_release(release, by=request.user)
    messages.success(request, f"{release} is no longer marked; its runs stay.")
    return redirect("runs:project_trends", release.project_id)


def _release(request: MemberRequest, project_id: int, release_id: int) -> Release:
    seen = Release.objects.visible_to(request.user).select_related("project__team")
    return get_object_or_404(seen, project=project_id, pk=release_id)
