"""Keeping and forgetting a team's ways of looking at its runs."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from runs.models import RunView
from runs.services.run_views import delete_run_view, save_run_view

# Which page is open is not part of a way of looking.
_PASSING = ("page",)


@require_POST
@login_required
def run_view_create(request: MemberRequest, project_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    query = _kept(request)
    try:
        view = save_run_view(project, name=request.POST.get("name", ""), query=query, by=request.user)
        messages.success(request, f'The view "{view}" is kept for the team.')
    except Invalid as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('runs:run_list', args=[project.pk])}?{query}")


@require_POST
@login_required
def run_view_deletion(request: MemberRequest, project_id: int, view_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    view = get_object_or_404(RunView.objects.select_related("project__team"), project=project, id=view_id)
    delete_run_view(view, by=request.user)
    messages.success(request, f'The view "{view}" is gone; its runs stay.')
    return redirect("runs:run_list", project.pk)


def _kept(request: HttpRequest) -> str:
    """The address as the page has read it: only what was chosen."""
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    for name in list(query):
        if name in _PASSING or not any(query.getlist(name)):
            del query[name]
    return query.urlencode()
