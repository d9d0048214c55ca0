"""Projects: list, make, read, change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project, Team
from evalhub.accounts.services import archive_project, create_project, edit_project, restore_project
from evalhub.api.base import ApiView
from evalhub.api.numbers import NumberField
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.core.errors import Invalid


class ProjectOut(serializers.ModelSerializer[Project]):
    """A project."""

    id = serializers.UUIDField(source="uuid")
    team = serializers.SlugField(source="team.slug")

    class Meta:
        model = Project
        fields = (
            "id",
            "team",
            "key",
            "name",
            "description",
            "model_name",
            "quality_threshold",
            "created_at",
            "archived_at",
        )


class ProjectIn(serializers.Serializer[Any]):
    """A project to be made."""

    team = serializers.SlugField(required=False, help_text="Needed from people who belong to several teams.")
    name = serializers.CharField(max_length=200)
    key = serializers.SlugField(max_length=120, required=False, help_text="Made from the name unless given.")
    model_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    quality_threshold = NumberField(min_value=0, max_value=1, default=0.7)


class ProjectChange(serializers.Serializer[Any]):
    """What is to be different; what is not named stays."""

    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    model_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    quality_threshold = NumberField(min_value=0, max_value=1, required=False)


class ProjectList(ApiView):
    """The projects that the caller sees."""

    @extend_schema(
        operation_id="list_projects",
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("key", str, description="Only the project of this key.")],
        responses=page_of(ProjectOut),
    )
    def get(self, request: Request) -> Response:
        projects = self.projects().for_pages()
        if key := request.query_params.get("key"):
            projects = projects.filter(key=key)
        return answer_page(request, newest_first(projects, PageWish.of(request)), ProjectOut)

    @extend_schema(operation_id="create_project", request=ProjectIn, responses={201: ProjectOut})
    def post(self, request: Request) -> Response:
        asked = ProjectIn(data=request.data)
        asked.is_valid(raise_exception=True)
        wishes = dict(asked.validated_data)
        project = create_project(team=self._team(wishes.pop("team", "")), by=self.person, **wishes)
        return self.created(ProjectOut(project).data, address=self.address_of("project", project.uuid))

    def _team(self, slug: str) -> Team:
        """The team of that name, or the only one there is."""
        teams = self.teams()
        found = list(teams.filter(slug=slug) if slug else teams[:2])
        if len(found) == 1:
            return found[0]
        known = ", ".join(team.slug for team in teams)
        raise Invalid("team_unclear", f"Name the team that the project is for, one of: {known}.", field="team")


class ProjectDetail(ApiView):
    """One project."""

    @extend_schema(operation_id="read_project", responses=ProjectOut)
    def get(self, request: Request, project_id: UUID) -> Response:
        return Response(ProjectOut(self.project(project_id)).data)

    @extend_schema(operation_id="change_project", request=ProjectChange, responses=ProjectOut)
    def patch(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.CONFIGURE, project)
        asked = ProjectChange(data=request.data)
        asked.is_valid(raise_exception=True)
        stored = {name: getattr(project, name) for name in ("name", "description", "model_name", "quality_threshold")}
        return Response(ProjectOut(edit_project(project, by=self.person, **(stored | asked.validated_data))).data)


class ProjectArchival(ApiView):
    """Whether a project is out of the lists; everything in it stays."""

    @extend_schema(operation_id="archive_project", request=None, responses=ProjectOut)
    def put(self, request: Request, project_id: UUID) -> Response:
        archive_project(self.project(project_id), by=self.person)
        return Response(ProjectOut(self.project(project_id)).data)

    @extend_schema(operation_id="restore_project", responses={204: None})
    def delete(self, request: Request, project_id: UUID) -> Response:
        restore_project(self.project(project_id), by=self.person)
        return Response(status=204)
