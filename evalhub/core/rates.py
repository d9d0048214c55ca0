"""How many requests somebody may make in a minute: counted where all web processes see it."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass

from django.core.cache import caches
from redis.exceptions import RedisError

_WINDOW_SECONDS = 60
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rate:
    """The caller's minute: what it may hold, what it has held, and how long it lasts yet."""

    limit: int
    used: int
    seconds_left: int

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        """The header fields of the IETF's draft "RateLimit header fields for HTTP"."""
        remaining = max(0, self.limit - self.used)
        return {
            "RateLimit-Policy": f'"minute";q={self.limit};w={_WINDOW_SECONDS}',
            "RateLimit": f'"minute";r={remaining};t={self.seconds_left}',
        }


def count(caller: str, *, limit: int) -> Rate | None:
    """Count one request of the caller; None where there is no limit, or nowhere to count."""
    if limit <= 0:
        return None
    now = time.time()
    minute, passed = divmod(now, _WINDOW_SECONDS)
    name = f"{caller}:{minute:.0f}"
    try:
        # Kept past its minute, so that clocks that differ a little do not count from nought.
        caches["counts"].add(name, 0, timeout=2 * _WINDOW_SECONDS)
        used = caches["counts"].incr(name)
    except (RedisError, ValueError) as error:
        # An answer is worth more than a count.
        _log.warning("Requests are not counted: %s", error)
        return None
    return Rate(limit, used, math.ceil(_WINDOW_SECONDS - passed))
