"""Starts of evaluations in the browser: begin one, watch its runs side by side, stop, take up again, do once more."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.core.errors import Conflict, Invalid
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from runs.execution_table import execution_table
from runs.forms.evaluations import StartForm
from runs.models import EvaluationVersion, Execution
from runs.services import executions as execution_services
from runs.services.evaluations import newest_version
from runs.views.evaluations import detail_page, visible_evaluation


@require_POST
@login_required
def evaluation_start(request: MemberRequest, evaluation_id: int) -> HttpResponse:
    """Start the newest version: over the targets that are ticked, or all of its tasks."""
    evaluation = visible_evaluation(request, evaluation_id)
    require_right(request.user, Right.START_RUN, evaluation.project)
    version = newest_version(evaluation)
    form = StartForm(request.POST, version=version)
    if version.tasks:
        form.fields["targets"].required = False
    execution = saved(form, lambda: _start(version, form, request))
    if execution is None:
        return detail_page(request, evaluation, start_form=form)
    return redirect("runs:execution_detail", execution.pk)


def _start(version: EvaluationVersion, form: StartForm, request: MemberRequest) -> Execution:
    targets = None if version.tasks else list(form.cleaned_data["targets"])
    return execution_services.start_evaluation(version, targets=targets, by=request.user)


@require_safe
@login_required
def execution_detail(request: MemberRequest, execution_id: int) -> HttpResponse:
    execution = _execution(request, execution_id)
    return render_page(
        request,
        "runs/execution_detail.html",
        partial="execution-runs",
        project=execution.project,
        execution=execution,
        table=execution_table(execution),
        may_start=may(request.user, Right.START_RUN, execution.project),
    )


@require_POST
@login_required
def execution_start(request: MemberRequest, execution_id: int) -> HttpResponse:
    """Start what was only recorded."""
    execution = _execution(request, execution_id)
    return _done(request, execution, execution_services.start_execution, "The runs are queued.")


@require_POST
@login_required
def execution_cancellation(request: MemberRequest, execution_id: int) -> HttpResponse:
    execution = _execution(request, execution_id)
    told = "The runs are stopping; what is scored already stays."
    return _done(request, execution, execution_services.cancel_execution, told)


@require_POST
@login_required
def execution_retry(request: MemberRequest, execution_id: int) -> HttpResponse:
    """Take up the runs that did not come to their end."""
    execution = _execution(request, execution_id)
    return _done(request, execution, execution_services.retry_execution, "The runs go on with what they miss.")


@require_POST
@login_required
def execution_rerun(request: MemberRequest, execution_id: int) -> HttpResponse:
    """Start the same version once more, as an execution of its own."""
    execution = _execution(request, execution_id)
    try:
        again = execution_services.rerun_execution(execution, by=request.user)
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
        return redirect("runs:execution_detail", execution.pk)
    return redirect("runs:execution_detail", again.pk)


def _done(request: MemberRequest, execution: Execution, act: Callable[..., object], told: str) -> HttpResponse:
    try:
        act(execution, by=request.user)
        messages.success(request, told)
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
    return redirect("runs:execution_detail", execution.pk)


def _execution(request: MemberRequest, execution_id: int) -> Execution:
    return get_object_or_404(Execution.objects.visible_to(request.user).with_names(), id=execution_id)
