"""Reading a comparison from an address: which runs it names, and what it wants to see of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse

from evalhub.accounts.models import Project
from runs.comparison.compare import MOST_RUNS, Comparison, compare_runs
from runs.comparison.report import ReportWish
from runs.comparison.selection import ItemWish
from runs.forms.comparison import ComparisonAddress, ComparisonForm
from runs.models import Run


def address_of(request: HttpRequest, project: Project) -> ComparisonAddress:
    """The address of the comparison itself, with what was said and no empty words."""
    return ComparisonAddress(reverse("runs:run_comparison", args=[project.pk]), said(request.GET))


def said(query: QueryDict) -> QueryDict:
    """The query without what is empty."""
    kept = query.copy()
    for name in query:
        kept.setlist(name, [value for value in kept.getlist(name) if value])
        if not kept.getlist(name):
            del kept[name]
    return kept


def read_comparison(project: Project, ids: Sequence[int], form: ComparisonForm) -> Comparison:
    """Raises `Http404` for a run that is not of the project, `Invalid` for too few or too many."""
    runs = Run.objects.filter(project=project, deleted_at=None).with_names().with_metrics()
    found = {run.pk: run for run in runs.filter(pk__in=ids[: MOST_RUNS + 1])}
    if len(found) < len(ids[: MOST_RUNS + 1]):
        raise Http404("One of the runs is not of this project.")
    return compare_runs([found[run_id] for run_id in ids[: MOST_RUNS + 1]], cluster_key=form.cluster_key)


def item_wish(comparison: Comparison, form: ComparisonForm) -> ItemWish | None:
    """Which items the address asks for, by the usual measure where it names none; None where nothing is measured."""
    by_name = {measure.name: measure for measure in comparison.measures}
    measure = by_name.get(form.measure_name) or comparison.usual_measure
    if measure is None:
        return None
    return ItemWish(
        measure=measure,
        position=min(form.position, len(comparison.runs) - 1),
        change=form.change,
        order=form.order,
        metadata=form.metadata,
        text=form.text,
    )


def report_wish(comparison: Comparison, form: ComparisonForm, *, with_texts: bool) -> ReportWish:
    """What the report of this address holds."""
    return ReportWish(
        items=item_wish(comparison, form),
        slice_key=form.slice_key,
        most_items=form.report_items,
        with_texts=with_texts,
    )
