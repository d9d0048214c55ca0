"""The grid of a comparison as a file: the rows and columns on screen, without a limit."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid, NotFound
from runs.comparison.selection import ItemSelection
from runs.exporters import csv, jsonl, parquet
from runs.exporters.comparison import grid_columns, grid_rows
from runs.forms.comparison import ComparisonForm, run_ids_of
from runs.views.comparison_page import ComparisonPage
from runs.views.comparison_reading import address_of, read_comparison
from runs.views.run_export import CONTENT_TYPES


@require_safe
@login_required
def run_comparison_export(request: MemberRequest, project_id: int, file_format: str) -> HttpResponseBase:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    if file_format not in CONTENT_TYPES:
        raise NotFound("format_unknown", f'Items cannot be exported as "{file_format}"; use csv, jsonl or parquet.')
    address = address_of(request, project)
    form = ComparisonForm(address.query)
    page = ComparisonPage(read_comparison(project, run_ids_of(request.GET), form), form, address)
    name = f"comparison-{'-'.join(str(run.pk) for run in page.comparison.runs)}.{file_format}"
    return StreamingHttpResponse(
        _pieces(page, file_format),
        content_type=CONTENT_TYPES[file_format],
        headers={
            "Content-Disposition": str(content_disposition_header(as_attachment=True, filename=name)),
            "X-Content-Type-Options": "nosniff",
        },
    )


def _pieces(page: ComparisonPage, file_format: str) -> Iterator[bytes]:
    """The file, piece by piece. Raises `Invalid` where there is no grid."""
    if page.wish is None:
        raise Invalid("nothing_measured", "These runs measure nothing that could be compared.", field="runs")
    columns = grid_columns(page.comparison, page.shown_measures())
    # The whole search, not as much of it as a page waits for.
    rows = grid_rows(page.comparison, ItemSelection(page.comparison, page.wish).ordinals)
    match file_format:
        case "csv":
            return csv.write_csv(rows, columns)
        case "parquet":
            return parquet.write_parquet(rows, columns)
        case _:
            return jsonl.write_table(rows, columns)
