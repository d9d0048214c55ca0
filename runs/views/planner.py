"""The page of the planner: what the next comparison needs."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.htmx import render_page
from runs.forms.planner import PlannerForm
from runs.views.planner_page import PlannerPage


@require_safe
@login_required
def planner(request: MemberRequest, project_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    page = PlannerPage(project, PlannerForm(request.GET, project=project), request.GET)
    return render_page(request, "runs/planner.html", page=page, project=project)
