"""Pages of the item history: runs across and items down, and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.htmx import render_page
from runs.exporters import csv
from runs.exporters.columns import Column, Kind, Read
from runs.forms.history import HistoryForm
from runs.history.rows import HistoryRow, history_rows
from runs.models import Run
from runs.views.history_page import HistoryPage

# Rows that an export holds in memory at once.
CHUNK = 500


@require_safe
@login_required
def history_grid(request: MemberRequest, project_id: int) -> HttpResponse:
    page = _page(request, project_id)
    return render_page(request, "runs/history_grid.html", partial="history-table", page=page, project=page.project)


@require_safe
@login_required
def history_export(request: MemberRequest, project_id: int) -> HttpResponseBase:
    """All items that the page's filters let through, in its order."""
    page = _page(request, project_id)
    name = f"{slugify(page.dataset.name)[:100] if page.dataset else ''}-history.csv".lstrip("-")
    return StreamingHttpResponse(
        csv.write_csv(_chunks(page), _columns(page.runs)),
        content_type=csv.CONTENT_TYPE,
        headers={"Content-Disposition": str(content_disposition_header(as_attachment=True, filename=name))},
    )


def _page(request: MemberRequest, project_id: int) -> HistoryPage:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    return HistoryPage(project, HistoryForm(request.GET, project=project), request.GET)


def _chunks(page: HistoryPage) -> Iterator[Sequence[HistoryRow]]:
    rows = page.selection.rows
    for start in range(0, len(rows), CHUNK):
        yield history_rows(page.grid, rows[start : start + CHUNK])


def _columns(runs: Sequence[Run]) -> list[Column[HistoryRow]]:
    """As on screen: the item, what became of it, then a column for each run, named so that no two are the same."""
    told = [
        _column("key", Kind.TEXT, lambda row: row.key),
        _column("input", Kind.TEXT, lambda row: row.input),
        _column("course", Kind.TEXT, lambda row: row.course.value),
        _column("history", Kind.TEXT, lambda row: row.sentence),
        _column("first_failed", Kind.TEXT, lambda row: row.first_failed.name if row.first_failed else None),
        _column("since", Kind.TEXT, lambda row: row.since.name if row.since else None),
        _column("failures", Kind.INTEGER, lambda row: row.failures),
        _column("turns", Kind.INTEGER, lambda row: row.turns),
    ]
    names = [run.name for run in runs]
    marks = [f"{run.name} ({run.pk})" if names.count(run.name) > 1 else run.name for run in runs]
    return [*told, *(_column(name, Kind.TEXT, partial(_status_at, place)) for place, name in enumerate(marks))]


def _column(name: str, kind: Kind, read: Read[HistoryRow]) -> Column[HistoryRow]:
    return Column(name, kind, read, name)


def _status_at(place: int, row: HistoryRow) -> str:
    return row.marks[place].status
