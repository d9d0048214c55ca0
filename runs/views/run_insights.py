"""Pages of what was found in a run: its insights with advice, and its failure groups with their past."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from evalhub.accounts.access import Right, may
from evalhub.accounts.http import MemberRequest
from evalhub.core.htmx import render_page
from runs.insights.group_history import group_history
from runs.insights.reading import insights_of_run
from runs.models import Run
from runs.services.insights import recompute_insights


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def run_insights(request: MemberRequest, run_id: int) -> HttpResponse:
    """The insights of a run; sending the form has them computed again."""
    run = _run(request, run_id)
    if request.method == "POST":
        recompute_insights(run, by=request.user)
        messages.success(request, "The insights will be computed again in a moment.")
        return redirect("runs:run_insights", run.pk)
    return render_page(
        request,
        "runs/run_insights.html",
        partial="insights",
        run=run,
        project=run.project,
        insights=insights_of_run(run),
        may_change=may(request.user, Right.START_RUN, run.project),
    )


@require_safe
@login_required
def failure_groups(request: MemberRequest, run_id: int) -> HttpResponse:
    run = _run(request, run_id)
    return render_page(request, "runs/failure_groups.html", run=run, project=run.project, history=group_history(run))


def _run(request: MemberRequest, run_id: int) -> Run:
    return get_object_or_404(Run.objects.visible_to(request.user).with_names().with_metrics(), id=run_id)
