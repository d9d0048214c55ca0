"""Insights of runs, comparisons and projects: what stands out, with numbers, advice and where its items are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.base import ApiView
from evalhub.api.v1.comparisons import CLUSTER, RUNS, ComparisonView, position_of
from evalhub.api.v1.runs import RunView
from runs.choices import GroupState, InsightKind
from runs.insights.between import BetweenInsight, insights_between
from runs.insights.group_history import ShownGroup, group_history
from runs.insights.reading import RunInsights, ShownInsight, insights_of_project, insights_of_run, last_runs_of
from runs.models import Run
from runs.services.insights import recompute_insights

TONES = ("bad", "warn", "good", "neutral")


class ComparedInsightOut(serializers.Serializer[BetweenInsight]):
    """Something worth a look. `items` is how many items it is about."""

    key = serializers.CharField(help_text="Of what it is; the same when it is computed again.")
    kind = serializers.ChoiceField(choices=InsightKind.choices)
    tone = serializers.ChoiceField(choices=[(tone, tone) for tone in TONES])
    title = serializers.CharField(source="said.title", help_text="For people, with its numbers.")
    detail = serializers.CharField(source="said.detail")
    advice = serializers.CharField(help_text="What to look at next.")
    items = serializers.IntegerField(source="count")


class InsightOut(ComparedInsightOut):
    """An insight of a run. `query` chooses its items where the items of the run are listed."""

    key = serializers.CharField(source="insight.key", help_text="Of what it is; the same when it is computed again.")
    run = serializers.UUIDField(source="run.uuid")
    metric = serializers.CharField(source="insight.metric_key", allow_blank=True)
    other_metric = serializers.CharField(source="insight.other_key", allow_blank=True)
    numbers = serializers.DictField(
        source="insight.numbers", help_text="Counts, differences, intervals (`ci_low`, `ci_high`) and adjusted `p`."
    )
    query = serializers.CharField(help_text="As in `/api/v1/runs/{id}/items/?{query}`.")


class RunInsightsOut(serializers.Serializer[RunInsights]):
    """The insights of a run. Without `computed_at` they were not computed yet; `is_wanted`: they are about to be."""

    computed_at = serializers.DateTimeField(source="report.computed_at", allow_null=True, default=None)
    is_wanted = serializers.BooleanField()
    has_failed = serializers.BooleanField(help_text="Several tries failed; POST to try again.")
    notes = serializers.ListField(
        source="report.notes", child=serializers.CharField(), default=list, help_text="What was left out."
    )
    insights = InsightOut(source="shown", many=True)


class ProjectInsightsOut(serializers.Serializer[Any]):
    """What needs a look in the last finished run of each dataset."""

    insights = InsightOut(many=True)


class ComparisonInsightsOut(serializers.Serializer[Any]):
    """Insights on one candidate against the baseline."""

    candidate = serializers.UUIDField()
    insights = ComparedInsightOut(many=True)


class FailureGroupOut(serializers.Serializer[ShownGroup]):
    """Items that fail alike. `line` is the same group's number in every run of the dataset."""

    line = serializers.IntegerField(source="group.line")
    state = serializers.ChoiceField(source="group.state", choices=GroupState.choices, help_text="Since the run before.")
    size = serializers.IntegerField(source="group.size")
    before = serializers.IntegerField(source="group.before", help_text="Its size in the run before.")
    joined = serializers.IntegerField(source="group.came")
    left = serializers.IntegerField(source="group.left")
    p = serializers.FloatField(source="group.p", allow_null=True)
    terms = serializers.ListField(source="group.terms", child=serializers.CharField())
    example = serializers.CharField(source="group.example", allow_blank=True)
    query = serializers.CharField(
        help_text="As in `/api/v1/runs/{id}/items/?{query}`; nothing of a group that is gone."
    )
    sizes = serializers.SerializerMethodField(help_text="Its size in the runs before and in this one; null: not there.")

    def get_sizes(self, shown: ShownGroup) -> list[int | None]:
        return [past.size for past in shown.past]


class FailureGroupsOut(serializers.Serializer[Any]):
    """The failure groups of a run, and those of the run before that are gone."""

    runs = serializers.ListField(child=serializers.UUIDField(), help_text="What each of `sizes` is of.")
    failing = serializers.IntegerField(help_text="Items that fail a metric or as a whole.")
    grouped = serializers.IntegerField(help_text="How many of them were read.")
    groups = FailureGroupOut(many=True)


def _found(view: RunView, run_id: UUID) -> Run:
    return get_object_or_404(view.runs().with_names().with_metrics(), uuid=run_id)


class InsightsOfRun(RunView):
    """What stands out in a run."""

    @extend_schema(operation_id="list_run_insights", responses=RunInsightsOut)
    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(RunInsightsOut(insights_of_run(_found(self, run_id))).data)

    @extend_schema(
        operation_id="recompute_run_insights",
        request=None,
        responses={202: RunInsightsOut},
        description="Compute the insights of a finished run again.",
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        run = _found(self, run_id)
        recompute_insights(run, by=self.person)
        return Response(RunInsightsOut(insights_of_run(run)).data, status=202)


class FailureGroupsOfRun(RunView):
    """Groups of a run's items that fail alike, followed from the run before."""

    @extend_schema(operation_id="list_failure_groups", responses=FailureGroupsOut)
    def get(self, request: Request, run_id: UUID) -> Response:
        history = group_history(_found(self, run_id))
        shown = {
            "runs": [run.uuid for run in history.runs],
            "failing": history.report.failing if history.report else 0,
            "grouped": history.report.grouped if history.report else 0,
            "groups": history.groups,
        }
        return Response(FailureGroupsOut(shown).data)


class InsightsOfProject(ApiView):
    """What needs a look in a project."""

    @extend_schema(operation_id="list_project_insights", responses=ProjectInsightsOut)
    def get(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        found: list[ShownInsight] = insights_of_project(last_runs_of(project))
        return Response(ProjectInsightsOut({"insights": found}).data)


class InsightsOfComparison(ComparisonView):
    """What stands out in a candidate against the baseline."""

    @extend_schema(
        operation_id="list_comparison_insights",
        parameters=[
            *(RUNS, CLUSTER),
            OpenApiParameter("candidate", str, description="A run id; the second run unless given."),
        ],
        responses=ComparisonInsightsOut,
    )
    def get(self, request: Request) -> Response:
        comparison = self.comparison(request)
        position = position_of(comparison, request.query_params.get("candidate", ""))
        shown = {
            "candidate": comparison.runs[position].uuid,
            "insights": insights_between(comparison, position),
        }
        return Response(ComparisonInsightsOut(shown).data)
