"""What can be measured, by which models, and where: metrics, models, regions."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.facades.gradient.addresses import whole_address
from evalhub.facades.gradient.paging import Page
from evalhub.facades.gradient.test_cases import listed_metrics
from evalhub.facades.gradient.translate.agents import model_object
from evalhub.facades.gradient.translate.metrics import metric_objects
from evalhub.facades.gradient.views.base import GradientView


class MetricList(GradientView):
    """Every metric that a test case may name."""

    def get(self, request: Request) -> Response:
        return Response({"metrics": metric_objects(listed_metrics(self.account))})


class ModelList(GradientView):
    """The connections with a model, as models that agents may use."""

    def get(self, request: Request) -> Response:
        page, models = Page.of(request), self.account.models()
        shown = [model_object(connection) for connection in page.rows(models)]
        return Response({"models": shown, **page.around(models.count())})


class RegionList(GradientView):
    """The one place there is: this server."""

    def get(self, request: Request) -> Response:
        address = whole_address(request, "/")
        region = {
            "region": "local",
            "inference_url": address,
            "stream_inference_url": address,
            "serves_batch": True,
            "serves_inference": True,
        }
        wanted = {name: request.query_params.get(name) for name in ("serves_batch", "serves_inference")}
        return Response({"regions": [] if "false" in wanted.values() else [region]})
