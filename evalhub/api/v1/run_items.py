"""The items of a run with all their scores: in pages, as one stream, as files, and one of them in detail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.pagination import MOST_ROWS, PAGE_PARAMETERS, Page, PageWish, address_behind, page_of
from evalhub.api.v1.item_shapes import RunItemOut, item_told
from evalhub.api.v1.runs import RunView
from evalhub.core.errors import Invalid, NotFound
from runs.choices import ReviewState
from runs.exporters import csv, jsonl, parquet
from runs.exporters.columns import columns_of
from runs.exporters.rows import ExportRow, export_rows
from runs.filters import NO_REVIEW
from runs.forms.drawer import MOST_REPEAT, read_repeat
from runs.forms.items import ItemFilterForm
from runs.item_detail import read_judge_calls
from runs.item_history import item_history
from runs.models import Override, Run
from runs.selection import Selection, select_items

PAGE_SIZE = 100
CONTENT_TYPES = {"csv": csv.CONTENT_TYPE, "jsonl": jsonl.CONTENT_TYPE, "parquet": parquet.CONTENT_TYPE}
NDJSON = "application/x-ndjson"

FILTER_PARAMETERS = [
    OpenApiParameter("q", str, description="A text in the input, the output or an explanation; `in` says where."),
    OpenApiParameter("in", str, description="`input`, `output`, `explanation`, with commas between several."),
    OpenApiParameter("failing", bool),
    OpenApiParameter("error", bool, description="Answers and scores that ended in an error."),
    OpenApiParameter("set", str, description="A set of items that an insight or a failure group of the run names."),
    OpenApiParameter("review", str, enum=[*ReviewState.values, NO_REVIEW]),
    OpenApiParameter(
        "sort",
        str,
        description="`ordinal`, `overall` or `m.<metric>`; `-` before it turns it round. Further filters: "
        "`m.<metric>=0.2..0.8`, `status.<metric>=failing`, `meta.<key>=<value>`.",
    ),
]
REPEAT_PARAMETER = OpenApiParameter("repeat", {"type": "integer", "minimum": 0, "maximum": MOST_REPEAT, "default": 0})


class NdjsonRenderer(BaseRenderer):
    """Stands for the stream where callers say what they accept; writes errors that come before its first line."""

    media_type = NDJSON
    format = "ndjson"

    def render(
        self, data: object, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)


class RunItemsView(RunView):
    """What the views of a run's items have in common: which run, and which of its items."""

    def selected(self, run: Run, query: QueryDict) -> Selection:
        """The items that the address asks for. Raises `Invalid` for what in it cannot be understood."""
        form = ItemFilterForm(query, run=run)
        filters = form.filters()
        if form.problems:
            raise Invalid("filter_not_understood", form.problems[0])
        return select_items(run, filters)


class RunItemList(RunItemsView):
    """The items of a run, each with the scores of all metrics."""

    renderer_classes = (JSONRenderer, NdjsonRenderer)

    @extend_schema(
        operation_id="list_run_items",
        parameters=[
            PAGE_PARAMETERS[0],
            OpenApiParameter("size", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": PAGE_SIZE}),
            *FILTER_PARAMETERS,
        ],
        responses={(200, "application/json"): page_of(RunItemOut), (200, NDJSON): RunItemOut},
        description="A page, or with `Accept: application/x-ndjson` all items as a stream, one to a line.",
    )
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        run = self.run(run_id)
        selection = self.selected(run, request.query_params)
        if request.accepted_renderer.media_type == NDJSON:
            return StreamingHttpResponse(_lines(export_rows(run, selection.places)), content_type=NDJSON)
        page = _page(run, selection, PageWish.of(request, usual=PAGE_SIZE))
        return Response({"results": page.rows, "next": address_behind(request, page.last)})


def _lines(chunks: Iterable[list[ExportRow]]) -> Iterator[bytes]:
    for rows in chunks:
        yield b"".join(orjson.dumps(item_told(row), option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _page(run: Run, selection: Selection, wish: PageWish) -> Page[dict[str, Any]]:
    places = selection.behind(wish.after, most=wish.size + 1)
    shown = places[: wish.size].tolist()
    rows = [item_told(row) for chunk in export_rows(run, shown) for row in chunk]
    return Page(rows, shown[-1] if len(places) > wish.size else None)


class RunExport(RunItemsView):
    """The items of a run as a file, as its page gives them out."""

    renderer_classes = (JSONRenderer,)

    @extend_schema(
        operation_id="export_run_items",
        parameters=[
            OpenApiParameter("file_format", str, OpenApiParameter.PATH, enum=list(CONTENT_TYPES)),
            OpenApiParameter("columns", str, description="Only these, with commas between them."),
            *FILTER_PARAMETERS,
        ],
        responses={
            (200, content_type.partition(";")[0]): OpenApiResponse(bytes, "The file.")
            for content_type in CONTENT_TYPES.values()
        },
    )
    def get(self, request: Request, run_id: UUID, file_format: str) -> HttpResponseBase:
        run = self.run(run_id)
        if file_format not in CONTENT_TYPES:
            raise NotFound("format_unknown", f'Items cannot be exported as "{file_format}"; use csv, jsonl or parquet.')
        name = f"{slugify(run.name)[:100] or f'run-{run.pk}'}.{file_format}"
        return StreamingHttpResponse(
            self._pieces(run, request.query_params, file_format),
            content_type=CONTENT_TYPES[file_format],
            headers={"Content-Disposition": str(content_disposition_header(as_attachment=True, filename=name))},
        )

    def _pieces(self, run: Run, query: QueryDict, file_format: str) -> Iterator[bytes]:
        columns = columns_of(run, [name for word in query.getlist("columns") for name in word.split(",") if name])
        chunks = export_rows(run, self.selected(run, query).places)
        if file_format == "csv":
            return csv.write_csv(chunks, columns)
        if file_format == "parquet":
            return parquet.write_parquet(chunks, columns)
        return jsonl.write_jsonl(chunks, run, groups=frozenset(column.group for column in columns))


class AppearanceOut(serializers.Serializer[Any]):
    """The item as it came out in one run over the dataset, with the beginning of its output."""

    run = serializers.UUIDField(source="run.uuid")
    name = serializers.CharField(source="run.name")
    status = serializers.CharField()
    passed = serializers.BooleanField(allow_null=True)
    overall = serializers.FloatField(source="run_item.overall", allow_null=True)
    excerpt = serializers.CharField()


class OpinionOut(serializers.Serializer[Any]):
    """A person's value beside a score."""

    metric = serializers.CharField(source="metric.key")
    author = serializers.SerializerMethodField()
    value = serializers.FloatField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes fields out of the class
    note = serializers.CharField()
    spans = serializers.JSONField()
    source = serializers.CharField()  # type: ignore[assignment]  # as above

    def get_author(self, opinion: Override) -> str:
        return str(opinion.author or opinion.annotator)


class RunItemDetailOut(RunItemOut):
    """One item with what is too long for lists."""

    trace = serializers.JSONField(allow_null=True)
    opinions = OpinionOut(many=True, help_text="What people said of it.")
    history = AppearanceOut(many=True, help_text="The same item in other runs over the dataset, the newest first.")
    history_in_words = serializers.CharField()


class RunItemDetail(RunItemsView):
    """One item of a run."""

    @extend_schema(operation_id="read_run_item", parameters=[REPEAT_PARAMETER], responses=RunItemDetailOut)
    def get(self, request: Request, run_id: UUID, ordinal: int) -> Response:
        run = self.run(run_id)
        repeat = read_repeat(request.query_params)
        place = ordinal * run.repeats + repeat
        is_there = repeat < run.repeats and place < run.item_count
        found = [row for rows in export_rows(run, [place] if is_there else []) for row in rows]
        if not found:
            raise NotFound("item_not_answered", f'Run "{run}" has no answer number {ordinal}, or none yet.')
        return Response(_in_detail(run, found[0]))


def _in_detail(run: Run, row: ExportRow) -> dict[str, Any]:
    run_item = row.run_item
    history = item_history(run, run_item, excerpt=run_item.output[:240])
    opinions = Override.objects.filter(run_item=run_item, is_current=True).select_related("metric", "author")
    return {
        **item_told(row),
        "trace": row.trace,
        "opinions": OpinionOut(opinions.order_by("id"), many=True).data,
        "history": AppearanceOut(history.appearances, many=True).data,
        "history_in_words": history.sentence,
    }


class JudgeCallOut(serializers.Serializer[Any]):
    """What a judge was asked and what it said; it is asked once more after a reply that cannot be read."""

    attempt = serializers.IntegerField()
    request = serializers.JSONField()
    reply = serializers.CharField()
    created_at = serializers.DateTimeField()


class JudgeCallsOut(serializers.Serializer[Any]):
    """Every call for one score."""

    results = JudgeCallOut(many=True)


class JudgeCalls(RunView):
    """The judge's own calls behind one score."""

    @extend_schema(operation_id="list_judge_calls", parameters=[REPEAT_PARAMETER], responses=JudgeCallsOut)
    def get(self, request: Request, run_id: UUID, ordinal: int, metric: str) -> Response:
        calls = read_judge_calls(self.run(run_id), ordinal, read_repeat(request.query_params), metric)
        return Response({"results": JudgeCallOut(calls, many=True).data})
