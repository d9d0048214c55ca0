"""The admin site: for superusers only, who sign in where everybody does."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from unfold.sites import UnfoldAdminSite


class AdminSite(UnfoldAdminSite):
    """Unfold's site with one door: the login page's rate limits and second factor hold here too."""

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and getattr(user, "is_staff", False) and getattr(user, "is_superuser", False))

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        """The view behind the door; whoever is let in acts in every team as its owner would, here alone."""

        @wraps(view)
        def in_every_team(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.user.is_at_admin_site = True  # type: ignore[union-attr]  # nobody anonymous is let in
            return view(request, *args, **kwargs)

        guarded: Callable[..., HttpResponse] = super().admin_view(in_every_team, cacheable)
        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied("The admin site is for superusers; sign in as one.")
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or resolve_url("admin:index")
        return redirect_to_login(wanted, resolve_url(settings.LOGIN_URL))
