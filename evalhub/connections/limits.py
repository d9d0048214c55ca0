"""How many calls an endpoint gets at once and in a minute. Numbers only: no clock, no network, no Django."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Fewer answers than these say nothing about a share of rejections, or about its absence.
_FEWEST_ANSWERS = 20
_FEWEST_CLEAN = 10
_SMALLEST_TOLERANT_SIZE = 16
# So often may an endpoint reject at clearly less than what it has borne before.
_MOST_CONTRADICTIONS = 3
_CLEARLY_LESS = 1.5
_HALVINGS_WITHOUT_EFFECT = 3
_LARGEST_TOLERATED_SHARE = 0.3
# From this part of what was too much on, the limit grows by one a round.
_NEAR = 0.7


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

    After a halving it grows by a twentieth of the ceiling a round, and slowly near where it was too much. Rejections
    of calls that began before the last halving do not halve again, so one burst halves once. Where it is not
    the number at once that brings rejections (an endpoint that rejects a tenth of whatever it gets), that share is
    tolerated and the limit goes back to where it was: when halving again and again changed nothing, or when less was
    rejected than had been borne before.
    """

    def __init__(self, *, ceiling: int, start: int) -> None:
        self.ceiling = ceiling
        self.epoch = 0
        self._size = float(max(1, min(start, ceiling)))
        self._step = max(1.0, ceiling / 20)
        self._is_starting = True
        self._tolerated = 0.0
        self._now = _Count()
        self._before = _Count()
        self._in_all = _Count()
        self._borne = 0.0
        self._contradictions = 0
        self._halvings = 0
        self._size_before = self._size_of_epoch = self._size
        self._too_much = math.inf

    @property
    def size(self) -> int:
        return int(self._size)

    def set_ceiling(self, ceiling: int) -> None:
        """Allow more or fewer calls at once from now on."""
        self.ceiling = max(1, ceiling)
        self._size = min(self._size, float(self.ceiling))

    def succeeded(self, *, epoch: int, holds_back: bool) -> None:
        """Count a success, and grow when the limit is what holds further calls back."""
        self._count(epoch, rejected=0)
        if not self._now.rejected and self._now.answered >= max(_FEWEST_CLEAN, self._size_of_epoch):
            self._halvings = 0
            self._borne = max(self._borne, self._size_of_epoch)
        if holds_back:
            self._size = min(float(self.ceiling), self._size + self._growth())

    def rejected(self, *, epoch: int) -> bool:
        """Count a rejection; True when it halved the limit, so that the endpoint needs rest."""
        self._count(epoch, rejected=1)
        if epoch != self.epoch or self._now.rejected <= self._expected_rejections():
            return False
        self._halve()
        return True

    def _count(self, epoch: int, *, rejected: int) -> None:
        """Late answers tell of the halvings in a row that their calls began before."""
        count = self._now if epoch == self.epoch else self._before
        for told in (count, self._in_all):
            told.answered += 1
            told.rejected += rejected

    def _growth(self) -> float:
        """What a success adds: carefully where it was too much the last time, and faster once that is passed."""
        if self._is_starting:
            return 1.0
        is_near = _NEAR * self._too_much <= self._size <= self._too_much
        return (1.0 if is_near else self._step) / self._size

    def _expected_rejections(self) -> float:
        """What chance allows with the tolerated share: its mean and two deviations."""
        mean = self._tolerated * self._now.answered
        return mean + 2.0 * math.sqrt(mean)

    def _halve(self) -> None:
        if not self._halvings:
            self._size_before, self._before = self._size, _Count()
        self._before.add(self._now)
        self._halvings += 1
        self._contradictions += self._size * _CLEARLY_LESS <= self._borne
        self._too_much = self._size
        self._begin_epoch(max(1.0, self._size / 2))
        if self._is_of_no_use():
            self._tolerate(self._before.share, size=self._size_before)
        elif self._contradictions >= _MOST_CONTRADICTIONS:
            self._tolerate(self._in_all.share, size=self._borne)

    def _tolerate(self, share: float, *, size: float) -> None:
        """Take the share for the endpoint's own manner, and go back to a size."""
        self._tolerated = min(_LARGEST_TOLERATED_SHARE, max(self._tolerated, 1.5 * share))
        self._too_much, self._halvings, self._contradictions, self._borne = math.inf, 0, 0, 0.0
        self._in_all = _Count()
        self._begin_epoch(size)

    def _is_of_no_use(self) -> bool:
        """Whether several halvings in a row left a small share of rejections. A small limit is near any limit."""
        return (
            self._halvings >= _HALVINGS_WITHOUT_EFFECT
            and self._size_before >= _SMALLEST_TOLERANT_SIZE
            and self._before.answered >= _FEWEST_ANSWERS
            and self._before.share < _LARGEST_TOLERATED_SHARE
        )

    def _begin_epoch(self, size: float) -> None:
        self.epoch += 1
        self._is_starting = False
        self._now = _Count()
        self._size = self._size_of_epoch = min(size, float(self.ceiling))


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
