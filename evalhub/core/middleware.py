"""Turning EvalHub's own errors into pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from evalhub.core.errors import EvalHubError


class ErrorPages:
    """Shows what happened and what to do next when a view raises one of `evalhub.core.errors`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, EvalHubError):
            return None
        return render(request, "error.html", {"error": error, "back": _came_from(request)}, status=error.status)


def _came_from(request: HttpRequest) -> str:
    """The page of this server that led here; nothing when there was none or it is this very address."""
    referer = request.headers.get("Referer", "")
    is_here = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if is_here and urlsplit(referer).path != request.path else ""
