"""Answering a request with a page, or with the fragment of it that htmx asked for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_page(
    request: HttpRequest, template: str, *, partial: str | None = None, target_id: str | None = None, **context: Any
) -> HttpResponse:
    """Render `template`, or only its partial when htmx targets the element with the partial's id.

    A partial, the id of its element and the swap target carry one name; `target_id` is the id where a page holds the
    partial several times. A boosted or history request gets the page.
    """
    headers = request.headers
    wants_partial = (
        partial is not None
        and headers.get("HX-Request") == "true"
        and headers.get("HX-Target") == (target_id or partial)
        and "HX-History-Restore-Request" not in headers
    )
    response = render(request, f"{template}#{partial}" if wants_partial else template, context)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response
