"""`?wait=seconds`: holding on for long work, so that a program need not ask again and again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from evalhub.core.errors import Invalid

LONGEST_WAIT = 60
_PAUSE = 0.1

WAIT_PARAMETER = OpenApiParameter(
    "wait",
    {"type": "number", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0},
    description="So many seconds the answer waits for the work to be over.",
)


def wait_wished(request: Request) -> float:
    """How many seconds the caller wants to wait. Raises `Invalid` for what is no such number."""
    text = request.query_params.get("wait") or "0"
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= LONGEST_WAIT:
        raise Invalid("wait_invalid", f"An answer waits 0 to {LONGEST_WAIT} seconds.", field="wait")
    return seconds


def wait_until(is_over: Callable[[], bool], *, seconds: float) -> bool:
    """Look again and again until it is over or the time is; whether it is over."""
    deadline = time.monotonic() + seconds
    while not (over := is_over()) and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return over
