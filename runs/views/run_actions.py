"""What people do with a run from its page: stop, resume, pin, rename, delete."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.core.errors import Conflict, Invalid
from evalhub.core.htmx import render_page
from runs.forms.run_naming import RunNamingForm
from runs.forms.run_resumption import RunResumptionForm
from runs.models import Run
from runs.services import runs as run_services
from runs.services.baselines import pin_baseline, unpin_baseline
from runs.services.run_words import edit_run


@require_POST
@login_required
def run_cancellation(request: MemberRequest, run_id: int) -> HttpResponse:
    run = _run(request, run_id)
    try:
        run_services.cancel_run(run, by=request.user)
        messages.success(request, "The run is stopping; what is scored already stays.")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("runs:run_detail", run.pk)


@require_POST
@login_required
def run_resumption(request: MemberRequest, run_id: int) -> HttpResponse:
    run = _run(request, run_id)
    form = RunResumptionForm(request.POST)
    if not form.is_valid():
        reasons = " ".join(f"{reason}" for found in form.errors.values() for reason in found)
        messages.error(request, f"The run stands as it was. {reasons}")
        return redirect("runs:run_detail", run.pk)
    try:
        run_services.resume_run(
            run,
            by=request.user,
            retry_errored=form.cleaned_data["retry"] == "errored",
            causes=request.POST.getlist("cause") or None,
            spending_cap=form.cleaned_data["spending_cap"],
        )
        messages.success(request, "The run goes on with what is missing.")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("runs:run_detail", run.pk)


@require_POST
@login_required
def run_baseline(request: MemberRequest, run_id: int) -> HttpResponse:
    """Pin the run as the baseline of its dataset, or unpin it."""
    run = _run(request, run_id)
    try:
        if request.POST.get("unpin"):
            unpin_baseline(run, by=request.user)
            messages.success(request, f"{run.dataset} has no baseline now.")
        else:
            pin_baseline(run, by=request.user)
            messages.success(request, f"Runs of {run.dataset} are now compared with this one.")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("runs:run_detail", run.pk)


@require_http_methods(["GET", "POST"])
@login_required
def run_naming(request: MemberRequest, run_id: int) -> HttpResponse:
    run = _run(request, run_id)
    require_right(request.user, Right.START_RUN, run.project)
    form = RunNamingForm(request.POST) if request.method == "POST" else RunNamingForm.of(run)
    if form.is_bound and form.is_valid():
        try:
            edit_run(run, by=request.user, **form.cleaned_data)
            return redirect("runs:run_detail", run.pk)
        except Invalid as error:
            form.add_error(error.field, error.message)
    return render_page(request, "runs/run_naming.html", run=run, form=form)


@require_http_methods(["GET", "POST"])
@login_required
def run_deletion(request: MemberRequest, run_id: int) -> HttpResponse:
    """Ask once, naming what goes; then delete."""
    run = _run(request, run_id)
    require_right(request.user, Right.DELETE, run.project)
    if request.method == "POST":
        run_services.delete_run(run, by=request.user)
        messages.success(request, f"Run {run.name} is deleted.")
        return redirect("runs:run_list", run.project_id)
    return render_page(request, "runs/run_deletion.html", run=run)


def _run(request: MemberRequest, run_id: int) -> Run:
    return get_object_or_404(Run.objects.visible_to(request.user).with_names(), id=run_id)
