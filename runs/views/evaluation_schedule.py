"""When an evaluation starts by itself: set the times, pause, resume, remove."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from runs.forms.evaluations import ScheduleForm
from runs.models import EvaluationSchedule
from runs.services import schedules
from runs.views.evaluations import visible_evaluation


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def evaluation_schedule(request: MemberRequest, evaluation_id: int) -> HttpResponse:
    evaluation = visible_evaluation(request, evaluation_id)
    require_right(request.user, Right.START_RUN, evaluation.project)
    form = ScheduleForm(request.POST) if request.method == "POST" else ScheduleForm.of(evaluation)
    if request.method == "POST":
        schedule = saved(
            form,
            lambda: schedules.set_schedule(
                evaluation, cron=form.times, time_zone=form.cleaned_data["time_zone"], by=request.user
            ),
        )
        if schedule:
            messages.success(request, f"{evaluation} starts by itself now, in your name.")
            return redirect("runs:evaluation_detail", evaluation.pk)
    return render_page(
        request, "runs/evaluation_schedule.html", project=evaluation.project, evaluation=evaluation, form=form
    )


@require_POST
@login_required
def schedule_pause(request: MemberRequest, evaluation_id: int) -> HttpResponse:
    schedule = _schedule(request, evaluation_id)
    schedules.pause_schedule(schedule, by=request.user)
    messages.success(request, "Nothing starts by itself until somebody resumes it.")
    return redirect("runs:evaluation_detail", evaluation_id)


@require_POST
@login_required
def schedule_resumption(request: MemberRequest, evaluation_id: int) -> HttpResponse:
    schedule = _schedule(request, evaluation_id)
    schedules.resume_schedule(schedule, by=request.user)
    messages.success(request, "It starts by itself again, in your name.")
    return redirect("runs:evaluation_detail", evaluation_id)


@require_POST
@login_required
def schedule_deletion(request: MemberRequest, evaluation_id: int) -> HttpResponse:
    schedule = _schedule(request, evaluation_id)
    schedules.remove_schedule(schedule, by=request.user)
    messages.success(request, "It does not start by itself any more.")
    return redirect("runs:evaluation_detail", evaluation_id)


def _schedule(request: MemberRequest, evaluation_id: int) -> EvaluationSchedule:
    evaluation = visible_evaluation(request, evaluation_id)
    schedules_of = EvaluationSchedule.objects.select_related("evaluation__project__team")
    return get_object_or_404(schedules_of, evaluation=evaluation)
