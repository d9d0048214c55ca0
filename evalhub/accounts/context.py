"""What every page's frame shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from evalhub.accounts.models import Project


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The projects that the person can switch to; read only when the template asks."""
    return {"nav_projects": SimpleLazyObject(lambda: _projects(request))}


def _projects(request: HttpRequest) -> list[Project]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return list(Project.objects.visible_to(user).for_pages().select_related("team")[:50])
