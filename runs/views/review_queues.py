"""Pages of review queues: the lists of a project, one queue with its progress, and what leads do with it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right, teams_where
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project, User
from evalhub.core.errors import EvalHubError
from evalhub.core.htmx import render_page
from runs.forms.review_queues import QueueChangeForm, ReassignmentForm
from runs.models import ReviewQueue
from runs.review_lists import MOST_LISTED, listed_tasks, queue_lines, work_lists
from runs.review_progress import decisions_of, pairs_result, progress_by_person
from runs.services import review_queues as services
from runs.services.reviews import reviewers_of

LISTS = {"mine": "Assigned to me", "waiting": "Waiting", "done": "Done"}


@require_safe
@login_required
def my_reviews(request: MemberRequest) -> HttpResponse:
    """The open queues of all projects in which something waits for the person."""
    teams = teams_where(request.user, Right.REVIEW)
    queues = ReviewQueue.objects.open().filter(project__team__in=teams, project__archived_at=None)
    lines = [line for line in queue_lines(queues, request.user) if line.for_me]
    return render_page(request, "runs/my_reviews.html", lines=lines)


@require_safe
@login_required
def review_list(request: MemberRequest, project_id: int) -> HttpResponse:
    """The queues of a project, its tasks by list, and what is worth a look."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    which = request.GET.get("tasks", "")
    which = which if which in LISTS else "mine"
    return render_page(
        request,
        "runs/review_list.html",
        project=project,
        lines=queue_lines(ReviewQueue.objects.filter(project=project), request.user),
        lists=LISTS,
        which=which,
        tasks=listed_tasks(project, request.user, which),
        most_listed=MOST_LISTED,
        work_lists=work_lists(project),
        may_hand_out=may(request.user, Right.HAND_OUT_REVIEWS, project),
        may_review=may(request.user, Right.REVIEW, project),
    )


@require_safe
@login_required
def review_queue(request: MemberRequest, queue_id: int) -> HttpResponse:
    """One queue: what is asked, how far everybody is."""
    queue = queue_of(request.user, queue_id)
    [line] = queue_lines(ReviewQueue.objects.filter(pk=queue.pk), request.user)
    return render_page(
        request,
        "runs/review_queue.html",
        project=queue.project,
        queue=queue,
        line=line,
        people=progress_by_person(queue),
        decisions=decisions_of(queue),
        reviewers=reviewers_of(queue.project),
        may_hand_out=may(request.user, Right.HAND_OUT_REVIEWS, queue.project),
        may_review=may(request.user, Right.REVIEW, queue.project),
    )


@require_safe
@login_required
def review_result(request: MemberRequest, queue_id: int) -> HttpResponse:
    """What a blind comparison of two runs came to."""
    queue = get_object_or_404(_queues(request.user), id=queue_id)
    return render_page(
        request,
        "runs/review_result.html",
        project=queue.project,
        queue=queue,
        result=pairs_result(queue) if queue.is_pairs else None,
    )


@require_http_methods(["GET", "POST"])
@login_required
def review_queue_edit(request: MemberRequest, queue_id: int) -> HttpResponse:
    queue = queue_of(request.user, queue_id)
    require_right(request.user, Right.HAND_OUT_REVIEWS, queue.project)
    form = QueueChangeForm.of(queue, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        services.edit_queue(queue, change=form.change(), by=request.user)
        return redirect("runs:review_queue", queue.pk)
    return render_page(request, "runs/review_queue_edit.html", project=queue.project, queue=queue, form=form)


@require_POST
@login_required
def review_queue_closure(request: MemberRequest, queue_id: int) -> HttpResponse:
    """Close the queue, or open it again."""
    queue = queue_of(request.user, queue_id)
    if request.POST.get("reopen"):
        services.reopen_queue(queue, by=request.user)
        messages.success(request, f"{queue} is open again.")
    else:
        services.close_queue(queue, by=request.user)
        messages.success(request, f"{queue} is closed; what was decided stays.")
    return redirect("runs:review_queue", queue.pk)


@require_POST
@login_required
def review_queue_reassignment(request: MemberRequest, queue_id: int) -> HttpResponse:
    """Give one person's open items to another."""
    queue = queue_of(request.user, queue_id)
    require_right(request.user, Right.HAND_OUT_REVIEWS, queue.project)
    form = ReassignmentForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose whose items go to whom.")
        return redirect("runs:review_queue", queue.pk)
    try:
        count = services.reassign_tasks(
            queue,
            from_person=_person(form.cleaned_data["from_person"]),
            to_person=_person(form.cleaned_data["to_person"]),
            by=request.user,
        )
        messages.success(request, f"{count:,} item{'' if count == 1 else 's'} handed over.")
    except EvalHubError as error:
        messages.error(request, error.message)
    return redirect("runs:review_queue", queue.pk)


@require_http_methods(["GET", "POST"])
@login_required
def review_queue_deletion(request: MemberRequest, queue_id: int) -> HttpResponse:
    """Ask once, naming what goes; then delete."""
    queue = queue_of(request.user, queue_id)
    require_right(request.user, Right.HAND_OUT_REVIEWS, queue.project)
    if request.method == "POST":
        services.delete_queue(queue, by=request.user)
        messages.success(request, f"{queue} is deleted; what people said of its items stays.")
        return redirect("runs:review_list", queue.project_id)
    return render_page(request, "runs/review_queue_deletion.html", project=queue.project, queue=queue)


def queue_of(user: User, queue_id: int) -> ReviewQueue:
    """The queue with what its pages print; a stranger does not learn that it exists."""
    return get_object_or_404(_queues(user), id=queue_id)


def _queues(user: User) -> QuerySet[ReviewQueue]:
    return ReviewQueue.objects.visible_to(user).select_related(
        "project__team", "run", "candidate", "metric", "created_by"
    )


def _person(person_id: int | None) -> User | None:
    return get_object_or_404(User, pk=person_id) if person_id else None
