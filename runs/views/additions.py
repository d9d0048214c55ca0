"""Adding one item of a run, or those that its table shows, to a dataset."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.core.forms import saved
from runs.forms.additions import AdditionForm
from runs.forms.drawer import DrawerAddress, read_repeat
from runs.forms.items import ItemFilterForm
from runs.models import DatasetAddition, Run
from runs.selection import select_items
from runs.services.dataset_additions import MOST_ADDED, Added, add_items
from runs.services.datasets import create_dataset

_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(_GET_OR_POST)
@login_required
def item_addition(request: MemberRequest, run_id: int, ordinal: int) -> HttpResponse:
    run = _run(request, run_id)
    repeat = read_repeat(request.GET)
    get_object_or_404(run.run_items.only("pk"), ordinal=ordinal, repeat=repeat)
    back = DrawerAddress(run, request.GET, ordinal, repeat).own()
    return _addition(request, run, places=[ordinal * run.repeats + repeat], back_href=back)


@require_http_methods(_GET_OR_POST)
@login_required
def run_addition(request: MemberRequest, run_id: int) -> HttpResponse:
    """Add every item that the filters of the address leave."""
    run = _run(request, run_id)
    selection = select_items(run, ItemFilterForm(request.GET, run=run).filters())
    back = DrawerAddress(run, request.GET, 0).closed()
    return _addition(request, run, places=selection.places.tolist(), back_href=back)


def _run(request: MemberRequest, run_id: int) -> Run:
    run = get_object_or_404(Run.objects.visible_to(request.user).with_names().with_metrics(), id=run_id)
    require_right(request.user, Right.EDIT_DATASET, run.project)
    return run


def _addition(request: MemberRequest, run: Run, *, places: Sequence[int], back_href: str) -> HttpResponse:
    form = AdditionForm(request.POST if request.method == "POST" else None, project=run.project)
    if request.method == "POST":
        done = saved(form, lambda: _add(request, run, places, form))
        if done:
            messages.success(request, _told(done))
            return redirect(back_href)
    return render(
        request,
        "runs/addition.html",
        {
            "run": run,
            "project": run.project,
            "form": form,
            "chosen": len(places),
            "limit": MOST_ADDED,
            "back_href": back_href,
            "earlier": _earlier(run, places),
        },
    )


def _add(request: MemberRequest, run: Run, places: Sequence[int], form: AdditionForm) -> Added:
    said = form.cleaned_data
    with transaction.atomic():
        dataset = said["dataset"] or create_dataset(project=run.project, name=said["new_name"], by=request.user)
        return add_items(
            run, places=places, dataset=dataset, by=request.user, with_corrections=said["with_corrections"]
        )


def _told(done: Added) -> str:
    parts = [
        f"{len(rows):,} {words}"
        for rows, words in (
            (done.added, "added"),
            (done.corrected, "corrected there"),
            (done.duplicates, "there already"),
        )
        if rows
    ]
    return f"{done.version}: {', '.join(parts)}."


def _earlier(run: Run, places: Sequence[int]) -> list[DatasetAddition]:
    """Where some of these were added before, each version once."""
    ordinals = {place // run.repeats for place in places[:MOST_ADDED]}
    rows = DatasetAddition.objects.filter(run_item__run=run, run_item__ordinal__in=ordinals)
    return list(rows.select_related("version__dataset").order_by("version_id", "-id").distinct("version_id")[:20])
