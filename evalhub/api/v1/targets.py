"""Targets: list, make, read, change, archive, try out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.api.v1.target_shapes import QuestionIn, TargetChange, TargetIn, TargetOut, TryOutOut
from evalhub.connections.models import Connection
from evalhub.core.errors import Invalid
from runs.models import Target
from runs.services.target_tryout import try_target
from runs.services.targets import TargetSettings, archive_target, create_target, edit_target, settings_of
from runs.targets.answer import Question


class TargetList(ApiView):
    """The targets of a project."""

    @extend_schema(
        operation_id="list_targets",
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("name", str, description="Only the versions of this target.")],
        responses=page_of(TargetOut),
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        targets = self.project(project_id).targets.filter(deleted_at=None).select_related("project", "connection")
        if name := request.query_params.get("name"):
            targets = targets.filter(name=name)
        return answer_page(request, newest_first(targets, PageWish.of(request)), TargetOut)

    @extend_schema(operation_id="create_target", request=TargetIn, responses={201: TargetOut})
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.EDIT_TARGET, project)
        asked = TargetIn(data=request.data)
        asked.is_valid(raise_exception=True)
        settings = TargetSettings(**_named(asked.validated_data, project))
        target = create_target(settings, project=project, by=self.person)
        return self.created(TargetOut(target).data, address=self.address_of("target", target.uuid))


class _TargetView(ApiView):
    """A view of one target."""

    def target(self, target_id: UUID) -> Target:
        """The target by its public id, archived or not."""
        targets = self.within_key(Target.objects.visible_to(self.person))
        return get_object_or_404(targets.select_related("project__team", "connection"), uuid=target_id)


class TargetDetail(_TargetView):
    """One target."""

    @extend_schema(operation_id="read_target", responses=TargetOut)
    def get(self, request: Request, target_id: UUID) -> Response:
        return Response(TargetOut(self.target(target_id)).data)

    @extend_schema(
        operation_id="change_target",
        description="For runs to come; those that are there keep the target as it was.",
        request=TargetChange,
        responses=TargetOut,
    )
    def patch(self, request: Request, target_id: UUID) -> Response:
        target = self.target(target_id)
        require_right(self.person, Right.EDIT_TARGET, target.project)
        asked = TargetChange(data=request.data)
        asked.is_valid(raise_exception=True)
        settings = replace(settings_of(target), **_named(asked.validated_data, target.project))
        return Response(TargetOut(edit_target(target, settings, by=self.person)).data)

    @extend_schema(
        operation_id="archive_target",
        description="Takes the target out of lists; its runs stay, and its name is free again.",
        responses={204: None},
    )
    def delete(self, request: Request, target_id: UUID) -> Response:
        archive_target(self.target(target_id), by=self.person)
        return Response(status=204)


class TargetTryOut(_TargetView):
    """Asking a target one question, with nothing kept."""

    @extend_schema(
        operation_id="try_target",
        description="Asks the target once, now. What goes wrong on the way is an answer with an error.",
        request=QuestionIn,
        responses=TryOutOut,
    )
    def post(self, request: Request, target_id: UUID) -> Response:
        target = self.target(target_id)
        require_right(self.person, Right.EDIT_TARGET, target.project)
        asked = QuestionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        question = Question(**asked.validated_data)
        tried = try_target(settings_of(target), question, project=target.project, by=self.person)
        return Response(TryOutOut(tried.answer).data)


def _named(wishes: dict[str, Any], project: Project) -> dict[str, Any]:
    """The wishes with the connection that they name, which must be one of the project's team in use."""
    if wishes.get("connection") is None:
        return wishes
    usable = Connection.objects.in_use().filter(team_id=project.team_id)
    connection = usable.filter(uuid=wishes["connection"]).first()
    if connection is None:
        raise Invalid("connection_unknown", "The team has no such connection in use; list them.", field="connection")
    return wishes | {"connection": connection}
