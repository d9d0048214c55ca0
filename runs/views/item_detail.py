"""The page of one run item, which is also the drawer beside the item table, and its bodies as plain text."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_htmx.http import push_url

from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import User
from evalhub.core.htmx import render_page
from runs.filters import ItemFilters
from runs.forms.drawer import PANELS, DrawerAddress, read_repeat
from runs.forms.items import ItemFilterForm
from runs.forms.task_address import task_in
from runs.item_detail import ItemDetail, read_body, read_item, read_judge_calls
from runs.item_history import EXCERPT, item_history
from runs.item_panels import Panel, body_panels, metadata_facts, passages, trace_steps, verdicts
from runs.judge_calls import rendered_call
from runs.models import Run
from runs.review_panel import Values
from runs.selection import select_items
from runs.views.review_panel import panel_context

# A search of texts goes on in later requests; the drawer does not wait for its end.
PATIENCE = 0.5


@require_GET
@login_required
def item_detail(request: MemberRequest, run_id: int, ordinal: int) -> HttpResponse:
    run = get_object_or_404(Run.objects.visible_to(request.user).with_names().with_metrics(), id=run_id)
    if (task_id := task_in(request.GET)) is not None:
        return redirect("runs:review_task", task_id)
    address = DrawerAddress(run, request.GET, ordinal, read_repeat(request.GET))
    is_beside = _is_beside_table(request, run)
    context = item_context(address, viewer=request.user) | {"is_beside": is_beside}
    response = render_page(request, "runs/item_detail.html", partial="item-drawer", **context)
    if request.htmx:
        _push_address(request, response, address.beside_table() if is_beside else address.own())
    return response


@require_GET
@login_required
def item_body(request: MemberRequest, run_id: int, ordinal: int, field: str) -> HttpResponse:
    run = get_object_or_404(Run.objects.visible_to(request.user), id=run_id)
    # A browser must take the text for nothing but text, wherever the link to it is opened.
    return HttpResponse(
        read_body(run, ordinal, read_repeat(request.GET), field),
        content_type="text/plain; charset=utf-8",
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"},
    )


@require_GET
@login_required
def judge_call(request: MemberRequest, run_id: int, ordinal: int, metric_key: str) -> HttpResponse:
    """What a judge was asked about one item and what it said, as a page, or for htmx as a part of the drawer."""
    run = get_object_or_404(Run.objects.visible_to(request.user).with_names().with_metrics(), id=run_id)
    address = DrawerAddress(run, request.GET, ordinal, read_repeat(request.GET))
    calls = read_judge_calls(run, ordinal, address.repeat, metric_key)
    return render_page(
        request,
        "runs/judge_call.html",
        partial="judge-call",
        target_id=f"judge-call-{metric_key}",
        run=run,
        project=run.project,
        metric=run.run_metrics.get(key=metric_key),
        item_href=address.own(),
        calls=[rendered_call(call) for call in calls],
    )


def item_context(address: DrawerAddress, *, viewer: User) -> dict[str, Any]:
    """What `item_detail.html` shows of an item to the viewer. Raises `NotFound` for an item that has no answer."""
    run = address.run
    detail = read_item(run, address.ordinal, address.repeat)
    rows = verdicts(run, detail)
    return {
        "project": run.project,
        "run": run,
        "run_item": detail.run_item,
        "item": detail.run_item.item,
        "own_href": address.own(),
        "close_href": address.closed(),
        "panels": [with_switch(panel, address) for panel in body_panels(detail, panel_modes(address))],
        "verdicts": [
            {
                "verdict": row,
                "explanation_href": address.body(f"explanation.{row.metric.key}"),
                "call_href": address.judge_call(row.metric.key) if row.was_judged else "",
            }
            for row in rows
        ],
        "is_sample": run.is_sample or any(row.is_sample for row in rows),
        "facts": [
            (fact, address.with_metadata(fact.key, fact.filter_value) if fact.filter_value is not None else "")
            for fact in metadata_facts(detail)
        ],
        **_surroundings(address),
        **_long_parts(address, detail),
        **_history(address, detail),
        **panel_context(
            detail.run_item, address=address, viewer=viewer, values=Values(detail.scores, detail.overrides)
        ),
    }


def _push_address(request: MemberRequest, response: HttpResponse, address: str) -> None:
    """Give the browser the address of what it now shows, or none when it has it already: left alone, it takes ours."""
    current, new = urlsplit(request.htmx.current_url_abs_path or ""), urlsplit(address)
    is_there = (current.path, QueryDict(current.query)) == (new.path, QueryDict(new.query))
    push_url(response, False if is_there else address)


def _is_beside_table(request: MemberRequest, run: Run) -> bool:
    """Whether htmx asks from the run's own page, where the table stands."""
    current = request.htmx.current_url_abs_path
    return current is not None and urlsplit(current).path == reverse("runs:run_detail", args=[run.pk])


def panel_modes(address: DrawerAddress) -> dict[str, Any]:
    """How the reader wants each body shown."""
    return {name: address.mode(name) for name in PANELS}


def with_switch(panel: Panel, address: DrawerAddress) -> dict[str, Any]:
    """The panel with a link for each way of showing it, and one to the whole of it."""
    switch = [(mode, address.shown_as(panel.name, mode), mode == panel.chosen) for mode in panel.modes]
    return {"panel": panel, "switch": switch, "whole_href": address.body(panel.name)}


def _surroundings(address: DrawerAddress) -> dict[str, Any]:
    """Where the item stands among those that the table shows, and its neighbours there."""
    filters = ItemFilterForm(address.query, run=address.run).filters()
    selection = select_items(address.run, filters, patience=PATIENCE)
    place = address.ordinal * address.run.repeats + address.repeat
    near = selection.neighbours(place)
    return {
        "place": place,
        "position": near.position,
        "total": selection.total,
        "of_what": _of_what(filters),
        "previous_href": address.at(near.previous),
        "next_href": address.at(near.next),
    }


def _of_what(filters: ItemFilters) -> str:
    if filters == ItemFilters(sort=filters.sort):
        return "items"
    return "failing" if filters == ItemFilters(sort=filters.sort, is_failing=True) else "matching"


def _long_parts(address: DrawerAddress, detail: ItemDetail) -> dict[str, Any]:
    return {
        "passages": passages(address.run, detail),
        "context_href": address.body("context"),
        "steps": trace_steps(detail),
        "trace_href": address.body("trace"),
        # Rows that a program sent are kept as the items they became; only those of a file came as something else.
        "raw_href": address.body("raw") if address.run.dataset_version.source_name else "",
    }


def _history(address: DrawerAddress, detail: ItemDetail) -> dict[str, Any]:
    """The item in other runs, each with the address of its page there, and its other repeats in this run."""
    run = address.run
    history = item_history(run, detail.run_item, excerpt=detail.texts["output"].start[:EXCERPT])
    repeats = []
    if run.repeats > 1:
        answered = run.run_items.filter(ordinal=address.ordinal).only("repeat", "passed", "overall").order_by("repeat")
        repeats = [(other, address.at(other.ordinal * run.repeats + other.repeat)) for other in answered[:50]]
    return {
        "history_sentence": history.sentence,
        "history": [
            (found, reverse("runs:item_detail", args=[found.run.pk, found.run_item.ordinal]))
            for found in history.appearances
        ],
        "repeats": repeats,
    }
