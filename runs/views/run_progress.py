"""Fragments that poll while runs are live, and stop by themselves."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseStopPolling, trigger_client_event

from evalhub.accounts.access import Right, may
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from runs.causes import error_causes
from runs.models import Run
from runs.progress import progress_of

# Tables and tiles on the page read themselves again when they hear it.
RUN_OVER = "run-over"
_MOST_ROWS = 100


@require_safe
@never_cache
@login_required
def run_progress(request: MemberRequest, run_id: int) -> HttpResponse:
    """The progress of one run; the answer after its end stops the polling and tells the page."""
    run = get_object_or_404(Run.objects.visible_to(request.user).select_related("project__team"), id=run_id)
    progress = progress_of(run)
    context = {
        "run": run,
        "progress": progress,
        "causes": error_causes(run) if progress.errored else [],
        "may_stop": may(request.user, Right.START_RUN, run.project),
        "is_poll": True,
    }
    response = render(request, "runs/_run_progress.html", context)
    return response if run.is_live else _over(response)


@require_safe
@never_cache
@login_required
def run_list_progress(request: MemberRequest, project_id: int) -> HttpResponse:
    """The progress of all live rows of a list in one answer; says when one of them has ended."""
    project = get_object_or_404(Project.objects.visible_to(request.user), id=project_id)
    asked = [int(text) for text in request.GET.get("runs", "").split(",") if text.isdecimal()][:_MOST_ROWS]
    live = list(Run.objects.filter(project=project, id__in=asked, deleted_at=None).live().with_done())
    response = render(request, "runs/_run_list_progress.html", {"runs": live})
    return response if len(live) == len(asked) else _over(response)


def _over(response: HttpResponse) -> HttpResponse:
    stopping = HttpResponseStopPolling(response.content)
    return trigger_client_event(stopping, RUN_OVER)
