"""How many calls an endpoint gets at once and in a minute. Numbers only: no clock, no network, no Django."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Fewer answers than these say nothing about a share of rejections.
_FEWEST_ANSWERS = 20
_HALVINGS_WITHOUT_EFFECT = 3
_LARGEST_TOLERATED_SHARE = 0.3


@dataclass(slots=True)
class _Count:
    """Answers to calls that began under one limit."""

    answered: int = 0
    rejected: int = 0

    def add(self, other: _Count) -> None:
        self.answered += other.answered
        self.rejected += other.rejected

    @property
    def share(self) -> float:
        return self.rejected / self.answered if self.answered else 0.0


class AdaptiveLimit:
    """A limit on calls at once that finds itself: doubles each round until the first rejection, halves on rejections.

    After a halving it grows by a twentieth of the ceiling a round. Rejections of calls that began before the last
    halving count for nothing, so one burst halves once. Where halving changes nothing (an endpoint that rejects a
    tenth of whatever it gets), that share is tolerated and the limit goes back to where it was.
    """

    def __init__(self, *, ceiling: int, start: int) -> None:
        self.ceiling = ceiling
        self.epoch = 0
        self._size = float(max(1, min(start, ceiling)))
        self._step = max(1.0, ceiling / 20)
        self._is_starting = True
        self._tolerated = 0.0
        self._now = _Count()
        self._since_clean = _Count()
        self._halvings = 0
        self._size_before = self._size

    @property
    def size(self) -> int:
        return int(self._size)

    def set_ceiling(self, ceiling: int) -> None:
        """Allow more or fewer calls at once from now on."""
        self.ceiling = max(1, ceiling)
        self._size = min(self._size, float(self.ceiling))

    def succeeded(self, *, epoch: int, in_flight: int) -> None:
        """Count a success, and grow when the limit was what held calls back. `in_flight` includes the call."""
        if epoch == self.epoch:
            self._now.answered += 1
            if self._now.answered >= max(_FEWEST_ANSWERS, 2 * self.size) and not self._now.rejected:
                self._forget_halvings()
        if in_flight >= self.size:
            growth = 1.0 if self._is_starting else self._step / self._size
            self._size = min(float(self.ceiling), self._size + growth)

    def rejected(self, *, epoch: int) -> bool:
        """Count a rejection; True when it halved the limit, so that the endpoint needs rest."""
        if epoch != self.epoch:
            return False
        self._now.answered += 1
        self._now.rejected += 1
        if self._now.rejected <= self._expected_rejections():
            return False
        self._halve()
        return True

    def _expected_rejections(self) -> float:
        """What chance allows with the tolerated share: its mean and two deviations."""
        mean = self._tolerated * self._now.answered
        return mean + 2.0 * math.sqrt(mean)

    def _halve(self) -> None:
        if not self._halvings:
            self._size_before = self._size
        self._since_clean.add(self._now)
        self._halvings += 1
        self._size = max(1.0, self._size / 2)
        self._is_starting = False
        self._next_epoch()
        if self._halvings >= _HALVINGS_WITHOUT_EFFECT and self._since_clean.answered >= _FEWEST_ANSWERS:
            self._tolerate_if_small(self._since_clean.share)

    def _tolerate_if_small(self, share: float) -> None:
        if share < _LARGEST_TOLERATED_SHARE:
            self._tolerated = min(_LARGEST_TOLERATED_SHARE, max(self._tolerated, 1.5 * share))
            self._size = self._size_before
        self._forget_halvings()

    def _forget_halvings(self) -> None:
        self._halvings = 0
        self._since_clean = _Count()

    def _next_epoch(self) -> None:
        self.epoch += 1
        self._now = _Count()


class Bucket:
    """An amount a minute, spread over it: what is left refills steadily up to a few seconds' worth."""

    _SECONDS_KEPT = 3.0

    def __init__(self, *, per_minute: float, now: float) -> None:
        self._rate = per_minute / 60
        self._most = max(1.0, self._rate * self._SECONDS_KEPT)
        self._level = self._most
        self._at = now

    def wait(self, *, now: float) -> float:
        """Seconds until something may be taken; 0 when it may be now."""
        self._refill(now)
        return 0.0 if self._level >= 1.0 else (1.0 - self._level) / self._rate

    def take(self, amount: float, *, now: float) -> None:
        """Take an amount, even beyond what is there: the debt is waited for. A negative amount gives back."""
        self._refill(now)
        self._level = min(self._most, self._level - amount)

    def _refill(self, now: float) -> None:
        self._level = min(self._most, self._level + (now - self._at) * self._rate)
        self._at = now
