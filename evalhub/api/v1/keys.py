"""API keys: list, make, read, revoke."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.choices import Role
from evalhub.accounts.models import ApiKey, ApiKeyQuerySet, Project, Team
from evalhub.accounts.services import issue_api_key, revoke_api_key
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.core.errors import Invalid


class ApiKeyOut(serializers.ModelSerializer[ApiKey]):
    """A key, without its secret."""

    id = serializers.UUIDField(source="uuid")
    team = serializers.SlugField(source="team.slug")
    project = serializers.UUIDField(source="project.uuid", allow_null=True, default=None)
    email = serializers.EmailField(source="user.email", help_text="Of the person as whom it comes in.")

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = (
            *("id", "team", "project", "email", "role", "name", "hint"),
            *("created_at", "expires_at", "last_used_at", "revoked_at"),
        )


class IssuedKeyOut(ApiKeyOut):
    """A new key; its secret is shown this once and kept nowhere."""

    secret = serializers.CharField(read_only=True)

    class Meta(ApiKeyOut.Meta):
        fields = (*ApiKeyOut.Meta.fields, "secret")


class ApiKeyIn(serializers.Serializer[Any]):
    """A key to be made for oneself."""

    name = serializers.CharField(max_length=120, help_text="What will use it.")
    project = serializers.UUIDField(required=False, allow_null=True, help_text="The only project that it reaches.")
    role = serializers.ChoiceField(
        choices=Role.choices,
        required=False,
        allow_null=True,
        help_text="The most that it may; never more than its person.",
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)

    def validate_expires_at(self, end: datetime | None) -> datetime | None:
        if end is not None and end <= timezone.now():
            raise serializers.ValidationError("That moment is over; choose a later one.")
        return end


class ApiKeyList(ApiView):
    """One's own keys; of those who manage people, everybody's."""

    # The answer holds a secret.
    keeps_answers = False

    @extend_schema(operation_id="list_keys", parameters=PAGE_PARAMETERS, responses=page_of(ApiKeyOut))
    def get(self, request: Request, team_slug: str) -> Response:
        keys = _readable(self, self.team(team_slug))
        return answer_page(request, newest_first(keys, PageWish.of(request)), ApiKeyOut)

    @extend_schema(
        operation_id="create_key",
        description="A key makes no key that may more, or works longer, than itself.",
        request=ApiKeyIn,
        responses={201: IssuedKeyOut},
    )
    def post(self, request: Request, team_slug: str) -> Response:
        team = self.team(team_slug)
        require_right(self.person, Right.MANAGE_KEYS, team)
        asked = ApiKeyIn(data=request.data)
        asked.is_valid(raise_exception=True)
        wishes = asked.validated_data
        issued = issue_api_key(
            team=team,
            user=self.person,
            name=wishes["name"],
            project=_project(team, wishes.get("project")),
            role=Role(wishes["role"]) if wishes.get("role") else None,
            expires_at=wishes.get("expires_at"),
        )
        shown = ApiKeyOut(issued.key).data | {"secret": issued.secret}
        answer = self.created(shown, address=self.address_of("key", issued.key.uuid))
        answer["Cache-Control"] = "no-store"
        return answer


class ApiKeyDetail(ApiView):
    """One key."""

    @extend_schema(operation_id="read_key", responses=ApiKeyOut)
    def get(self, request: Request, key_id: UUID) -> Response:
        return Response(ApiKeyOut(self._key(key_id)).data)

    @extend_schema(operation_id="revoke_key", description="Closes the door for the key at once.", responses={204: None})
    def delete(self, request: Request, key_id: UUID) -> Response:
        revoke_api_key(self._key(key_id), by=self.person)
        return Response(status=204)

    def _key(self, key_id: UUID) -> ApiKey:
        team = get_object_or_404(self.teams(), api_keys__uuid=key_id)
        return get_object_or_404(_readable(self, team), uuid=key_id)


def _readable(view: ApiView, team: Team) -> ApiKeyQuerySet:
    keys = ApiKey.objects.filter(team=team).select_related("team", "user", "project")
    return keys if may(view.person, Right.MANAGE_PEOPLE, team) else keys.filter(user=view.person)


def _project(team: Team, project_id: UUID | None) -> Project | None:
    if project_id is None:
        return None
    project = team.projects.for_pages().filter(uuid=project_id).first()
    if project is None:
        raise Invalid("project_unknown", "The team has no such project; list them.", field="project")
    return project
