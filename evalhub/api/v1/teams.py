"""Teams and the people in them."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Team
from evalhub.accounts.services import add_member, change_role, edit_team, remove_member, set_report_sharing
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of


class TeamOut(serializers.ModelSerializer[Team]):
    """A team."""

    class Meta:
        model = Team
        fields = ("slug", "name", "requires_second_factor", "shares_reports", "created_at")


class TeamChange(serializers.Serializer[Any]):
    """What is to be different; what is not named stays."""

    name = serializers.CharField(max_length=120, required=False)
    requires_second_factor = serializers.BooleanField(required=False)


class MemberOut(serializers.ModelSerializer[Membership]):
    """A person in a team."""

    email = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.name")

    class Meta:
        model = Membership
        fields = ("id", "email", "name", "role", "created_at")


class MemberIn(serializers.Serializer[Any]):
    """A person with an account who is to be in the team."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)


class MemberChange(serializers.Serializer[Any]):
    """Another role."""

    role = serializers.ChoiceField(choices=Role.choices)


class TeamList(ApiView):
    """The teams that the caller is in; of a key, its own."""

    @extend_schema(operation_id="list_teams", parameters=PAGE_PARAMETERS, responses=page_of(TeamOut))
    def get(self, request: Request) -> Response:
        return answer_page(request, newest_first(self.teams(), PageWish.of(request)), TeamOut)


class TeamDetail(ApiView):
    """One team."""

    @extend_schema(operation_id="read_team", responses=TeamOut)
    def get(self, request: Request, team_slug: str) -> Response:
        return Response(TeamOut(self.team(team_slug)).data)

    @extend_schema(operation_id="change_team", request=TeamChange, responses=TeamOut)
    def patch(self, request: Request, team_slug: str) -> Response:
        team = self.team(team_slug)
        require_right(self.person, Right.OWN_TEAM, team)
        asked = TeamChange(data=request.data)
        asked.is_valid(raise_exception=True)
        stored = {name: getattr(team, name) for name in ("name", "requires_second_factor")}
        return Response(TeamOut(edit_team(team, by=self.person, **(stored | asked.validated_data))).data)


class ReportSharing(ApiView):
    """Whether members may give reports to people without an account."""

    @extend_schema(operation_id="allow_report_sharing", request=None, responses=TeamOut)
    def put(self, request: Request, team_slug: str) -> Response:
        return Response(TeamOut(set_report_sharing(self.team(team_slug), is_allowed=True, by=self.person)).data)

    @extend_schema(
        operation_id="forbid_report_sharing", description="Links that exist stop opening.", responses={204: None}
    )
    def delete(self, request: Request, team_slug: str) -> Response:
        set_report_sharing(self.team(team_slug), is_allowed=False, by=self.person)
        return Response(status=204)


class MemberList(ApiView):
    """The people of a team."""

    @extend_schema(operation_id="list_members", parameters=PAGE_PARAMETERS, responses=page_of(MemberOut))
    def get(self, request: Request, team_slug: str) -> Response:
        members = self.team(team_slug).memberships.select_related("user")
        return answer_page(request, newest_first(members, PageWish.of(request)), MemberOut)

    @extend_schema(operation_id="add_member", request=MemberIn, responses={201: MemberOut})
    def post(self, request: Request, team_slug: str) -> Response:
        team = self.team(team_slug)
        require_right(self.person, Right.MANAGE_PEOPLE, team)
        asked = MemberIn(data=request.data)
        asked.is_valid(raise_exception=True)
        wishes = asked.validated_data
        member = add_member(team=team, email=wishes["email"], role=Role(wishes["role"]), by=self.person)
        return self.created(MemberOut(member).data, address=self.address_of("member", team.slug, member.pk))


class MemberDetail(ApiView):
    """One person in a team."""

    @extend_schema(operation_id="read_member", responses=MemberOut)
    def get(self, request: Request, team_slug: str, member_id: int) -> Response:
        return Response(MemberOut(self._member(team_slug, member_id)).data)

    @extend_schema(operation_id="change_member", request=MemberChange, responses=MemberOut)
    def patch(self, request: Request, team_slug: str, member_id: int) -> Response:
        member = self._member(team_slug, member_id)
        require_right(self.person, Right.MANAGE_PEOPLE, member.team)
        asked = MemberChange(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = change_role(member, role=Role(asked.validated_data["role"]), by=self.person)
        return Response(MemberOut(changed).data)

    @extend_schema(
        operation_id="remove_member",
        description="Takes the person out of the team, with their keys to it; everybody may leave.",
        responses={204: None},
    )
    def delete(self, request: Request, team_slug: str, member_id: int) -> Response:
        remove_member(self._member(team_slug, member_id), by=self.person)
        return Response(status=204)

    def _member(self, team_slug: str, member_id: int) -> Membership:
        # No membership has a number that the column cannot hold.
        members = Membership.objects.filter(team=self.team(team_slug), pk=min(member_id, 2**63 - 1))
        return get_object_or_404(members.select_related("team", "user"))
