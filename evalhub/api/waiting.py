"""`?wait=seconds`: an answer that holds on until the work is done, for programs that would otherwise ask again."""

from __future__ import annotations

import time

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from evalhub.core.errors import Invalid
from runs.choices import OVER_STATES
from runs.models import Run

MOST_SECONDS = 240
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0

WAIT_PARAMETER = OpenApiParameter(
    "wait",
    {"type": "integer", "minimum": 0, "maximum": MOST_SECONDS, "default": 0},
    description="Hold on for so many seconds until the run is over; 202 when it is not by then.",
)


def wait_of(request: Request) -> int | None:
    """How long the caller wants to wait; None when nothing is said of it. Raises `Invalid`."""
    said = request.query_params.get("wait")
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and int(said[:9]) <= MOST_SECONDS):
        raise Invalid("wait_invalid", f"One can wait 0 to {MOST_SECONDS} seconds.", field="wait")
    return int(said)


def wait_for_runs(run_ids: list[int], *, seconds: int) -> bool:
    """Whether all of the runs are over, now or within that time."""
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    unfinished = Run.objects.filter(pk__in=run_ids, deleted_at=None).exclude(state__in=OVER_STATES)
    while unfinished.exists():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
    return True
