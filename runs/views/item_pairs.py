"""Unmatched items of two runs side by side: proposals, pairs by hand, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Left
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import Conflict, Invalid
from evalhub.core.htmx import render_page
from runs.comparison.closeness import MOST_LOOKED_AT, loose_items
from runs.comparison.compare import Comparison
from runs.forms.comparison import ComparisonForm, run_ids_of
from runs.models import Item, ItemPair
from runs.services.item_pairs import pair_items, unpair_items
from runs.views.comparison_reading import address_of, read_comparison

_MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair that a person made, with the beginnings of both inputs: the baseline's first."""

    pair: ItemPair
    ours: str
    theirs: str


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def item_pairs(request: MemberRequest, project_id: int) -> HttpResponse:
    """What is unmatched between the baseline and one candidate; a POST pairs the items that were chosen."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    if request.method == "POST":
        require_right(request.user, Right.START_RUN, project)
        return _pair(request, project)
    address = address_of(request, project)
    form = ComparisonForm(address.query)
    comparison = read_comparison(project, run_ids_of(request.GET), form)
    position = min(form.position, len(comparison.runs) - 1)
    return render_page(
        request,
        "runs/item_pairs.html",
        project=project,
        comparison_href=str(address),
        baseline=comparison.baseline,
        candidate=comparison.runs[position],
        loose=loose_items(comparison, position),
        most=MOST_LOOKED_AT,
        pairs=_pairs(project, comparison, position),
        may_pair=may(request.user, Right.START_RUN, project),
        query=address.query.urlencode(safe=".,"),
    )


@require_POST
@login_required
def item_pair_deletion(request: MemberRequest, project_id: int, pair_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    pair = get_object_or_404(ItemPair.objects.select_related("project__team"), project=project, id=pair_id)
    unpair_items(pair, by=request.user)
    messages.success(request, "The two items are different questions again.")
    return redirect(_address(project, request.POST.get("query", "")))


def _pair(request: MemberRequest, project: Project) -> HttpResponse:
    try:
        made = pair_items(project, _chosen(request.POST), by=request.user)
        messages.success(
            request, f"{len(made)} pair{'' if len(made) == 1 else 's'} of items count as one question now."
        )
    except (Invalid, Conflict) as error:
        messages.error(request, error.message)
    return redirect(_address(project, request.GET.urlencode(safe=".,")))


def _chosen(sent: QueryDict) -> Sequence[tuple[int, int]]:
    """The ids of ticked proposals, and of the two items chosen by hand. Raises `Invalid` for what are no ids."""
    words = [word.split("-", 1) for word in sent.getlist("pair")]
    if sent.get("ours") and sent.get("theirs"):
        words.append([str(sent["ours"]), str(sent["theirs"])])
    try:
        return [(int(ours), int(theirs)) for ours, theirs in words]
    except ValueError:
        raise Invalid("pair_invalid", "A pair is two ids of items with a hyphen between them.", field="pair") from None


def _address(project: Project, query: str) -> str:
    return f"{reverse('runs:item_pairs', args=[project.pk])}?{query}"


def _pairs(project: Project, comparison: Comparison, position: int) -> list[PairRow]:
    """The pairs of the two versions, with what each item asks."""
    ours, theirs = comparison.baseline.dataset_version_id, comparison.runs[position].dataset_version_id
    found = ItemPair.objects.filter(project=project, first_version=min(ours, theirs), second_version=max(ours, theirs))
    starts = {side: _start(f"{side}_version", f"{side}_key") for side in ("first", "second")}
    rows = found.select_related("created_by").annotate(**{f"{side}_input": told for side, told in starts.items()})
    is_turned = ours > theirs
    return [_row(pair, is_turned=is_turned) for pair in rows[:_MOST_SHOWN]]


def _start(version: str, key: str) -> Subquery:
    items = Item.objects.filter(version=OuterRef(version), pair_key=OuterRef(key)).annotate(start=Left(F("input"), 200))
    return Subquery(items.values("start")[:1])


def _row(pair: ItemPair, *, is_turned: bool) -> PairRow:
    told = [str(vars(pair)[f"{side}_input"] or "") for side in ("first", "second")]
    ours, theirs = reversed(told) if is_turned else told
    return PairRow(pair, ours, theirs)
