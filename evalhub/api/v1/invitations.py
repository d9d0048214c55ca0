"""Invitations into a team: list, make, renew, read and take back; a link is shown once, when it is made."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.choices import Role
from evalhub.accounts.invitations import (
    MOST_DAYS,
    USUAL_DAYS,
    IssuedInvitation,
    invite,
    resend_invitation,
    revoke_invitation,
)
from evalhub.accounts.models import Invitation, Team
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of


class InvitationOut(serializers.ModelSerializer[Invitation]):
    """An invitation, without its link."""

    id = serializers.UUIDField(source="uuid")
    team = serializers.SlugField(source="team.slug")
    email = serializers.EmailField(allow_blank=True, help_text="Empty: whoever has the link.")
    invited_by = serializers.EmailField(source="invited_by.email", allow_null=True, default=None)

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = (
            *("id", "team", "email", "role", "invited_by", "created_at", "expires_at"),
            *("sent_at", "mail_error", "accepted_at", "revoked_at"),
        )


class IssuedInvitationOut(InvitationOut):
    """A new link; its address is shown this once and kept nowhere."""

    address = serializers.URLField(read_only=True)

    class Meta(InvitationOut.Meta):
        fields = (*InvitationOut.Meta.fields, "address")


class RenewalIn(serializers.Serializer[Any]):
    """For how long a link is good."""

    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=USUAL_DAYS)


class InvitationIn(RenewalIn):
    """Who is to come into the team, and as what."""

    email = serializers.EmailField(
        required=False, allow_blank=True, help_text="Then only this person can use it. Without: whoever has the link."
    )
    role = serializers.ChoiceField(choices=Role.choices)


class _InvitationView(ApiView):
    """A view of invitations."""

    # An answer may hold the secret of a link.
    keeps_answers = False

    def managed(self, team_slug: str) -> Team:
        team = self.team(team_slug)
        require_right(self.person, Right.MANAGE_PEOPLE, team)
        return team

    def invitation(self, invitation_id: UUID) -> Invitation:
        invitations = Invitation.objects.filter(team__in=self.teams()).select_related("team", "invited_by")
        invitation = get_object_or_404(invitations, uuid=invitation_id)
        require_right(self.person, Right.MANAGE_PEOPLE, invitation.team)
        return invitation

    def issued(self, issued: IssuedInvitation, *, status: int) -> Response:
        """The invitation with its link, for this one answer."""
        shown = InvitationOut(issued.invitation).data | {"address": issued.address}
        headers = {
            "Location": self.address_of("invitation", issued.invitation.uuid),
            "Cache-Control": "no-store",
        }
        return Response(shown, status=status, headers=headers)


class InvitationList(_InvitationView):
    """The invitations of a team that nobody took up yet and nobody took back."""

    @extend_schema(operation_id="list_invitations", parameters=PAGE_PARAMETERS, responses=page_of(InvitationOut))
    def get(self, request: Request, team_slug: str) -> Response:
        waiting = self.managed(team_slug).invitations.waiting().select_related("team", "invited_by")
        return answer_page(request, newest_first(waiting, PageWish.of(request)), InvitationOut)

    @extend_schema(
        operation_id="create_invitation",
        description="The link works once. With an address it is for that person alone, and mailed where the server "
        "sends mail.",
        request=InvitationIn,
        responses={201: IssuedInvitationOut},
    )
    def post(self, request: Request, team_slug: str) -> Response:
        team = self.managed(team_slug)
        asked = InvitationIn(data=request.data)
        asked.is_valid(raise_exception=True)
        wishes = asked.validated_data
        role, email = Role(wishes["role"]), wishes.get("email", "")
        return self.issued(invite(team=team, role=role, by=self.person, email=email, days=wishes["days"]), status=201)


class InvitationDetail(_InvitationView):
    """One invitation."""

    @extend_schema(operation_id="read_invitation", responses=InvitationOut)
    def get(self, request: Request, invitation_id: UUID) -> Response:
        return Response(InvitationOut(self.invitation(invitation_id)).data)

    @extend_schema(
        operation_id="revoke_invitation",
        description="Nobody comes in by the link any more. Doing so twice changes nothing.",
        responses={204: None},
    )
    def delete(self, request: Request, invitation_id: UUID) -> Response:
        revoke_invitation(self.invitation(invitation_id), by=self.person)
        return Response(status=204)


class InvitationRenewal(_InvitationView):
    """A new link in place of the old one, which no longer works."""

    @extend_schema(operation_id="renew_invitation", request=RenewalIn, responses=IssuedInvitationOut)
    def post(self, request: Request, invitation_id: UUID) -> Response:
        invitation = self.invitation(invitation_id)
        asked = RenewalIn(data=request.data)
        asked.is_valid(raise_exception=True)
        return self.issued(resend_invitation(invitation, by=self.person, **asked.validated_data), status=200)
