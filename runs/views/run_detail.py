"""The page of one run: what it is, what each metric says, and its items."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from evalhub.accounts.http import MemberRequest
from evalhub.core.htmx import render_page
from runs.forms.address import ItemAddress, canonical
from runs.forms.items import ItemTableForm
from runs.insights.reading import insights_of_run
from runs.models import Run
from runs.tiles import baseline_of
from runs.views.item_table import ItemTable
from runs.views.metric_tiles import metric_tiles
from runs.views.run_head import run_head

# Seconds that a text search may take: until the first answer, and each time the page asks for more of it.
FIRST_PATIENCE = 0.04
NEXT_PATIENCE = 0.5
SEARCH_ON = "search-on"


@require_GET
@login_required
def run_detail(request: MemberRequest, run_id: int) -> HttpResponse:
    """The run's page, or its item table alone for htmx."""
    run = get_object_or_404(Run.objects.visible_to(request.user).with_names().with_metrics(), id=run_id)
    query = canonical(request.GET)
    address = ItemAddress(reverse("runs:run_detail", args=[run.pk]), query)
    is_changed = query != request.GET
    if is_changed and not request.htmx:
        return redirect(str(address))
    form = ItemTableForm(query, run=run)
    patience = NEXT_PATIENCE if request.htmx.trigger == SEARCH_ON else FIRST_PATIENCE
    table = ItemTable(run, form, address, patience=patience)
    baseline = baseline_of(run)
    tiles = metric_tiles(run, baseline=baseline, filters=table.filters, address=address)
    head = run_head(run, request.user)
    response = render_page(
        request,
        "runs/run_detail.html",
        partial="item-table",
        run=run,
        project=run.project,
        table=table,
        tiles=tiles,
        baseline=baseline,
        head=head,
        insights=insights_of_run(run) if run.is_finished else None,
    )
    if is_changed:
        response["HX-Push-Url"] = str(address)
    return response
