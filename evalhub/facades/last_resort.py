"""Errors that no view gets to answer, such as a host that is not served: as JSON where programs call, else as pages."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

_CALLED_BY_PROGRAMS = ("/v2/", "/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(_CALLED_BY_PROGRAMS):
        return defaults.bad_request(request, exception)
    return _said(HTTPStatus.BAD_REQUEST, "The request cannot be served under this name or in this form.")


def server_error(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith(_CALLED_BY_PROGRAMS):
        return defaults.server_error(request)
    return _said(HTTPStatus.INTERNAL_SERVER_ERROR, "EvalHub failed at this request; its log says why.")


def _said(status: HTTPStatus, detail: str) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)
