"""Our errors in this vendor's shape, and in statuses that its client does not answer with another try."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from rest_framework.response import Response

from evalhub.api.errors import problem_response

logger = logging.getLogger(__name__)

_IDS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    422: "unprocessable_entity",
    429: "too_many_requests",
}
# The client repeats a call that is answered by 409, and knows none of the others by name.
_SAID_AS_BAD_REQUEST = frozenset({409, 413, 415})


def error_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to any error: the client reads bodies as JSON alone, so nothing is left to the error pages."""
    problem = problem_response(error, context)
    request_id = str(uuid4())
    if problem is None or problem.status_code >= 500:
        logger.error("a Gradient call failed, request_id %s", request_id, exc_info=error)
        message = "EvalHub could not do this; its log says why under the request_id."
        return _answer(500, "server_error", message, request_id)
    status = 400 if problem.status_code in _SAID_AS_BAD_REQUEST else problem.status_code
    name = _IDS.get(status) or HTTPStatus(status).phrase.lower().replace(" ", "_")
    answer = _answer(status, name, problem.data["detail"], request_id)
    for header in ("WWW-Authenticate", "Retry-After"):
        if header in problem:
            answer[header] = problem[header]
    return answer


def _answer(status: int, name: str, message: str, request_id: str) -> Response:
    return Response({"id": name, "message": message, "request_id": request_id}, status=status)
