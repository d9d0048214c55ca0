"""Inviting people into a team, and the page that their link opens."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from evalhub.accounts import invitations
from evalhub.accounts.access import Right, require_right
from evalhub.accounts.choices import Role
from evalhub.accounts.context import team_tabs
from evalhub.accounts.forms import InvitationForm, NewAccountForm
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.invitations import IssuedInvitation
from evalhub.accounts.models import Invitation, Membership, Team, User
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from evalhub.core.letters import sends_mail

_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(_GET_OR_POST)
@never_cache
@login_required
def invitation_list(request: MemberRequest, team_slug: str) -> HttpResponse:
    """Who is invited; a POST invites and shows the link this one time."""
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=team_slug)
    require_right(request.user, Right.MANAGE_PEOPLE, team)
    form, issued = InvitationForm(request.POST or None), None
    if request.method == "POST":
        issued = saved(form, lambda: _invite(request, team, form))
        form = InvitationForm() if issued else form
    return _list_page(request, team, form=form, issued=issued)


def _invite(request: MemberRequest, team: Team, form: InvitationForm) -> IssuedInvitation:
    wishes = form.cleaned_data
    role = Role(wishes["role"])
    return invitations.invite(team=team, role=role, by=request.user, email=wishes["email"], days=wishes["days"])


def _list_page(
    request: MemberRequest, team: Team, *, form: InvitationForm, issued: IssuedInvitation | None
) -> HttpResponse:
    return render_page(
        request,
        "accounts/invitation_list.html",
        team=team,
        form=form,
        issued=issued,
        invitations=team.invitations.waiting().select_related("invited_by"),
        sends_mail=sends_mail(),
        **team_tabs(request.user, team),
    )


@require_POST
@never_cache
@login_required
def invitation_renewal(request: MemberRequest, team_slug: str, invitation_id: int) -> HttpResponse:
    """A new link in place of the old one."""
    invitation = _invitation(request, team_slug, invitation_id)
    issued = invitations.resend_invitation(invitation, by=request.user)
    return _list_page(request, invitation.team, form=InvitationForm(), issued=issued)


@require_POST
@login_required
def invitation_revocation(request: MemberRequest, team_slug: str, invitation_id: int) -> HttpResponse:
    invitation = _invitation(request, team_slug, invitation_id)
    invitations.revoke_invitation(invitation, by=request.user)
    messages.success(request, f"The invitation of {invitation} no longer works.")
    return redirect("accounts:invitation_list", team_slug)


def _invitation(request: MemberRequest, team_slug: str, invitation_id: int) -> Invitation:
    seen = Invitation.objects.visible_to(request.user).filter(team__slug=team_slug)
    return get_object_or_404(seen.select_related("team"), id=invitation_id)


@require_http_methods(_GET_OR_POST)
@never_cache
def invitation_acceptance(request: HttpRequest, token: str) -> HttpResponse:
    """What the link opens: who is signed in joins, everybody else makes an account or signs in first."""
    invitation = invitations.find_invitation(token)
    form = NewAccountForm(request.POST or None, invitation=invitation)
    if request.method == "POST":
        joined = _join(request, invitation, form)
        if joined:
            messages.success(request, f"Welcome to {joined.team}. You are {joined.get_role_display().lower()} here.")
            return redirect("runs:home")
    return render_page(
        request,
        "accounts/invitation_acceptance.html",
        invitation=invitation,
        form=form,
        has_account=bool(invitation.email) and User.objects.filter(email=invitation.email).exists(),
    )


def _join(request: HttpRequest, invitation: Invitation, form: NewAccountForm) -> Membership | None:
    if isinstance(request.user, User):
        return invitations.accept_invitation(invitation, user=request.user)
    joined = saved(form, lambda: invitations.accept_with_new_account(invitation, **form.cleaned_data))
    if joined:
        login(request, joined.user)
    return joined
