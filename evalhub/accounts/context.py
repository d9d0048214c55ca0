"""What every page's frame shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from evalhub.accounts.models import Project, Team

_MOST_PROJECTS = 50


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The projects and teams that the person can go to; each read only when a template asks."""
    return {
        "nav_projects": SimpleLazyObject(lambda: _projects(request)),
        "nav_teams": SimpleLazyObject(lambda: _teams(request)),
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
