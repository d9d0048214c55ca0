"""Every error below `/v2/` as the Valiqor client reads it: an object with `detail`."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from evalhub.core.errors import EvalHubError, TooLarge

logger = logging.getLogger(__name__)


class DatasetTooLarge(TooLarge):
    """A body over the server's limit. The client has a class of its own for it, and reads the sizes, here in bytes."""

    status = 400

    def __init__(self, *, size: int, limit: int) -> None:
        mebibyte = 1024 * 1024
        super().__init__(
            "dataset_too_large",
            f"The request has {size / mebibyte:,.1f} MiB; this server takes at most {limit / mebibyte:,.0f} MiB at "
            "once. Send the rows in parts.",
        )
        self.size = size
        self.limit = limit


def error_response(error: Exception, _context: Mapping[str, Any]) -> Response:
    """The answer to any error; one that is ours is logged and says no more than that."""
    if isinstance(error, DatasetTooLarge):
        sizes = {"error": error.code, "dataset_size": error.size, "max_allowed": error.limit}
        return Response({"detail": error.message, **sizes}, status=error.status)
    if isinstance(error, EvalHubError):
        return Response({"detail": error.message}, status=error.status)
    if isinstance(error, APIException):
        return Response({"detail": str(error.detail)}, status=error.status_code, headers=_headers(error))
    if isinstance(error, Http404):
        return Response({"detail": "There is no such thing, or you may not see it."}, status=404)
    if isinstance(error, PermissionDenied):
        return Response({"detail": "You may not do this."}, status=403)
    logger.error("an error of the server's own below /v2/", exc_info=error)
    return Response({"detail": "EvalHub failed at this request; its log says why."}, status=500)


def _headers(error: APIException) -> dict[str, str]:
    auth_header = getattr(error, "auth_header", "")
    headers = {"WWW-Authenticate": auth_header} if auth_header else {}
    seconds = getattr(error, "wait", None)
    if seconds is not None:
        headers["Retry-After"] = str(math.ceil(seconds))
    return headers
