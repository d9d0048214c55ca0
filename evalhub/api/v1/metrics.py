"""Metrics: list, make, read, archive; their revisions."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, by_number, newest_first, page_of
from evalhub.api.v1.metric_shapes import (
    MetricChange,
    MetricIn,
    MetricOut,
    RevisionIn,
    RevisionOut,
    definition_fields,
)
from metrics.choices import Category, MetricKind
from metrics.definitions import MetricDefinition
from metrics.models import Metric, MetricQuerySet, MetricRevision
from metrics.services import (
    MetricDraft,
    archive_metric,
    create_metric,
    describe_metric,
    restore_metric,
    revise_metric,
)

_FILTERS = ("key", "kind", "category")


class MetricView(ApiView):
    """A view of metrics."""

    def metrics(self) -> MetricQuerySet:
        """Those that ship with EvalHub and those of the caller's teams."""
        known = Metric.objects.filter(Q(team=None) | Q(team__in=self.teams()))
        return known.select_related("team", "current_revision")

    def metric(self, metric_id: UUID) -> Metric:
        return get_object_or_404(self.metrics(), uuid=metric_id)


class MetricList(MetricView):
    """All metrics that the caller sees."""

    @extend_schema(
        operation_id="list_metrics",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("key", str),
            OpenApiParameter("kind", str, enum=MetricKind.values),
            OpenApiParameter("category", str, enum=Category.values),
        ],
        responses=page_of(MetricOut),
    )
    def get(self, request: Request) -> Response:
        wanted = {name: request.query_params[name] for name in _FILTERS if request.query_params.get(name)}
        metrics = self.metrics().filter(archived_at=None, **wanted)
        return answer_page(request, newest_first(metrics, PageWish.of(request)), MetricOut)


class TeamMetricList(MetricView):
    """The metrics of a team."""

    @extend_schema(operation_id="create_metric", request=MetricIn, responses={201: MetricOut})
    def post(self, request: Request, team_slug: str) -> Response:
        team = self.team(team_slug)
        require_right(self.person, Right.CONFIGURE, team)
        asked = MetricIn(data=request.data)
        asked.is_valid(raise_exception=True)
        wishes = asked.validated_data
        draft = MetricDraft(
            name=wishes["name"],
            key=wishes.get("key", ""),
            description=wishes.get("description", ""),
            kind=MetricKind(wishes["kind"]),
            category=Category(wishes.get("category", Category.OTHER)),
            definition=MetricDefinition(**definition_fields(wishes)),
        )
        metric = create_metric(team=team, draft=draft, by=self.person)
        return self.created(MetricOut(metric).data, address=self.address_of("metric", metric.uuid))


class MetricDetail(MetricView):
    """One metric."""

    @extend_schema(operation_id="read_metric", responses=MetricOut)
    def get(self, request: Request, metric_id: UUID) -> Response:
        return Response(MetricOut(self.metric(metric_id)).data)

    @extend_schema(
        operation_id="change_metric",
        description="What it is called and said to be; what it measures changes by a new revision.",
        request=MetricChange,
        responses=MetricOut,
    )
    def patch(self, request: Request, metric_id: UUID) -> Response:
        metric = self.metric(metric_id)
        if metric.team:
            require_right(self.person, Right.CONFIGURE, metric.team)
        asked = MetricChange(data=request.data)
        asked.is_valid(raise_exception=True)
        stored = {name: getattr(metric, name) for name in ("name", "description", "category")}
        said = stored | asked.validated_data
        describe_metric(metric, by=self.person, **(said | {"category": Category(said["category"])}))
        return Response(MetricOut(metric).data)

    @extend_schema(
        operation_id="archive_metric",
        description="Offers the metric to no new run; what it measured stays. A POST to `restoration` brings it back.",
        responses={204: None},
    )
    def delete(self, request: Request, metric_id: UUID) -> Response:
        archive_metric(self.metric(metric_id), by=self.person)
        return Response(status=204)


class MetricRestoration(MetricView):
    """Bringing an archived metric back."""

    @extend_schema(operation_id="restore_metric", request=None, responses=MetricOut)
    def post(self, request: Request, metric_id: UUID) -> Response:
        restore_metric(self.metric(metric_id), by=self.person)
        return Response(MetricOut(self.metric(metric_id)).data)


class RevisionList(MetricView):
    """The revisions of a metric."""

    @extend_schema(operation_id="list_revisions", parameters=PAGE_PARAMETERS, responses=page_of(RevisionOut))
    def get(self, request: Request, metric_id: UUID) -> Response:
        revisions = MetricRevision.objects.filter(metric=self.metric(metric_id))
        return answer_page(request, by_number(revisions, PageWish.of(request), field="number"), RevisionOut)

    @extend_schema(
        operation_id="revise_metric",
        description="Gives the metric a new definition; runs keep theirs. One that it had before becomes current "
        "again: that revision is the answer, with status 200.",
        request=RevisionIn,
        responses={201: RevisionOut, 200: RevisionOut},
    )
    def post(self, request: Request, metric_id: UUID) -> Response:
        metric = self.metric(metric_id)
        asked = RevisionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        current = metric.current_revision
        stored = current.as_definition if current else MetricDefinition()
        known = set(metric.revisions.values_list("number", flat=True))
        revision = revise_metric(
            metric,
            definition=replace(stored, **definition_fields(asked.validated_data)),
            note=asked.validated_data.get("note", ""),
            by=self.person,
        )
        return Response(RevisionOut(revision).data, status=200 if revision.number in known else 201)
