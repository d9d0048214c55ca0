"""Every error of the API in one shape: problem details by RFC 9457, with a code for programs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response

from evalhub.core.errors import EvalHubError, Invalid, NotAllowed, NotFound, TooLarge

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what was sent; `field` is the way to it, as in `rows.3.input`."""

    field: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong; `errors` has every fault of a body with several."""

    status: int
    code: str
    detail: str
    field: str | None = None
    errors: Sequence[Fault] = ()

    def as_json(self) -> dict[str, Any]:
        named = {"type": f"urn:evalhub:problem:{self.code}", "title": HTTPStatus(self.status).phrase}
        return {**named, **asdict(self)}


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an error that callers can act on; None for one that is ours."""
    problem = _problem_of(error)
    if problem is None:
        return None
    response = Response(problem.as_json(), status=problem.status, content_type=CONTENT_TYPE)
    auth_header = getattr(error, "auth_header", "")
    if auth_header:
        response["WWW-Authenticate"] = auth_header
    seconds = getattr(error, "wait", None)
    if seconds is not None:
        response["Retry-After"] = str(math.ceil(seconds))
    return response


def _problem_of(error: Exception) -> Problem | None:
    error = _own_error(error)
    if isinstance(error, EvalHubError):
        return Problem(error.status, error.code, error.message, error.field)
    if isinstance(error, ValidationError):
        faults = list(_faults(error.detail))
        first = faults[0]
        detail = f"{first.field}: {first.detail}" if first.field else first.detail
        return Problem(error.status_code, "invalid", detail, first.field or None, faults)
    if isinstance(error, APIException):
        return Problem(error.status_code, str(error.get_codes()), str(error.detail))
    return None


def _own_error(error: Exception) -> Exception:
    """What Django raises, in the words of the house."""
    if isinstance(error, Http404):
        return NotFound("not_found", "There is no such thing, or you may not see it.")
    if isinstance(error, PermissionDenied):
        return NotAllowed("not_allowed", str(error) or "You may not do this.")
    if isinstance(error, RequestDataTooBig):
        return TooLarge("body_too_large", "The body is too large to be read at once; send rows as NDJSON, or in parts.")
    return error


def _faults(detail: Any, way: str = "") -> Iterator[Fault]:  # noqa: ANN401  # nested as the body was
    """Every fault in what a serializer says of a body."""
    if isinstance(detail, ErrorDetail):
        yield Fault(way, str(detail.code), str(detail))
    elif isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _faults(inner, way if name == "non_field_errors" else f"{way}.{name}".lstrip("."))
    else:
        # A list holds the messages of one field, or what is wrong with each of several things.
        for place, inner in enumerate(detail):
            yield from _faults(inner, way if isinstance(inner, ErrorDetail) else f"{way}.{place}".lstrip("."))


def require_readable(text: str) -> None:
    """Raise `Invalid` for an address with a NUL character, which no text in the database can hold."""
    if "\x00" in text or "%00" in text:
        raise Invalid("address_invalid", "The address holds a NUL character; leave it out.")
