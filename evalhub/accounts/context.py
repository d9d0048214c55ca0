"""What pages show around what they are about: every page's frame, and the tabs of a team."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from evalhub.accounts.access import Right, has_right, role_in
from evalhub.accounts.models import Project, Team, User

_MOST_PROJECTS = 50


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The projects and teams that the person can go to; each read only when a template asks."""
    return {
        "nav_projects": SimpleLazyObject(lambda: _projects(request)),
        "nav_teams": SimpleLazyObject(lambda: _teams(request)),
    }


def team_tabs(user: User, team: Team) -> dict[str, Any]:
    """What leads from one page about a team's people to the others."""
    role = role_in(user, team)
    may_manage = has_right(role, Right.MANAGE_PEOPLE)
    return {
        "may_manage": may_manage,
        "may_own": has_right(role, Right.OWN_TEAM),
        "waiting": team.invitations.waiting().count() if may_manage else 0,
    }


def _projects(request: HttpRequest) -> list[Project]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return list(Project.objects.visible_to(user).for_pages().select_related("team")[:_MOST_PROJECTS])


def _teams(request: HttpRequest) -> list[Team]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return list(Team.objects.visible_to(user))
