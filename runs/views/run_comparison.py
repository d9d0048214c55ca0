"""Pages of a comparison: two or more runs side by side, and one item in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from evalhub.accounts.access import Right, may
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.htmx import render_page
from runs.comparison.charts import metrics_of, parallel_of, scatter_of, spread_of
from runs.comparison.compare import MOST_RUNS
from runs.comparison.items import item_cards
from runs.forms.comparison import ComparisonAddress, ComparisonForm, run_ids_of
from runs.item_table import TableView
from runs.models import ReviewQueue, Run
from runs.tiles import baseline_of
from runs.views.comparison_page import ComparisonPage
from runs.views.comparison_reading import address_of, read_comparison

MOST_OFFERED = 50
MOST_QUEUES = 10


@require_safe
@login_required
def run_comparison(request: MemberRequest, project_id: int) -> HttpResponse:
    """The comparison; with fewer than two runs in the address, a choice of runs."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    address = address_of(request, project)
    ids = run_ids_of(request.GET)
    if len(address.query.getlist("runs")) > 1:
        # Ticked in a list, they have no order yet; one that is added to a comparison leaves the others in theirs.
        is_ordered = any("," in text for text in address.query.getlist("runs"))
        return redirect(str(address.of_runs(ids if is_ordered else _baseline_first(project, ids))))
    if len(ids) == 1:
        ids = _with_baseline(project, ids[0])
        if len(ids) == 2:
            return redirect(str(address.of_runs(ids)))
    context: dict[str, Any] = {
        "project": project,
        "offered": _offered(project, ids),
        "most": MOST_RUNS,
        "chosen_ids": ids,
    }
    if len(ids) < 2:
        return render_page(request, "runs/run_comparison_choice.html", **context)
    page = _page(project, ids, address)
    context |= {
        "blind_queues": ReviewQueue.objects.comparing(ids).filter(project=project)[:MOST_QUEUES],
        "may_hand_out": may(request.user, Right.HAND_OUT_REVIEWS, project),
    }
    return render_page(request, "runs/run_comparison.html", partial="item-table", page=page, **context)


@require_safe
@login_required
def run_comparison_item(request: MemberRequest, project_id: int, ordinal: int) -> HttpResponse:
    """One item of the baseline in every run: the drawer beside the grid, or a page of its own."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    address = address_of(request, project)
    page = _page(project, run_ids_of(request.GET), address)
    repeat = page.form.shown_repeat
    row, cards = item_cards(page.comparison, ordinal, is_diff=page.view == TableView.DIFF, repeat=repeat)
    position, before, after = page.selection.neighbours(ordinal) if page.selection else (None, None, None)
    response = render_page(
        request,
        "runs/run_comparison_item.html",
        partial="item-drawer",
        project=project,
        page=page,
        row=row,
        cards=list(zip(page.sides, cards, strict=True)),
        position=position,
        previous_href=None if before is None else page.item_href(before),
        next_href=None if after is None else page.item_href(after),
        is_beside=bool(request.htmx),
        plain_href=page.item_href(ordinal, view=TableView.COMPACT),
        diff_href=page.item_href(ordinal, view=TableView.DIFF),
        repeats=page.repeats(ordinal),
    )
    return push_url(response, str(address.changed({"item": str(ordinal)}))) if request.htmx else response


@require_safe
@login_required
def run_comparison_charts(request: MemberRequest, project_id: int) -> HttpResponse:
    """Pictures of one measure: a part of the comparison that loads when it is seen, and a page of its own."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    page = _page(project, run_ids_of(request.GET), address_of(request, project))
    if page.measure is None:
        raise Http404("These runs measure nothing that could be drawn.")
    other = page.other_measure
    return render_page(
        request,
        "runs/run_comparison_charts.html",
        partial="comparison-charts",
        project=project,
        page=page,
        spread=spread_of(page.comparison, page.measure),
        scatter=scatter_of(page.comparison, page.measure, page.position),
        parallel=parallel_of(page.comparison),
        metrics=metrics_of(page.comparison, page.measure, other, page.position) if other else None,
        other=other,
    )


def _page(project: Project, ids: Sequence[int], address: ComparisonAddress) -> ComparisonPage:
    """Raises as `read_comparison`."""
    form = ComparisonForm(address.query)
    return ComparisonPage(read_comparison(project, ids, form), form, address)


def _baseline_first(project: Project, ids: Sequence[int]) -> list[int]:
    """The pinned run, else the oldest, and the others by age."""
    pinned = set(Run.objects.filter(project=project, pk__in=ids, is_baseline=True).values_list("pk", flat=True))
    return sorted(ids, key=lambda run_id: (run_id not in pinned, run_id))


def _with_baseline(project: Project, run_id: int) -> list[int]:
    """A single run after the pinned run of its dataset; alone where there is none."""
    run = Run.objects.filter(project=project, deleted_at=None, pk=run_id).first()
    baseline = baseline_of(run) if run else None
    return [baseline.pk, run_id] if baseline else [run_id]


def _offered(project: Project, ids: Sequence[int]) -> list[Run]:
    """The newest runs that could stand beside these."""
    runs = Run.objects.filter(project=project).finished().exclude(pk__in=ids).select_related("dataset")
    return list(runs.only("name", "dataset__name", "is_baseline", "created_at")[:MOST_OFFERED])
