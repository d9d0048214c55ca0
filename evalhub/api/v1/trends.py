"""Trends: how the metrics of a project came out from run to run, and what the paired test said of each step."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first
from evalhub.api.v1.releases import ReleaseOut
from evalhub.api.v1.run_requests import is_uuid
from evalhub.api.v1.runs import RunView
from evalhub.core.errors import Invalid
from runs.choices import Incomparable, RunSide, VerdictKind
from runs.models import Run, RunMetric, RunVerdict
from runs.run_filters import METRIC_PREFIX
from runs.trends.wish import BRANCH

_MOST_RELEASES = 100
_PARAMETERS = [
    OpenApiParameter("metric", str, description="Only the metric of this key."),
    OpenApiParameter("dataset", UUID, description="Only runs over this dataset."),
    OpenApiParameter("target", str, description="Only runs of the target with this name."),
    OpenApiParameter("tag", str, description="Only runs with this tag."),
    OpenApiParameter("branch", str, description="Only runs whose metadata has this `branch`."),
]


class VerdictOut(serializers.ModelSerializer[RunVerdict]):
    """What the paired test found over the items of both runs; the difference is in the metric's unit.

    `adjusted_p` is corrected by Holm over all measures of the two runs. Numbers are null where `verdict` is
    `not_comparable`, and `reason` says why.
    """

    run = serializers.UUIDField(source="against.uuid", help_text="The other run.")
    run_name = serializers.CharField(source="against.name")
    items = serializers.IntegerField(help_text="How many items both have a score of.")
    verdict = serializers.ChoiceField(VerdictKind.choices)
    reason = serializers.ChoiceField(Incomparable.choices, allow_blank=True)

    class Meta:
        model = RunVerdict
        fields = (
            *("run", "run_name", "items", "difference", "ci_low", "ci_high", "p", "adjusted_p"),
            *("verdict", "reason"),
        )


class TrendPointOut(serializers.Serializer[RunMetric]):
    """One metric of one finished run. Mean and 95 % interval are in the metric's unit."""

    metric = serializers.CharField(source="key")
    run = serializers.UUIDField(source="run.uuid")
    run_name = serializers.CharField(source="run.name")
    started_at = serializers.DateTimeField(source="run.created_at")
    finished_at = serializers.DateTimeField(source="run.finished_at")
    dataset = serializers.UUIDField(source="run.dataset.uuid")
    dataset_version = serializers.IntegerField(source="run.dataset_version.number")
    target = serializers.CharField(source="run.target.name")
    target_version = serializers.CharField(source="run.target.version")
    mean = serializers.FloatField(allow_null=True)
    ci_low = serializers.FloatField(allow_null=True)
    ci_high = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField(allow_null=True)
    scored = serializers.IntegerField(source="n_scored")
    unscored = serializers.IntegerField(source="n_unscored")
    errored = serializers.IntegerField(source="n_errored")
    against_previous = serializers.SerializerMethodField(
        help_text="Against the run of the same target and dataset before it; null for the first, or not found yet."
    )
    against_baseline = serializers.SerializerMethodField(
        help_text="Against the baseline pinned now; null where there is none, or not found yet."
    )

    @extend_schema_field(VerdictOut(allow_null=True))
    def get_against_previous(self, metric: RunMetric) -> dict[str, Any] | None:
        return _verdict(metric, RunSide.PREVIOUS)

    @extend_schema_field(VerdictOut(allow_null=True))
    def get_against_baseline(self, metric: RunMetric) -> dict[str, Any] | None:
        return _verdict(metric, RunSide.BASELINE)


def _verdict(metric: RunMetric, side: RunSide) -> dict[str, Any] | None:
    wanted = (side, METRIC_PREFIX + metric.key)
    verdicts = (one for one in metric.run.verdicts.all() if (one.side, one.measure) == wanted)
    verdict = next(verdicts, None)
    return None if verdict is None else dict(VerdictOut(verdict).data)


class TrendPage(serializers.Serializer[Any]):
    """A page of points, and the releases marked in the project."""

    results = TrendPointOut(many=True)
    next = serializers.URLField(allow_null=True, help_text="The address of the next page; null on the last.")
    releases = ReleaseOut(many=True, help_text="The latest hundred.")


class Trends(RunView):
    """The metrics of a project's finished runs, the newest run first."""

    @extend_schema(operation_id="list_trends", parameters=[*PAGE_PARAMETERS, *_PARAMETERS], responses=TrendPage)
    def get(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        runs = self.runs().finished().filter(project=project, **_said(request))
        points = _with_verdicts(RunMetric.objects.filter(run__in=runs))
        if key := request.query_params.get("metric"):
            points = points.filter(key=key)
        page = newest_first(points, PageWish.of(request))
        releases = project.releases.select_related("project", "created_by")[:_MOST_RELEASES]
        shown = answer_page(request, page, TrendPointOut)
        shown.data["releases"] = ReleaseOut(releases, many=True).data
        return shown


def _with_verdicts(points: Any) -> Any:  # noqa: ANN401  # a queryset, whose class is built from its manager
    """Points with everything that is told of them, in two queries."""
    standing = RunVerdict.objects.standing().select_related("against")
    runs = Run.objects.select_related("dataset", "dataset_version", "target").prefetch_related(
        Prefetch("verdicts", standing)
    )
    return points.prefetch_related(Prefetch("run", runs))


def _said(request: Request) -> dict[str, Any]:
    """The filters of runs in the address. Raises `Invalid` for a dataset that is no id."""
    asked = request.query_params
    dataset, tag = asked.get("dataset"), asked.get("tag")
    if dataset and not is_uuid(dataset):
        raise Invalid("dataset_unknown", f'"{dataset}" is not the id of a dataset.', field="dataset")
    wanted = {
        "dataset__uuid": dataset,
        "target__name": asked.get("target"),
        "tags__contains": [tag] if tag else None,
        f"metadata__{BRANCH}": asked.get("branch"),
    }
    return {lookup: value for lookup, value in wanted.items() if value}
