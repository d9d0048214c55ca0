"""Turning EvalHub's own errors into pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
        return render(request, "error.html", {"error": error}, status=error.status)
