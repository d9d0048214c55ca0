"""The items of a run as a file: those of the table, in its order, without a limit."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from evalhub.accounts.http import MemberRequest
from evalhub.core.errors import Invalid, NotFound
from runs.exporters import csv, jsonl, parquet
from runs.exporters.columns import columns_of
from runs.exporters.rows import export_rows
from runs.forms.items import ItemFilterForm
from runs.models import Run
from runs.selection import select_items

CONTENT_TYPES = {"csv": csv.CONTENT_TYPE, "jsonl": jsonl.CONTENT_TYPE, "parquet": parquet.CONTENT_TYPE}


@require_GET
@login_required
def run_export(request: MemberRequest, run_id: int, file_format: str) -> HttpResponseBase:
    run = get_object_or_404(Run.objects.visible_to(request.user).with_metrics(), id=run_id)
    if file_format not in CONTENT_TYPES:
        raise NotFound("format_unknown", f'Items cannot be exported as "{file_format}"; use csv, jsonl or parquet.')
    name = f"{slugify(run.name)[:100] or f'run-{run.pk}'}.{file_format}"
    return StreamingHttpResponse(
        _pieces(run, request.GET, file_format),
        content_type=CONTENT_TYPES[file_format],
        headers={
            "Content-Disposition": str(content_disposition_header(as_attachment=True, filename=name)),
            "X-Content-Type-Options": "nosniff",
        },
    )


def _pieces(run: Run, query: QueryDict, file_format: str) -> Iterator[bytes]:
    """The file, piece by piece. What the address asks for is checked before the first piece. Raises `Invalid`."""
    form = ItemFilterForm(query, run=run)
    filters = form.filters()
    if form.problems:
        raise Invalid("filter_not_understood", f"Nothing was exported: {form.problems[0]}")
    columns = columns_of(run, [name for word in query.getlist("columns") for name in word.split(",") if name])
    chunks = export_rows(run, select_items(run, filters).places)
    if file_format == "csv":
        return csv.write_csv(chunks, columns, with_mark=query.get("bom") == "1")
    if file_format == "parquet":
        return parquet.write_parquet(chunks, columns)
    return jsonl.write_jsonl(chunks, run, groups=frozenset(column.group for column in columns))
