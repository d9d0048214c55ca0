"""Evaluations: saved recipes with their versions, and when they start by themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.api.v1.evaluation_shapes import (
    EvaluationDetailOut,
    EvaluationIn,
    EvaluationOut,
    EvaluationVersionOut,
    NewEvaluationIn,
    evaluation_told,
    recipe_said,
)
from runs.models import Evaluation, EvaluationSchedule, EvaluationVersion
from runs.models.evaluation import EvaluationQuerySet
from runs.services import evaluations as evaluation_services
from runs.services import schedules
from runs.services.evaluations import newest_version


class EvaluationView(ApiView):
    """What the views of evaluations have in common."""

    def evaluations(self) -> EvaluationQuerySet:
        seen: EvaluationQuerySet = Evaluation.objects.visible_to(self.person).select_related("project__team")
        return self.within_key(seen)

    def evaluation(self, evaluation_id: UUID) -> Evaluation:
        return get_object_or_404(self.evaluations(), uuid=evaluation_id)

    def told(self, evaluation: Evaluation) -> dict[str, Any]:
        return evaluation_told(evaluation, newest_version(evaluation))


class EvaluationList(EvaluationView):
    """The evaluations of a project, the newest first."""

    @extend_schema(operation_id="list_evaluations", parameters=PAGE_PARAMETERS, responses=page_of(EvaluationOut))
    def get(self, request: Request, project_id: UUID) -> Response:
        found = self.evaluations().filter(project=self.project(project_id), archived_at=None)
        return answer_page(request, newest_first(found, PageWish.of(request)), EvaluationOut)

    @extend_schema(operation_id="create_evaluation", request=NewEvaluationIn, responses={201: EvaluationDetailOut})
    @transaction.atomic  # metrics of given scores stay only with the recipe that names them
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.START_RUN, project)
        asked = NewEvaluationIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        evaluation = evaluation_services.create_evaluation(
            project=project,
            recipe=recipe_said(said, project=project),
            by=self.person,
            key=said.get("key", ""),
            tags=said.get("tags", ()),
        )
        return self.created(self.told(evaluation), address=self.address_of("evaluation", evaluation.uuid))


class EvaluationDetail(EvaluationView):
    """One evaluation."""

    @extend_schema(operation_id="read_evaluation", responses=EvaluationDetailOut)
    def get(self, request: Request, evaluation_id: UUID) -> Response:
        return Response(self.told(self.evaluation(evaluation_id)))

    @extend_schema(
        operation_id="revise_evaluation",
        request=EvaluationIn,
        responses=EvaluationDetailOut,
        description="The whole recipe; a new version, unless the newest says just this.",
    )
    @transaction.atomic
    def put(self, request: Request, evaluation_id: UUID) -> Response:
        evaluation = self.evaluation(evaluation_id)
        require_right(self.person, Right.START_RUN, evaluation.project)
        asked = EvaluationIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        evaluation_services.revise_evaluation(
            evaluation,
            recipe=recipe_said(said, project=evaluation.project),
            by=self.person,
            tags=said.get("tags"),
        )
        return Response(self.told(evaluation))

    @extend_schema(
        operation_id="archive_evaluation",
        description="Takes it out of lists; its executions stay. A POST to `restoration` brings it back.",
        responses={204: None},
    )
    def delete(self, request: Request, evaluation_id: UUID) -> Response:
        evaluation_services.archive_evaluation(self.evaluation(evaluation_id), by=self.person)
        return Response(status=204)


class EvaluationRestoration(EvaluationView):
    """Bringing an archived evaluation back."""

    @extend_schema(operation_id="restore_evaluation", request=None, responses=EvaluationDetailOut)
    def post(self, request: Request, evaluation_id: UUID) -> Response:
        evaluation_services.restore_evaluation(self.evaluation(evaluation_id), by=self.person)
        return Response(self.told(self.evaluation(evaluation_id)))


class EvaluationVersions(EvaluationView):
    """The versions of an evaluation, the newest first."""

    @extend_schema(
        operation_id="list_evaluation_versions", parameters=PAGE_PARAMETERS, responses=page_of(EvaluationVersionOut)
    )
    def get(self, request: Request, evaluation_id: UUID) -> Response:
        versions = EvaluationVersion.objects.complete().filter(evaluation=self.evaluation(evaluation_id))
        return answer_page(request, newest_first(versions, PageWish.of(request)), EvaluationVersionOut)


class ScheduleIn(serializers.Serializer[Any]):
    """Times in the five fields of cron: minute, hour, day, month, weekday."""

    cron = serializers.CharField(max_length=120)
    time_zone = serializers.CharField(max_length=64, default="UTC")


class ScheduleOut(serializers.Serializer[EvaluationSchedule]):
    """When an evaluation starts by itself, and why not."""

    cron = serializers.CharField()
    time_zone = serializers.CharField()
    in_words = serializers.CharField()
    next_at = serializers.DateTimeField(allow_null=True)
    set_by = serializers.SerializerMethodField()
    is_paused = serializers.BooleanField()
    pause_reason = serializers.CharField()
    note = serializers.CharField(help_text="Why nothing was started the last time.")

    def get_set_by(self, schedule: EvaluationSchedule) -> str:
        return str(schedule.set_by or "")


class ScheduleView(EvaluationView):
    """What the views of schedules have in common."""

    def schedule(self, evaluation_id: UUID) -> EvaluationSchedule:
        found = EvaluationSchedule.objects.select_related("evaluation__project__team", "set_by")
        return get_object_or_404(found, evaluation=self.evaluation(evaluation_id))


class EvaluationTimes(ScheduleView):
    """The times of one evaluation."""

    @extend_schema(operation_id="read_schedule", responses=ScheduleOut)
    def get(self, request: Request, evaluation_id: UUID) -> Response:
        return Response(ScheduleOut(self.schedule(evaluation_id)).data)

    @extend_schema(operation_id="set_schedule", request=ScheduleIn, responses=ScheduleOut)
    def put(self, request: Request, evaluation_id: UUID) -> Response:
        evaluation = self.evaluation(evaluation_id)
        require_right(self.person, Right.START_RUN, evaluation.project)
        asked = ScheduleIn(data=request.data)
        asked.is_valid(raise_exception=True)
        schedule = schedules.set_schedule(evaluation, by=self.person, **asked.validated_data)
        return Response(ScheduleOut(schedule).data)

    @extend_schema(operation_id="remove_schedule", responses={204: None})
    def delete(self, request: Request, evaluation_id: UUID) -> Response:
        schedules.remove_schedule(self.schedule(evaluation_id), by=self.person)
        return Response(status=204)


class SchedulePause(ScheduleView):
    """Whether the times are let go for now."""

    @extend_schema(operation_id="pause_schedule", request=None, responses=ScheduleOut)
    def put(self, request: Request, evaluation_id: UUID) -> Response:
        schedule = self.schedule(evaluation_id)
        schedules.pause_schedule(schedule, by=self.person)
        return Response(ScheduleOut(schedule).data)

    @extend_schema(operation_id="resume_schedule", responses={204: None})
    def delete(self, request: Request, evaluation_id: UUID) -> Response:
        schedules.resume_schedule(self.schedule(evaluation_id), by=self.person)
        return Response(status=204)
