"""Stops a run early when every call to an endpoint fails the same way. No Django and no network here."""

from __future__ import annotations

from evalhub.connections.chat import CallFailed, CallFault

# They will not mend themselves while a run is on.
_FINAL = frozenset({CallFault.REFUSED_KEY, CallFault.UNKNOWN_MODEL, CallFault.HOST_NOT_ALLOWED})
_ALIKE_BEFORE_SUCCESS = 8
_ALIKE_AFTER_SUCCESS = 40
_FINAL_AFTER_SUCCESS = 3


class BreakerOpen(CallFailed):
    """No further call is made, since every one before failed the same way."""


class Breaker:
    """Counts failures in a row that are alike and opens when there are too many; a success starts the count anew.

    A refused key or an unknown model opens it at once, unless there was a success before: then three in a row.
    """

    def __init__(self) -> None:
        self._has_succeeded = False
        self._last: CallFailed | None = None
        self._alike = 0

    @property
    def is_open(self) -> bool:
        return self._last is not None and self._alike >= self._most(self._last.fault)

    def check(self) -> None:
        """Raise `BreakerOpen` when calls have stopped making sense."""
        if self._last is not None and self.is_open:
            raise BreakerOpen(self._last.fault, self._last.message)

    def succeeded(self) -> None:
        self._has_succeeded = True
        self._last, self._alike = None, 0

    def failed(self, failure: CallFailed) -> None:
        """Count a call that came to nothing after all its retries."""
        is_like_last = self._last is not None and self._last.fault is failure.fault
        self._alike = self._alike + 1 if is_like_last else 1
        self._last = failure

    def _most(self, fault: CallFault) -> int:
        if fault in _FINAL:
            return _FINAL_AFTER_SUCCESS if self._has_succeeded else 1
        return _ALIKE_AFTER_SUCCESS if self._has_succeeded else _ALIKE_BEFORE_SUCCESS
