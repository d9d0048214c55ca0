"""Releases: the marks in a project's trends. List, make, read, change, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from runs.models import Release
from runs.services.releases import (
    LONGEST_NAME,
    LONGEST_NOTE,
    ReleaseValues,
    create_release,
    delete_release,
    edit_release,
)

_VALUES = ("name", "released_at", "note", "link")


class ReleaseOut(serializers.ModelSerializer[Release]):
    """A mark on the time axis of the project's trends."""

    id = serializers.UUIDField(source="uuid")
    project = serializers.UUIDField(source="project.uuid")
    created_by = serializers.CharField(source="created_by.name", default=None, allow_null=True)

    class Meta:
        model = Release
        fields = ("id", "project", *_VALUES, "created_by", "created_at")


class ReleaseIn(serializers.Serializer[Any]):
    """A release to be marked; without a time it is now."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    released_at = serializers.DateTimeField(required=False)
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, default="")
    link = serializers.URLField(max_length=500, allow_blank=True, default="")


class ReleaseChange(serializers.Serializer[Any]):
    """What is to be different; what is not named stays."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    released_at = serializers.DateTimeField(required=False)
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, required=False)
    link = serializers.URLField(max_length=500, allow_blank=True, required=False)


class ReleaseList(ApiView):
    """The releases of a project, the one marked last first."""

    @extend_schema(operation_id="list_releases", parameters=PAGE_PARAMETERS, responses=page_of(ReleaseOut))
    def get(self, request: Request, project_id: UUID) -> Response:
        releases = Release.objects.filter(project=self.project(project_id)).select_related("project", "created_by")
        return answer_page(request, newest_first(releases, PageWish.of(request)), ReleaseOut)

    @extend_schema(operation_id="create_release", request=ReleaseIn, responses={201: ReleaseOut})
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.START_RUN, project)
        asked = ReleaseIn(data=request.data)
        asked.is_valid(raise_exception=True)
        values = ReleaseValues(**({"released_at": timezone.now()} | asked.validated_data))
        release = create_release(project, values=values, by=self.person)
        return self.created(ReleaseOut(release).data, address=self.address_of("release", release.uuid))


class ReleaseDetail(ApiView):
    """One release."""

    @extend_schema(operation_id="read_release", responses=ReleaseOut)
    def get(self, request: Request, release_id: UUID) -> Response:
        return Response(ReleaseOut(self._release(release_id)).data)

    @extend_schema(operation_id="change_release", request=ReleaseChange, responses=ReleaseOut)
    def patch(self, request: Request, release_id: UUID) -> Response:
        release = self._release(release_id)
        require_right(self.person, Right.START_RUN, release.project)
        asked = ReleaseChange(data=request.data)
        asked.is_valid(raise_exception=True)
        stored = {name: getattr(release, name) for name in _VALUES}
        values = ReleaseValues(**(stored | asked.validated_data))
        return Response(ReleaseOut(edit_release(release, values=values, by=self.person)).data)

    @extend_schema(operation_id="delete_release", responses={204: None})
    def delete(self, request: Request, release_id: UUID) -> Response:
        delete_release(self._release(release_id), by=self.person)
        return Response(status=204)

    def _release(self, release_id: UUID) -> Release:
        seen = Release.objects.visible_to(self.person).select_related("project__team", "created_by")
        return get_object_or_404(self.within_key(seen), uuid=release_id)
