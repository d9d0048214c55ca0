"""How a project stands: the numbers of its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.base import ApiView
from evalhub.api.v1.run_requests import is_uuid
from evalhub.api.v1.run_shapes import BaselineOut, DifferenceOut
from evalhub.core.errors import Invalid
from runs.project_overview import DatasetLine, MetricLine, ProjectOverview, project_overview_of


class RunLineOut(serializers.Serializer[Any]):
    """A run in a line of the overview."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    state = serializers.CharField()
    overall = serializers.FloatField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class DatasetLineOut(serializers.Serializer[DatasetLine]):
    """A dataset and how its last finished run came out."""

    id = serializers.UUIDField(source="dataset.uuid")
    key = serializers.CharField(source="dataset.key")
    name = serializers.CharField(source="dataset.name")
    last_run = RunLineOut(allow_null=True)
    grade = serializers.CharField()


class MetricLineOut(serializers.Serializer[MetricLine]):
    """A metric in the last finished run."""

    key = serializers.CharField(source="metric.key")
    name = serializers.CharField(source="metric.name")
    mean = serializers.FloatField(source="metric.mean", allow_null=True)
    ci_low = serializers.FloatField(source="metric.ci_low", allow_null=True)
    ci_high = serializers.FloatField(source="metric.ci_high", allow_null=True)
    threshold = serializers.FloatField(source="metric.threshold", allow_null=True)
    failing = serializers.IntegerField()
    is_below = serializers.BooleanField(help_text="Worse than its threshold.")
    difference = DifferenceOut(source="delta", allow_null=True)


class OverviewOut(serializers.Serializer[ProjectOverview]):
    """The trend and the metrics are of one dataset: the one asked for, else the one that finished a run last."""

    dataset = DatasetLineOut(source="shown", allow_null=True)
    last_run = RunLineOut(allow_null=True)
    baseline = BaselineOut(allow_null=True)
    grade = serializers.CharField()
    is_passing = serializers.BooleanField()
    metrics = MetricLineOut(source="lines", many=True)
    history = RunLineOut(many=True, help_text="Finished runs over the dataset, the newest first.")
    datasets = DatasetLineOut(many=True)


class Overview(ApiView):
    """How a project stands."""

    @extend_schema(
        operation_id="read_overview",
        parameters=[OpenApiParameter("dataset", UUID, description="Over this dataset.")],
        responses=OverviewOut,
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        dataset_id = None
        if said := request.query_params.get("dataset"):
            dataset = project.datasets.filter(uuid=said).first() if is_uuid(said) else None
            if dataset is None:
                raise Invalid("dataset_unknown", f'The project has no dataset "{said}".', field="dataset")
            dataset_id = dataset.pk
        return Response(OverviewOut(project_overview_of(project, dataset_id=dataset_id)).data)
