"""How often people prefer one of two answers: win rate with its interval, and whether the place on the page mattered.

Only `scipy.special` is imported, for the reason given in `intervals.py`. docs/statistics.md has each formula.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from metrics.statistics.intervals import wilson_interval
from metrics.statistics.signs import exact_sign_test, tango_interval


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PreferenceResult:
    """What people said of so many questions: `wins` are the candidate's, a tie is half a win of each.

    `win_rate` reckons with ties, `of_decided` leaves them out; `p` is the exact sign test over the questions that were
    decided. None where there is nothing to reckon with.
    """

    wins: int
    losses: int
    ties: int
    win_rate: Share | None
    of_decided: Share | None
    p: float | None

    @property
    def n(self) -> int:
        return self.wins + self.losses + self.ties


@dataclass(frozen=True, slots=True)
class PlaceBias:
    """How often the answer on the left was preferred, and how likely so uneven a count is by chance."""

    left: int
    right: int
    p: float | None


def win_rate(votes: Iterable[int]) -> PreferenceResult:
    """The candidate's win rate from what was said of each question: above 0 it won, below it lost, 0 is a tie.

    Several people's votes on one question are added up before, because they are not independent of each other.
    """
    signs = [(vote > 0) - (vote < 0) for vote in votes]
    wins, losses, ties = signs.count(1), signs.count(-1), signs.count(0)
    n, decided = len(signs), wins + losses
    return PreferenceResult(
        wins=wins,
        losses=losses,
        ties=ties,
        win_rate=_with_ties(wins, losses, n) if n else None,
        of_decided=_of_decided(wins, decided) if decided else None,
        p=exact_sign_test(up=wins, down=losses) if decided else None,
    )


def place_bias(*, left: int, right: int) -> PlaceBias:
    """Whether people lean to one side of the page, over the decisions that preferred one."""
    return PlaceBias(left, right, exact_sign_test(up=left, down=right) if left + right else None)


def _with_ties(wins: int, losses: int, n: int) -> Share:
    """(wins + ties / 2) / n is (1 + (wins − losses) / n) / 2, so the score interval of the difference is its own."""
    low, high = tango_interval(up=wins, down=losses, n=n)
    return Share((1 + (wins - losses) / n) / 2, (1 + low) / 2, (1 + high) / 2)


def _of_decided(wins: int, decided: int) -> Share:
    share = wins / decided
    low, high = wilson_interval(share=share, n=decided)
    return Share(share, low, high)
