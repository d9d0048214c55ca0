"""All that a project holds: how long its runs are kept, and deleting it for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.models import Project
from evalhub.api.base import ApiView
from evalhub.api.waiting import WAIT_PARAMETER, wait_of
from evalhub.core.errors import Invalid
from runs.services.project_data import (
    MOST_DAYS,
    DeletionProgress,
    contents_of,
    delete_project,
    deletion_progress,
    preview_retention,
    set_retention,
)
from runs.waiting import wait_until

_NOT_ASKED, _UNDER_WAY, _FINISHED = "not_asked", "under_way", "finished"


class RetentionPreviewOut(serializers.Serializer[Any]):
    """What keeping runs for so many days would delete now, and what is older but stays."""

    days = serializers.IntegerField()
    runs = serializers.IntegerField()
    items = serializers.IntegerField()
    kept_baselines = serializers.IntegerField()
    kept_tagged = serializers.IntegerField()


class RetentionOut(serializers.Serializer[Any]):
    """For how long a project keeps its runs."""

    days = serializers.IntegerField(allow_null=True, help_text="null: for ever.")
    preview = RetentionPreviewOut(allow_null=True, help_text="Of the days in force, or of those asked about.")


class RetentionIn(serializers.Serializer[Any]):
    """For how long runs are to be kept."""

    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, allow_null=True, help_text="null: for ever.")


class ProjectContentsOut(serializers.Serializer[Any]):
    """What goes with a project."""

    runs = serializers.IntegerField()
    items = serializers.IntegerField()
    datasets = serializers.IntegerField()
    targets = serializers.IntegerField()
    evaluations = serializers.IntegerField()
    reviews = serializers.IntegerField()
    keys = serializers.IntegerField()


class DeletionOut(serializers.Serializer[Any]):
    """How far the deletion of a project is; `contents` says what would go while nobody has asked for it."""

    state = serializers.ChoiceField(choices=[_NOT_ASKED, _UNDER_WAY, _FINISHED])
    name = serializers.CharField()
    contents = ProjectContentsOut(allow_null=True)
    runs_left = serializers.IntegerField(allow_null=True)
    versions_left = serializers.IntegerField(allow_null=True, help_text="Of datasets, those that still have items.")
    deleted_at = serializers.DateTimeField(allow_null=True)
    deleted_by = serializers.CharField(allow_blank=True)


class DeletionIn(serializers.Serializer[Any]):
    """The confirmation."""

    name = serializers.CharField(max_length=200, help_text="The project's name, exactly as it is written.")


class _OwnProjectView(ApiView):
    """A view of one project that people work in; the library has no such pages either."""

    def own(self, project_id: UUID) -> Project:
        project = self.project(project_id)
        if project.is_library:
            raise Http404
        return project


class ProjectRetention(_OwnProjectView):
    """How long a project's runs are kept."""

    @extend_schema(
        operation_id="read_retention",
        description="With `days` it says what keeping runs that long would delete now, and changes nothing.",
        parameters=[OpenApiParameter("days", {"type": "integer", "minimum": 1, "maximum": MOST_DAYS})],
        responses=RetentionOut,
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        project = self.own(project_id)
        require_right(self.person, Right.EXPORT, project)
        days = _days_of(request)
        return _retention(project, project.keep_runs_days if days is None else days)

    @extend_schema(
        operation_id="set_retention",
        description="Older runs are deleted within the hour; pinned baselines and runs with a tag stay.",
        request=RetentionIn,
        responses=RetentionOut,
    )
    def put(self, request: Request, project_id: UUID) -> Response:
        project = self.own(project_id)
        require_right(self.person, Right.DELETE_PROJECT, project)
        asked = RetentionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        set_retention(project, days=asked.validated_data["days"], by=self.person)
        return _retention(project, project.keep_runs_days)


def _days_of(request: Request) -> int | None:
    said = request.query_params.get("days")
    if not said:
        return None
    if not (said.isascii() and said.isdecimal()):
        raise Invalid("days_invalid", f'"{said[:40]}" is no number of days.', field="days")
    return min(int(said[:9]), MOST_DAYS + 1)  # what is too long is said by the rule itself


def _retention(project: Project, days: int | None) -> Response:
    preview = None if days is None else preview_retention(project, days=days)
    return Response(RetentionOut({"days": project.keep_runs_days, "preview": preview}).data)


class ProjectDeletion(ApiView):
    """Deleting a project with all that is in it."""

    @extend_schema(
        operation_id="read_deletion",
        description="What would go; after a POST how far it is, also when the project itself answers 404.",
        parameters=[WAIT_PARAMETER],
        responses=DeletionOut,
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        seconds = wait_of(request) or 0
        project = self.projects().filter(uuid=project_id).first()
        if project is None:
            return Response(self._waited_for(project_id, seconds).data)
        require_right(self.person, Right.DELETE_PROJECT, project)
        shown = {"state": _NOT_ASKED, "name": project.name, "contents": contents_of(project), "deleted_by": ""}
        return Response(DeletionOut(shown | dict.fromkeys(("runs_left", "versions_left", "deleted_at"))).data)

    @extend_schema(
        operation_id="delete_project",
        description="Takes the project out of sight at once; its rows go in the background. This cannot be undone.",
        request=DeletionIn,
        responses={202: DeletionOut},
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.DELETE_PROJECT, project)
        asked = DeletionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        delete_project(project, typed_name=asked.validated_data["name"], by=self.person)
        headers = {"Location": self.address_of("project_deletion", project.uuid)}
        return Response(_told(self._progress(project_id)).data, status=202, headers=headers)

    def _waited_for(self, project_id: UUID, seconds: int) -> DeletionOut:
        found = [self._progress(project_id)]

        def is_over() -> bool:
            found[0] = self._progress(project_id)
            return found[0].is_over

        wait_until(is_over, seconds=seconds)
        return _told(found[0])

    def _progress(self, project_id: UUID) -> DeletionProgress:
        # In teams where the person may delete: the project, whose right it would be, may be gone.
        teams = [team for team in self.teams() if may(self.person, Right.DELETE_PROJECT, team)]
        progress = deletion_progress(project_id, teams=teams)
        if progress is None:
            raise Http404
        return progress


def _told(progress: DeletionProgress) -> DeletionOut:
    state = _FINISHED if progress.is_over else _UNDER_WAY
    told = {name: getattr(progress, name) for name in ("name", "deleted_at", "deleted_by")}
    left = {name: getattr(progress, name) for name in ("runs_left", "versions_left")}
    return DeletionOut({"state": state, "contents": None, **told, **left})
