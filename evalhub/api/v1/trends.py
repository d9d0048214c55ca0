"""Trends: how the metrics of a project came out from run to run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.api.v1.run_requests import is_uuid
from evalhub.api.v1.runs import RunView
from evalhub.core.errors import Invalid
from runs.models import RunMetric

_PARAMETERS = [
    OpenApiParameter("metric", str, description="Only the metric of this key."),
    OpenApiParameter("dataset", UUID, description="Only runs over this dataset."),
    OpenApiParameter("target", str, description="Only runs of the target with this name."),
]


class TrendPointOut(serializers.Serializer[RunMetric]):
    """One metric of one finished run. Mean and 95 % interval are in the metric's unit."""

    metric = serializers.CharField(source="key")
    run = serializers.UUIDField(source="run.uuid")
    run_name = serializers.CharField(source="run.name")
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


class Trends(RunView):
    """The metrics of a project's finished runs, the newest run first."""

    @extend_schema(
        operation_id="list_trends", parameters=[*PAGE_PARAMETERS, *_PARAMETERS], responses=page_of(TrendPointOut)
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        runs = self.runs().finished().filter(project=self.project(project_id), **_said(request))
        points = RunMetric.objects.filter(run__in=runs).select_related(
            "run__dataset", "run__dataset_version", "run__target"
        )
        if key := request.query_params.get("metric"):
            points = points.filter(key=key)
        return answer_page(request, newest_first(points, PageWish.of(request)), TrendPointOut)


def _said(request: Request) -> dict[str, Any]:
    """The filters of runs in the address. Raises `Invalid` for a dataset that is no id."""
    dataset = request.query_params.get("dataset")
    if dataset and not is_uuid(dataset):
        raise Invalid("dataset_unknown", f'"{dataset}" is not the id of a dataset.', field="dataset")
    wanted = {"dataset__uuid": dataset, "target__name": request.query_params.get("target")}
    return {lookup: value for lookup, value in wanted.items() if value}
