"""`?wait=seconds`: an answer that holds on until the work is done, for programs that would otherwise ask again."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from evalhub.core.errors import Invalid

MOST_SECONDS = 240

WAIT_PARAMETER = OpenApiParameter(
    "wait",
    {"type": "integer", "minimum": 0, "maximum": MOST_SECONDS, "default": 0},
    description="Hold on for so many seconds until the work is over; 202 when it is not by then.",
)


def wait_of(request: Request) -> int | None:
    """How long the caller wants to wait; None when nothing is said of it. Raises `Invalid`."""
    said = request.query_params.get("wait")
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and int(said[:9]) <= MOST_SECONDS):
        raise Invalid("wait_invalid", f"One can wait 0 to {MOST_SECONDS} seconds.", field="wait")
    return int(said)
