"""Whole addresses as the caller can reach them: through the same proxy, by the same name."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.request import host_validation_re


def whole_address(request: HttpRequest, path: str) -> str:
    """The path on the server that the caller reached.

    What a proxy says of host and scheme is believed here, whatever the settings: the address goes to this caller alone,
    who could only deceive itself.
    """
    scheme = _first(request, "X-Forwarded-Proto").lower()
    host = _first(request, "X-Forwarded-Host").lower()
    if scheme not in {"http", "https"}:
        scheme = request.scheme or "http"
    if not host_validation_re.fullmatch(host):
        host = request.get_host()
    return f"{scheme}://{host}{path}"


def _first(request: HttpRequest, header: str) -> str:
    """What the outermost of several proxies said."""
    return request.headers.get(header, "").partition(",")[0].strip()
