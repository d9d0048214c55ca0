"""Item histories: what each item of a dataset did from run to run."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.pagination import PAGE_PARAMETERS, Page, PageWish, answer_page, page_of
from evalhub.api.v1.comparisons import choice_of
from evalhub.api.v1.dataset_views import DatasetView
from evalhub.core.errors import Invalid
from runs.history.grid import MOST_RUNS, Course, ItemGrid
from runs.history.rows import HistoryRow, Mark, history_rows
from runs.history.runs import history_runs, metrics_that_pass
from runs.history.selection import HistoryOrder, HistorySelection
from runs.models import Run


class MarkOut(serializers.Serializer[Mark]):
    """The item in one run."""

    run = serializers.UUIDField(source="run.uuid")
    run_name = serializers.CharField(source="run.name")
    status = serializers.ChoiceField(choices=["passed", "failed", "unscored", "absent"])
    ordinal = serializers.IntegerField(allow_null=True, help_text="Null where the run does not have the item.")
    passed_repeats = serializers.IntegerField(source="passes")
    known_repeats = serializers.IntegerField(source="known")


class HistoryRowOut(serializers.Serializer[HistoryRow]):
    """One item over the runs, the oldest first."""

    key = serializers.CharField(allow_blank=True)
    input = serializers.CharField(help_text="The beginning.")
    course = serializers.ChoiceField(choices=[course.value for course in Course])
    history = serializers.CharField(source="sentence", allow_blank=True)
    failures = serializers.IntegerField()
    turns = serializers.IntegerField(help_text="How often it changed between passed and failed.")
    first_failed = serializers.UUIDField(source="first_failed.uuid", default=None, allow_null=True)
    since = serializers.UUIDField(
        source="since.uuid", default=None, allow_null=True, help_text="The run since which it stands as it does."
    )
    runs = MarkOut(many=True, source="marks")


class ItemHistory(DatasetView):
    """The items of a dataset's newest finished runs, the worst first."""

    @extend_schema(
        operation_id="list_item_history",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("metric", str, description="What passes; the runs' own verdict unless given."),
            OpenApiParameter("target", str, description="Only runs of the target with this name."),
            OpenApiParameter("tag", str, description="Only runs with this tag."),
            OpenApiParameter("count", {"type": "integer", "minimum": 1, "maximum": MOST_RUNS, "default": MOST_RUNS}),
            OpenApiParameter("show", str, enum=[course.value for course in Course]),
            OpenApiParameter("sort", str, enum=[order.value for order in HistoryOrder]),
        ],
        responses=page_of(HistoryRowOut),
    )
    def get(self, request: Request, dataset_id: UUID) -> Response:
        said = request.query_params
        runs = history_runs(
            self.within_key(Run.objects.visible_to(self.person)),
            self.dataset(dataset_id),
            target=said.get("target", ""),
            tag=said.get("tag", ""),
            count=_count(said.get("count", "")),
        )
        metric = said.get("metric", "")
        known = metrics_that_pass(runs)
        if metric and metric not in known:
            raise Invalid(
                "metric_unknown", f'No run says what passes "{metric}"; there are: {", ".join(known)}.', field="metric"
            )
        grid = ItemGrid(runs, metric_key=metric)
        order = choice_of(HistoryOrder, request, "sort") or HistoryOrder.WORST
        selection = HistorySelection(grid, course=choice_of(Course, request, "show"), order=order)
        wish = PageWish.of(request)
        start = wish.after or 0
        rows = selection.rows[start : start + wish.size]
        end = start + len(rows)
        page = Page(history_rows(grid, rows), end if end < selection.total else None)
        return answer_page(request, page, HistoryRowOut)


def _count(text: str) -> int:
    """Raises `Invalid` for what is no number of runs."""
    if not text:
        return MOST_RUNS
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST_RUNS):
        raise Invalid("count_invalid", f"A history is over 1 to {MOST_RUNS} runs.", field="count")
    return int(text)
