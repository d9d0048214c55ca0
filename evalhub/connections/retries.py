"""What is tried again, and after how long. No Django and no network here."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from evalhub.connections.chat import CallFault

OVERLOADED = frozenset({429, 503, 529})
_TRIED_AGAIN = frozenset({408, 409, 429})
_FAULTS = {
    401: CallFault.REFUSED_KEY,
    403: CallFault.REFUSED_KEY,
    404: CallFault.UNKNOWN_MODEL,
    408: CallFault.TIMED_OUT,
    409: CallFault.SERVER_ERROR,
    429: CallFault.RATE_LIMITED,
}
# `6m0s`, `1.5s`, `20ms`: how endpoints write when a limit is full again.
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is tried in all, by what went wrong, and how long it waits in between."""

    tries: int = 5
    tries_after_rate_limit: int = 10
    tries_after_timeout: int = 3
    first_wait: float = 0.5
    longest_wait: float = 60.0

    def tries_for(self, fault: CallFault) -> int:
        if fault is CallFault.RATE_LIMITED:
            return self.tries_after_rate_limit
        return self.tries_after_timeout if fault is CallFault.TIMED_OUT else self.tries

    def wait(self, *, tried: int, asked: float | None = None) -> float:
        """Seconds to wait after the given number of tries: what the endpoint asked for, else doubling, with jitter.

        The jitter only adds to what was asked for, so that nobody comes back too early or all at once.
        """
        doubled = min(self.longest_wait, self.first_wait * 2.0 ** (tried - 1))
        if asked is None:
            return doubled * random.uniform(0.5, 1.0)  # noqa: S311  # spreads calls, hides nothing
        return min(self.longest_wait, asked) + self.first_wait * random.uniform(0.0, 0.5)  # noqa: S311  # as above


def fault_of(status: int) -> CallFault:
    """What an answer with this status, other than success, means."""
    if status in _FAULTS:
        return _FAULTS[status]
    return CallFault.SERVER_ERROR if status >= 500 else CallFault.BAD_REQUEST


def is_tried_again(status: int) -> bool:
    """Whether the same request may fare better later."""
    return status in _TRIED_AGAIN or status >= 500


def asked_wait(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds that the endpoint asks to wait: `Retry-After` in seconds or as a date. None where it asks nothing."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "").strip()
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())


def exhausted_for(headers: Mapping[str, str]) -> float | None:
    """Seconds until a limit is full again that `x-ratelimit-remaining-…` says is used up; None while there is room."""
    waits = [
        _duration(headers.get(f"x-ratelimit-reset-{kind}", "")) or 1.0
        for kind in ("requests", "tokens")
        if _number(headers.get(f"x-ratelimit-remaining-{kind}", "")) == 0
    ]
    return max(waits, default=None)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _duration(text: str) -> float | None:
    parts = _DURATION_PART.findall(text)
    if not parts:
        return _number(text)
    return sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts)
