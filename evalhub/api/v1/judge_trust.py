"""How far the judges of a project agree with its people."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from metrics.statistics.agreement import word_for
from runs.choices import CompareAs
from runs.models import JudgeTrust, TrustWork
from runs.services.judge_trust import ask_for_measurement
from runs.trust.badges import stored_kappa


class JudgeTrustOut(serializers.Serializer[JudgeTrust]):
    """One revision of a judge metric, asked of one model, measured against people; intervals are of 95 %."""

    metric = serializers.UUIDField(source="metric.uuid")
    key = serializers.CharField(source="metric.key")
    name = serializers.CharField(source="metric.name")
    revision = serializers.IntegerField(source="revision.number")
    is_current_revision = serializers.SerializerMethodField()
    judge_model = serializers.CharField()
    human_metric = serializers.UUIDField(
        source="human_metric.uuid", default=None, allow_null=True, help_text="Null: people's values of the same metric."
    )
    compare_as = serializers.ChoiceField(choices=CompareAs.choices)
    threshold = serializers.FloatField(allow_null=True)
    rows = serializers.IntegerField(source="n_rows", help_text="Items that both have spoken of.")
    agreement = serializers.FloatField(allow_null=True, help_text="The share of rows with the same verdict.")
    kappa = serializers.FloatField(allow_null=True)
    kappa_low = serializers.FloatField(allow_null=True)
    kappa_high = serializers.FloatField(allow_null=True)
    word = serializers.SerializerMethodField()
    rho = serializers.FloatField(allow_null=True, help_text="Spearman's rank correlation.")
    people = serializers.IntegerField(source="n_people")
    people_agreement = serializers.FloatField(allow_null=True)
    alpha = serializers.FloatField(allow_null=True, help_text="Krippendorff's, of people among themselves.")
    alpha_low = serializers.FloatField(allow_null=True)
    alpha_high = serializers.FloatField(allow_null=True)
    measured_at = serializers.DateTimeField()
    has_newer_verdicts = serializers.SerializerMethodField()

    def get_is_current_revision(self, trust: JudgeTrust) -> bool:
        return trust.revision_id == trust.metric.current_revision_id

    def get_word(self, trust: JudgeTrust) -> str:
        return word_for(stored_kappa(trust)).value

    def get_has_newer_verdicts(self, trust: JudgeTrust) -> bool:
        return vars(trust)["asked_at"] is not None


class MeasurementOut(serializers.Serializer[TrustWork]):
    """What was asked for; `asked_at` is null once it is done."""

    asked_at = serializers.DateTimeField(allow_null=True)
    measured_at = serializers.DateTimeField(allow_null=True)


class JudgeTrustList(ApiView):
    """The measurements of a project's judges."""

    @extend_schema(operation_id="list_judge_trust", parameters=PAGE_PARAMETERS, responses=page_of(JudgeTrustOut))
    def get(self, request: Request, project_id: UUID) -> Response:
        measured = JudgeTrust.objects.filter(project=self.project(project_id)).without_rows().with_state()
        named = measured.select_related("metric", "revision", "human_metric")
        return answer_page(request, newest_first(named, PageWish.of(request)), JudgeTrustOut)


class JudgeMeasurement(ApiView):
    """Having a project's judges measured."""

    @extend_schema(operation_id="measure_judges", request=None, responses={202: MeasurementOut})
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        ask_for_measurement(project, by=self.person)
        return Response(MeasurementOut(TrustWork.objects.get(project=project)).data, status=202)
