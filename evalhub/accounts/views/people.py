"""Pages about the people of a team and their API keys."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from evalhub.accounts import services
from evalhub.accounts.access import LEAST_ROLE, Right, may, require_right
from evalhub.accounts.choices import Role
from evalhub.accounts.context import team_tabs
from evalhub.accounts.forms import ApiKeyForm, MemberForm, RoleForm, TeamForm
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import ApiKey, Membership, Team
from evalhub.core.errors import Invalid
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page

_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(_GET_OR_POST)
@login_required
def team_detail(request: MemberRequest, team_slug: str) -> HttpResponse:
    """The members and what each role may do; a POST adds a member."""
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=team_slug)
    form = MemberForm(request.POST or None)
    if request.method == "POST":
        require_right(request.user, Right.MANAGE_PEOPLE, team)
        added = saved(form, lambda: _add(request, team, form))
        if added:
            messages.success(request, f"{added.user} is now in the team as {added.get_role_display().lower()}.")
            return redirect("accounts:team_detail", team.slug)
    return render_page(
        request,
        "accounts/team_detail.html",
        team=team,
        form=form,
        members=team.memberships.select_related("user").order_by("user__name"),
        roles=Role.choices,
        rights=[(right, LEAST_ROLE[right].label) for right in Right],
        **team_tabs(request.user, team),
    )


def _add(request: MemberRequest, team: Team, form: MemberForm) -> Membership:
    role = Role(form.cleaned_data["role"])
    return services.add_member(team=team, email=form.cleaned_data["email"], role=role, by=request.user)


@require_POST
@login_required
def report_sharing(request: MemberRequest, team_slug: str) -> HttpResponse:
    """Switches links for people without an account on or off."""
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=team_slug)
    services.set_report_sharing(team, is_allowed=request.POST.get("allowed") == "1", by=request.user)
    said = "may now be shared by a link" if team.shares_reports else "can no longer be shared; links are closed"
    messages.success(request, f"Reports of {team} {said}.")
    return redirect("accounts:team_detail", team_slug)


@require_POST
@login_required
def member_role(request: MemberRequest, team_slug: str, membership_id: int) -> HttpResponse:
    membership = _membership(request, team_slug, membership_id)
    require_right(request.user, Right.MANAGE_PEOPLE, membership.team)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            "role_unknown",
            f'There is no role "{request.POST.get("role", "")}"; choose one of {", ".join(Role.values)}.',
        )
    services.change_role(membership, role=Role(form.cleaned_data["role"]), by=request.user)
    messages.success(request, f"{membership.user} is now {membership.get_role_display().lower()}.")
    return redirect("accounts:team_detail", team_slug)


@require_POST
@login_required
def member_removal(request: MemberRequest, team_slug: str, membership_id: int) -> HttpResponse:
    membership = _membership(request, team_slug, membership_id)
    services.remove_member(membership, by=request.user)
    if membership.user == request.user:
        messages.success(request, f"You have left {membership.team}.")
        return redirect("runs:home")
    messages.success(request, f"{membership.user} is no longer in the team.")
    return redirect("accounts:team_detail", team_slug)


@require_POST
@login_required
def member_ownership(request: MemberRequest, team_slug: str, membership_id: int) -> HttpResponse:
    """Hand the team over to the member."""
    membership = _membership(request, team_slug, membership_id)
    services.transfer_ownership(membership, by=request.user)
    messages.success(request, f"{membership.user} owns {membership.team} now; you are an admin of it.")
    return redirect("accounts:team_detail", team_slug)


@require_http_methods(_GET_OR_POST)
@login_required
def team_settings(request: MemberRequest, team_slug: str) -> HttpResponse:
    """What the team is called and what it asks of its members."""
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=team_slug)
    require_right(request.user, Right.OWN_TEAM, team)
    form = TeamForm(request.POST) if request.method == "POST" else TeamForm.of(team)
    if request.method == "POST":
        changed = saved(form, lambda: services.edit_team(team, by=request.user, **form.cleaned_data))
        if changed:
            messages.success(request, "The team is changed.")
            return redirect("accounts:team_settings", team.slug)
    without = team.memberships.filter(user__authenticator=None).select_related("user")
    return render_page(
        request,
        "accounts/team_settings.html",
        team=team,
        form=form,
        without_factor=without.order_by("user__name"),
        **team_tabs(request.user, team),
    )


def _membership(request: MemberRequest, team_slug: str, membership_id: int) -> Membership:
    members = Membership.objects.filter(team__in=Team.objects.visible_to(request.user).filter(slug=team_slug))
    return get_object_or_404(members.select_related("team", "user"), id=membership_id)


@require_http_methods(_GET_OR_POST)
@never_cache
@login_required
def api_key_list(request: MemberRequest, team_slug: str) -> HttpResponse:
    """One's own keys, of admins everybody's; a POST makes one and shows it this one time."""
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=team_slug)
    form, issued = ApiKeyForm(request.POST or None, team=team), None
    if request.method == "POST":
        require_right(request.user, Right.MANAGE_KEYS, team)
        issued = saved(form, lambda: _issue(request, team, form))
        form = ApiKeyForm(team=team) if issued else form
    keys = ApiKey.objects.filter(team=team).for_list()
    sees_all = may(request.user, Right.MANAGE_PEOPLE, team)
    return render_page(
        request,
        "accounts/api_key_list.html",
        team=team,
        form=form,
        issued=issued,
        keys=keys if sees_all else keys.filter(user=request.user),
        may_make=may(request.user, Right.MANAGE_KEYS, team),
    )


def _issue(request: MemberRequest, team: Team, form: ApiKeyForm) -> services.IssuedKey:
    return services.issue_api_key(
        team=team,
        user=request.user,
        name=form.cleaned_data["name"],
        project=form.cleaned_data["project"],
        role=Role(form.cleaned_data["role"]) if form.cleaned_data["role"] else None,
        expires_at=form.cleaned_data["expires_on"],
    )


@require_POST
@login_required
def api_key_revocation(request: MemberRequest, team_slug: str, key_id: int) -> HttpResponse:
    keys = ApiKey.objects.visible_to(request.user).filter(team__slug=team_slug)
    key = get_object_or_404(keys.select_related("team", "user"), id=key_id)
    services.revoke_api_key(key, by=request.user)
    messages.success(request, f"The key “{key.name}” no longer works.")
    return redirect("accounts:api_key_list", team_slug)
