"""Connections to model endpoints: list, make, read, change, archive, test. Keys go in and never come out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.connections.endpoint import endpoint_of
from evalhub.connections.models import Connection
from evalhub.connections.probe import Finding, ProbeStep, probe
from evalhub.connections.services import (
    ConnectionValues,
    archive_connection,
    create_connection,
    edit_connection,
    restore_connection,
)

_LARGEST_COUNT = 2_147_483_647
_VALUES = tuple(ConnectionValues.__dataclass_fields__)


def _count(largest: int = _LARGEST_COUNT) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=largest, required=False, allow_null=True)


def _price(help_text: str) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=12, decimal_places=6, min_value=0, required=False, allow_null=True, help_text=help_text
    )


class ConnectionOut(serializers.ModelSerializer[Connection]):
    """A connection; of its key only whether there is one."""

    id = serializers.UUIDField(source="uuid")
    team = serializers.SlugField(source="team.slug")
    has_key = serializers.BooleanField(source="has_secret")
    parameters = serializers.DictField()

    class Meta:
        model = Connection
        fields = ("id", "team", *_VALUES, "has_key", "created_at", "archived_at")


class ConnectionChange(serializers.Serializer[Any]):
    """What is to be different; what is not named stays."""

    name = serializers.CharField(max_length=120, required=False)
    base_url = serializers.URLField(max_length=500, required=False, help_text="Without /chat/completions.")
    api_key = serializers.CharField(
        max_length=2000, write_only=True, required=False, allow_null=True, help_text="Null takes the stored one away."
    )
    default_model = serializers.CharField(max_length=200, required=False, allow_blank=True)
    parameters = serializers.DictField(required=False, help_text="Sent with every request.")
    max_concurrency = _count()
    requests_per_minute = _count()
    tokens_per_minute = _count()
    timeout_seconds = serializers.IntegerField(min_value=1, max_value=3600, required=False)
    input_price = _price("US dollars per million tokens.")
    output_price = _price("US dollars per million tokens.")
    is_default = serializers.BooleanField(required=False)


class ConnectionIn(ConnectionChange):
    """A connection to be made."""

    name = serializers.CharField(max_length=120)
    base_url = serializers.URLField(max_length=500, help_text="Where /chat/completions is found, without that ending.")


class StepOut(serializers.Serializer[ProbeStep]):
    """One thing that was tried."""

    label = serializers.CharField()  # type: ignore[assignment]  # one of a serializer's own attributes, too
    finding = serializers.ChoiceField(choices=[finding.value for finding in Finding])
    note = serializers.CharField()
    milliseconds = serializers.IntegerField(allow_null=True)


class ConnectionTestOut(serializers.Serializer[Any]):
    """What of a connection works."""

    steps = StepOut(many=True)


class ConnectionList(ApiView):
    """The connections of a team."""

    @extend_schema(operation_id="list_connections", parameters=PAGE_PARAMETERS, responses=page_of(ConnectionOut))
    def get(self, request: Request, team_slug: str) -> Response:
        connections = self.team(team_slug).connections.in_use().select_related("team")
        return answer_page(request, newest_first(connections, PageWish.of(request)), ConnectionOut)

    @extend_schema(operation_id="create_connection", request=ConnectionIn, responses={201: ConnectionOut})
    def post(self, request: Request, team_slug: str) -> Response:
        team = self.team(team_slug)
        require_right(self.person, Right.CONFIGURE, team)
        asked = ConnectionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        wishes = dict(asked.validated_data)
        api_key = wishes.pop("api_key", None) or ""
        made = create_connection(team=team, values=ConnectionValues(**wishes), api_key=api_key, by=self.person)
        return self.created(ConnectionOut(made).data, address=self.address_of("connection", made.uuid))


class _ConnectionView(ApiView):
    """A view of one connection."""

    def connection(self, connection_id: UUID) -> Connection:
        connections = Connection.objects.filter(team__in=self.teams()).select_related("team")
        return get_object_or_404(connections, uuid=connection_id)


class ConnectionDetail(_ConnectionView):
    """One connection."""

    @extend_schema(operation_id="read_connection", responses=ConnectionOut)
    def get(self, request: Request, connection_id: UUID) -> Response:
        return Response(ConnectionOut(self.connection(connection_id)).data)

    @extend_schema(
        operation_id="change_connection",
        description="A stored key goes to no other host: with another one in `base_url`, send the key as well.",
        request=ConnectionChange,
        responses=ConnectionOut,
    )
    def patch(self, request: Request, connection_id: UUID) -> Response:
        connection = self.connection(connection_id)
        require_right(self.person, Right.CONFIGURE, connection.team)
        asked = ConnectionChange(data=request.data)
        asked.is_valid(raise_exception=True)
        wishes = dict(asked.validated_data)
        removes_key = "api_key" in wishes and wishes["api_key"] is None
        api_key = wishes.pop("api_key", None) or ""
        values = ConnectionValues(**({name: getattr(connection, name) for name in _VALUES} | wishes))
        changed = edit_connection(
            connection, values=values, api_key=api_key, removes_api_key=removes_key, by=self.person
        )
        return Response(ConnectionOut(changed).data)

    @extend_schema(
        operation_id="archive_connection",
        description="Takes it out of lists; what names it keeps it. A POST to `restoration` brings it back.",
        responses={204: None},
    )
    def delete(self, request: Request, connection_id: UUID) -> Response:
        archive_connection(self.connection(connection_id), by=self.person)
        return Response(status=204)


class ConnectionRestoration(_ConnectionView):
    """Bringing an archived connection back."""

    @extend_schema(operation_id="restore_connection", request=None, responses=ConnectionOut)
    def post(self, request: Request, connection_id: UUID) -> Response:
        restore_connection(self.connection(connection_id), by=self.person)
        return Response(ConnectionOut(self.connection(connection_id)).data)


class ConnectionTest(_ConnectionView):
    """Asking the endpoint in each mode of reply."""

    @extend_schema(operation_id="test_connection", request=None, responses=ConnectionTestOut)
    def post(self, request: Request, connection_id: UUID) -> Response:
        connection = self.connection(connection_id)
        require_right(self.person, Right.CONFIGURE, connection.team)
        steps = [asdict(step) for step in probe(endpoint_of(connection))]
        return Response(ConnectionTestOut({"steps": steps}).data)
