"""Waiting in a request for what workers do, without holding anything that others need."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from django.db import connection

from runs.choices import OVER_STATES
from runs.models import Run

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


def wait_for_runs(run_ids: Collection[int], *, seconds: float) -> bool:
    """Whether all of the runs are over, now or within that time."""
    unfinished = Run.objects.filter(pk__in=run_ids, deleted_at=None).exclude(state__in=OVER_STATES)
    return wait_until(lambda: not unfinished.exists(), seconds=seconds)


def wait_until(is_over: Callable[[], bool], *, seconds: float) -> bool:
    """Whether it is over, now or within that time.

    Looks ever more seldom, and gives the database connection back between the looks: many requests may wait at once,
    and a process has few connections.
    """
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    while not is_over():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        if not connection.in_atomic_block:
            connection.close()
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
    return True
