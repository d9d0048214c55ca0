"""Making review queues: by rule, from items picked in a table, or of two runs; and what a rule finds, as a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import EvalHubError
from evalhub.core.htmx import render_page
from runs.columns import read_columns
from runs.forms.items import ItemFilterForm
from runs.forms.review_queues import ItemQueueForm, PairForm, QueueForm, RuleForm
from runs.item_table import TableView, item_rows
from runs.models import ReviewQueue, Run, RunQuerySet
from runs.review_rules import in_words, matching_places
from runs.selection import select_items
from runs.services.review_queues import (
    MOST_TASKS,
    ChosenItems,
    add_items,
    chosen_by_hand,
    chosen_by_rule,
    create_pair_queue,
    create_queue,
)
from runs.views.review_queues import queue_of

MOST_SHOWN = 100
MOST_OFFERED = 50


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for: a run, the one it is compared with, and items that are chosen already."""

    run: Run
    candidate: Run | None
    chosen: ChosenItems | None

    @property
    def initial_name(self) -> str:
        return f"{self.run.name} or {self.candidate.name}" if self.candidate else f"Review of {self.run.name}"


@require_http_methods(["GET", "POST"])
@login_required
def review_queue_create(request: MemberRequest, project_id: int) -> HttpResponse:
    """The form of a new queue, over the run, items or pair of runs in the address."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    require_right(request.user, Right.HAND_OUT_REVIEWS, project)
    asked = _asked(request, project)
    if asked is None:
        finished = Run.objects.filter(project=project).finished().select_related("dataset")
        runs = finished.only("name", "dataset__name")[:MOST_OFFERED]
        return render_page(request, "runs/review_queue_run.html", project=project, runs=runs)
    form, choice = _forms(request, asked)
    if form.is_bound and form.is_valid() and (choice is None or choice.is_valid()):
        try:
            return redirect("runs:review_queue", _created(request, asked, form, choice).pk)
        except EvalHubError as error:
            _show(error, form, choice)
    return render_page(
        request,
        "runs/review_queue_create.html",
        project=project,
        asked=asked,
        form=form,
        choice=choice,
        most=MOST_TASKS,
        queues=ReviewQueue.objects.filter(project=project, kind="items").open()[:MOST_OFFERED] if asked.chosen else (),
        add_query=request.GET.urlencode(),
    )


@require_POST
@login_required
def review_queue_items(request: MemberRequest, project_id: int) -> HttpResponse:
    """Add the items in the address to a queue that is there."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    require_right(request.user, Right.HAND_OUT_REVIEWS, project)
    asked = _asked(request, project)
    if asked is None or asked.chosen is None:
        messages.error(request, "Tick the items in a run's table first, then send them to a queue.")
        return redirect("runs:review_list", project.pk)
    number = request.POST.get("queue", "")
    queue = queue_of(request.user, int(number) if number.isascii() and number.isdecimal() else 0)
    try:
        count = add_items(queue, asked.run, places=asked.chosen.places, by=request.user)
        messages.success(request, f"{count:,} item{'' if count == 1 else 's'} added; those it had stay once.")
    except EvalHubError as error:
        messages.error(request, error.message)
    return redirect("runs:review_queue", queue.pk)


@require_safe
@login_required
def review_work_list(request: MemberRequest, project_id: int) -> HttpResponse:
    """The first items that a rule finds in a run, each with its address."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    run = _run(request, project, "run")
    if run is None:
        return redirect("runs:review_list", project.pk)
    metrics = list(run.run_metrics.all())
    form = RuleForm(request.GET, metrics=metrics)
    context: dict[str, Any] = {"project": project, "run": run, "form": form, "metrics": metrics, "most": MOST_SHOWN}
    if form.is_valid():
        wish = form.wish()
        places = matching_places(run, wish)
        rows = item_rows(run, read_columns(run), metrics=metrics, places=places[:MOST_SHOWN], view=TableView.COMPACT)
        context |= {"words": in_words(run, wish), "total": len(places), "rows": rows}
    create = f"{reverse('runs:review_queue_create', args=[project.pk])}?{request.GET.urlencode()}"
    return render_page(
        request,
        "runs/review_work_list.html",
        create_href=create,
        may_hand_out=may(request.user, Right.HAND_OUT_REVIEWS, project),
        **context,
    )


def _runs(project: Project) -> RunQuerySet:
    runs: RunQuerySet = Run.objects.filter(project=project, deleted_at=None).with_names().with_metrics()
    return runs


def _run(request: MemberRequest, project: Project, name: str) -> Run | None:
    """The run that the address names; None where it names none, 404 for one that is not of the project."""
    number = request.GET.get(name, "")
    if not number:
        return None
    number = number if number.isascii() and number.isdecimal() and len(number) < 18 else "0"
    return get_object_or_404(_runs(project), pk=int(number))


def _asked(request: MemberRequest, project: Project) -> _Asked | None:
    run = _run(request, project, "run")
    if run is None:
        return None
    candidate = _run(request, project, "candidate")
    return _Asked(run, candidate, None if candidate else _chosen(request, run))


def _chosen(request: MemberRequest, run: Run) -> ChosenItems | None:
    """Items ticked in the table, or all that match its filter; None where a rule is to choose."""
    if request.GET.get("matching"):
        selection = select_items(run, ItemFilterForm(request.GET, run=run).filters())
        return chosen_by_hand(selection.places.tolist(), words=f"All {selection.total:,} items that matched a filter")
    ticked = [word for word in request.GET.getlist("place") if word.isascii() and word.isdecimal() and len(word) < 10]
    return chosen_by_hand(map(int, ticked)) if ticked else None


def _forms(request: MemberRequest, asked: _Asked) -> tuple[QueueForm, RuleForm | PairForm | None]:
    sent = request.POST if request.method == "POST" else None
    initial = {"name": asked.initial_name}
    if asked.candidate:
        return QueueForm(sent, run=asked.run, initial=initial), PairForm(sent)
    form = ItemQueueForm(sent, run=asked.run, initial=initial)
    if asked.chosen is not None:
        return form, None
    return form, RuleForm(sent, metrics=list(asked.run.run_metrics.all()), initial=request.GET.dict())


def _created(request: MemberRequest, asked: _Asked, form: QueueForm, choice: RuleForm | PairForm | None) -> ReviewQueue:
    if asked.candidate and isinstance(choice, PairForm):
        most = choice.cleaned_data["most"]
        return create_pair_queue(asked.run, asked.candidate, settings=form.settings(), most=most, by=request.user)
    chosen = asked.chosen or chosen_by_hand(())
    if isinstance(choice, RuleForm):
        chosen = chosen_by_rule(asked.run, choice.wish())
    return create_queue(asked.run, settings=form.settings(), chosen=chosen, by=request.user)


def _show(error: EvalHubError, form: QueueForm, choice: RuleForm | PairForm | None) -> None:
    """Say what is wrong at the field that it is about."""
    for one in (form, choice):
        if one is not None and error.field in one.fields:
            one.add_error(error.field, error.message)
            return
    form.add_error(None, error.message)
