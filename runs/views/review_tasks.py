"""The reviewer's workspace: list, item and panel; taking, deciding and skipping items."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.core.errors import Conflict, EvalHubError, Invalid
from evalhub.core.htmx import render_page
from runs.choices import TaskState
from runs.forms.review_queues import DecisionForm
from runs.item_detail import read_body
from runs.models import ReviewQueue, ReviewTask
from runs.review_answers import LEFT, RIGHT
from runs.services import review_tasks as services
from runs.services.review_tasks import Decision
from runs.views.review_queues import queue_of
from runs.views.review_workspace import workspace

_WORKSPACE, _ITEM = "review-workspace", "item-drawer"


@require_POST
@login_required
def review_next(request: MemberRequest, queue_id: int) -> HttpResponse:
    """Take the next item that waits for the person."""
    queue = queue_of(request.user, queue_id)
    require_right(request.user, Right.REVIEW, queue.project)
    after = request.POST.get("after", "")
    return _to_next(request, queue, after=int(after) if after.isascii() and after.isdecimal() else None)


@require_safe
@login_required
def review_task(request: MemberRequest, task_id: int) -> HttpResponse:
    task = _task(request, task_id)
    return _shown(request, task)


@require_POST
@login_required
def review_lock(request: MemberRequest, task_id: int) -> HttpResponse:
    """Keep the item while its page is open; who comes too late is told who has it."""
    task = _task(request, task_id)
    try:
        services.hold_task(task, by=request.user)
    except Conflict as conflict:
        if not request.htmx:
            raise
        context: dict[str, Any] = {"task": task, "queue": task.queue, "refusal": conflict.message}
        return render_page(request, "runs/review_task.html", partial="review-form", **context)
    return HttpResponse(status=204)


@require_POST
@login_required
def review_decision(request: MemberRequest, task_id: int) -> HttpResponse:
    task = _task(request, task_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Invalid("choice_missing", "Choose one of the answers first.", field="choice")
    said = form.cleaned_data
    decision = Decision(word=said["choice"], note=said["note"], seen_version=said["version"])
    try:
        services.decide(task, decision=decision, by=request.user)
    except Conflict as conflict:
        return _shown(request, _task(request, task_id), refusal=conflict.message)
    if request.POST.get("then") == "next":
        return _to_next(request, task.queue, after=task.position)
    return HttpResponseRedirect(reverse("runs:review_task", args=[task.pk]))


@require_POST
@login_required
def review_skip(request: MemberRequest, task_id: int) -> HttpResponse:
    task = _task(request, task_id)
    try:
        services.skip(task, by=request.user)
    except Conflict as conflict:
        return _shown(request, _task(request, task_id), refusal=conflict.message)
    return _to_next(request, task.queue, after=task.position)


@require_safe
@login_required
def review_answer(request: MemberRequest, task_id: int, side: str) -> HttpResponse:
    """The whole of the answer that the person sees on one side, as plain text."""
    task = _task(request, task_id)
    if not task.queue.is_pairs or side not in {LEFT, RIGHT}:
        raise Http404("There is no such answer.")
    left, right = task.sides_for(request.user)
    run_item = left if side == LEFT else right
    return HttpResponse(
        read_body(run_item.run, run_item.ordinal, run_item.repeat, "output"),
        content_type="text/plain; charset=utf-8",
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"},
    )


def _task(request: MemberRequest, task_id: int) -> ReviewTask:
    """The task of somebody who may review; a stranger does not learn that it exists."""
    seen = ReviewTask.objects.visible_to(request.user).select_related(
        "queue__project__team",
        "queue__metric__current_revision",
        "person",
        "lock_holder",
        "run",
        "run_item",
        "other_run_item",
    )
    task = get_object_or_404(seen.defer("run_item__output", "other_run_item__output"), id=task_id)
    require_right(request.user, Right.REVIEW, task.queue.project)
    return task


def _shown(request: MemberRequest, task: ReviewTask, *, refusal: str = "") -> HttpResponse:
    """The workspace; htmx gets it whole or the item alone, whichever it asked for."""
    context: dict[str, Any] = workspace(task, request.user, request.GET)
    partial = _ITEM if request.htmx.target == _ITEM else _WORKSPACE
    response = render_page(request, "runs/review_task.html", partial=partial, refusal=refusal, **context)
    if refusal and not request.htmx:
        response.status_code = 409
    return response


def _to_next(request: MemberRequest, queue: ReviewQueue, *, after: int | None) -> HttpResponse:
    """To the next item that waits for the person; to the queue's page when nothing does."""
    try:
        task = services.take_next(queue, by=request.user, after=after)
    except EvalHubError as error:
        messages.error(request, error.message)
        task = None
    if task is not None:
        return redirect("runs:review_task", task.pk)
    messages.success(request, f"Nothing more waits for you in {queue}.{_left_over(queue, request)}")
    path = reverse("runs:review_queue", args=[queue.pk])
    return HttpResponseClientRedirect(path) if request.htmx else HttpResponseRedirect(path)


def _left_over(queue: ReviewQueue, request: MemberRequest) -> str:
    """What the person skipped, which nobody else will do."""
    count = ReviewTask.objects.filter(queue=queue, person=request.user, state=TaskState.SKIPPED).count()
    return f" You skipped {count:,}; they stand under “Assigned to me”." if count else ""
