"""Whether a run may go on asking: its spending cap, and endpoints that fail every call in the same way."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from evalhub.connections.chat import CallFailed, CallFault

# Faults that the next call would meet as well: one is enough as long as nothing has ever worked. The endpoint's client
# sees by itself when calls that once worked all fail alike.
HOPELESS = frozenset({CallFault.REFUSED_KEY, CallFault.UNKNOWN_MODEL, CallFault.HOST_NOT_ALLOWED})


class Halted(Exception):
    """No more calls for this run. What was asked for stays missing, for the day when the run is resumed."""


@dataclass(slots=True)
class Gate:
    """Lets calls through until the run is stopped, its money is spent, or nothing works.

    `reason` says in one sentence for people why the gate closed by itself. `elsewhere` is what the run has spent but
    for this worker's `own` part; both in US dollars. When all `is_spent`, calls that were let through still end.
    """

    cap: Decimal | None = None
    elsewhere: Decimal = Decimal(0)
    own: Decimal = Decimal(0)
    is_closed: bool = False
    is_spent: bool = False
    reason: str = ""
    under_way: int = 0
    _paid_calls: int = 0
    _written: Decimal = Decimal(0)
    _has_worked: set[str] = field(default_factory=set)

    @property
    def is_blind(self) -> bool:
        """Whether there is a cap and nobody knows yet what a call costs."""
        return self.cap is not None and not self._paid_calls

    def enter(self) -> None:
        """Begin a call. Raises `Halted`."""
        if not self.is_closed and self.cap is not None and self._foreseen() >= self.cap:
            self.is_spent = True
            self.close(f"The run has spent its cap of ${self.cap.normalize():f}. Raise the cap to go on.")
        if self.is_closed:
            raise Halted
        self.under_way += 1

    def leave(self) -> None:
        self.under_way -= 1

    def close(self, reason: str = "") -> None:
        self.is_closed = True
        self.reason = self.reason or reason

    def note_success(self, whom: str, cost: Decimal | None) -> None:
        """A call to `whom`, an endpoint and model, came back."""
        self._paid_calls += 1
        self.own += cost or 0
        self._has_worked.add(whom)

    def note_failure(self, whom: str, failure: CallFailed) -> None:
        """A call to `whom` came to nothing. Raises `Halted` when no other would fare better."""
        if failure.fault in HOPELESS and whom not in self._has_worked:
            self.close(failure.message)
            raise Halted

    def written(self, cost: Decimal) -> None:
        """So much of what this worker spent is in the database now."""
        self._written += cost

    def spent_in_all(self, cost: Decimal) -> None:
        """So much the database says the run has cost, this worker's written part among it."""
        self.elsewhere = cost - self._written

    def _foreseen(self) -> Decimal:
        """What is spent when the calls under way are paid, each as the average of those before."""
        mean = self.own / self._paid_calls if self._paid_calls else Decimal(0)
        return self.elsewhere + self.own + mean * self.under_way
