"""What a project makes of each metric: its switch, threshold, weight, judge and parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, Page, PageWish, answer_page, newest_first, page_of
from evalhub.api.v1.metric_shapes import ProjectMetricChange, ProjectMetricOut
from evalhub.connections.models import Connection
from evalhub.core.errors import Invalid
from metrics.models import Metric, MetricQuerySet
from metrics.project_metrics import MetricSetting, configure_metric, settings_of


class ProjectMetricList(ApiView):
    """The metrics that runs of a project may measure."""

    @extend_schema(operation_id="list_project_metrics", parameters=PAGE_PARAMETERS, responses=page_of(ProjectMetricOut))
    def get(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        page = newest_first(_usable(project), PageWish.of(request))
        return answer_page(request, Page(settings_of(project, page.rows), page.last), ProjectMetricOut)


class ProjectMetricDetail(ApiView):
    """One metric as the project uses it."""

    @extend_schema(operation_id="read_project_metric", responses=ProjectMetricOut)
    def get(self, request: Request, project_id: UUID, metric_id: UUID) -> Response:
        return Response(ProjectMetricOut(_setting(self.project(project_id), metric_id)).data)

    @extend_schema(
        operation_id="change_project_metric",
        description="For runs to come; those that are there keep what they had.",
        request=ProjectMetricChange,
        responses=ProjectMetricOut,
    )
    def patch(self, request: Request, project_id: UUID, metric_id: UUID) -> Response:
        project = self.project(project_id)
        stored = _setting(project, metric_id)
        require_right(self.person, Right.CONFIGURE, project)
        asked = ProjectMetricChange(data=request.data)
        asked.is_valid(raise_exception=True)
        setting = replace(stored, **_with_connection(asked.validated_data, project))
        configure_metric(project, setting=setting, by=self.person)
        return Response(ProjectMetricOut(setting).data)


def _usable(project: Project) -> MetricQuerySet:
    return Metric.objects.usable_in(project).with_current_revision()


def _setting(project: Project, metric_id: UUID) -> MetricSetting:
    metric = get_object_or_404(_usable(project), uuid=metric_id)
    return settings_of(project, [metric])[0]


def _with_connection(wishes: dict[str, Any], project: Project) -> dict[str, Any]:
    if wishes.get("connection") is None:
        return wishes
    connection = Connection.objects.filter(team_id=project.team_id, uuid=wishes["connection"]).first()
    if connection is None:
        raise Invalid("connection_unknown", "The team has no such connection; list them.", field="connection")
    return wishes | {"connection": connection}
