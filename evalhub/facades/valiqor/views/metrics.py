"""The metrics that there are, and those that a project has taken up."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.core.errors import Invalid
from evalhub.facades.valiqor.base import ValiqorView
from evalhub.facades.valiqor.body import read_text
from evalhub.facades.valiqor.translate import metric_body, project_metric_body
from metrics.models import Metric
from metrics.project_metrics import add_project_metric, hosted_and_own_metrics

_LONGEST_KEY, _LONGEST_NAME = 120, 200


class MetricTemplates(ValiqorView):
    """The metrics of the catalogue, and the team's own."""

    def get(self, request: Request) -> Response:
        return Response([metric_body(metric) for metric in hosted_and_own_metrics(self.key.team)])


class ProjectMetrics(ValiqorView):
    """A project's metrics, in the order in which they were added; one that is posted again is changed."""

    def get(self, request: Request, project_id: str) -> Response:
        added = self.project_of(project_id).project_metrics.filter(is_enabled=True, metric__archived_at=None)
        settings = added.select_related("metric__current_revision").order_by("id")
        return Response([project_metric_body(setting) for setting in settings])

    def post(self, request: Request, project_id: str) -> Response:
        project = self.project_of(project_id)
        require_right(self.person, Right.CONFIGURE, project)
        body = self.sent()
        key = read_text(body, "key", longest=_LONGEST_KEY)
        metric = Metric.objects.usable_in(project).with_current_revision().filter(key=key).first()
        if metric is None:
            raise Invalid("metric_unknown", f'Metric "{key}" is unknown; see the metric templates.', field="key")
        setting, is_new = add_project_metric(
            project,
            metric=metric,
            name=read_text(body, "display_name", longest=_LONGEST_NAME),
            weight=_weight(body.get("default_weight")),
            by=self.person,
        )
        return Response(project_metric_body(setting), status=201 if is_new else 200)


def _weight(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid("weight_invalid", "`default_weight` must be a number.", field="default_weight")
    return float(value)
