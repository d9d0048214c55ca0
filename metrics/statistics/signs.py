"""Pairs that differ only in which side is higher: exact test, score interval and smallest difference that can be shown.

A yes-or-no metric is such a pair (one side passes, the other does not), and so is a place in an order of labels.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import bdtr, ndtri

from metrics.statistics.intervals import CONFIDENCE

POWER = 0.8
# Fewer pairs that differ can never reach 5 % in the exact test: 2 × 0.5⁵ is 6.25 %.
LEAST_DISCORDANT = 6
_Z = float(ndtri((1 + CONFIDENCE) / 2))
_Z_POWER = float(ndtri(POWER))
_HALVINGS = 60


def exact_sign_test(*, up: int, down: int) -> float:
    """The two-sided binomial p-value that pairs go up as often as down; of yes and no, McNemar's exact test."""
    return min(1.0, 2.0 * float(bdtr(min(up, down), up + down, 0.5))) if up + down else 1.0


def tango_interval(*, up: int, down: int, n: int) -> tuple[float, float]:
    """The score interval of (up − down) / n: Tango 1998, Statistics in Medicine 17, 891 to 908.

    It stays within −1 and 1, and has a width even when no pair differs.
    """
    difference = (up - down) / n

    def is_outside(candidate: float) -> bool:
        return abs(_score(candidate, up=up, down=down, n=n)) > _Z

    return _edge(is_outside, inside=difference, outside=-1.0), _edge(is_outside, inside=difference, outside=1.0)


def _score(difference: float, *, up: int, down: int, n: int) -> float:
    """How many standard errors the pairs are from a true `difference`, with the likeliest share of pairs going down."""
    linear = -up - down + (2 * n - up + down) * difference
    constant = -down * difference * (1 - difference)
    share_down = (math.sqrt(max(0.0, linear**2 - 8 * n * constant)) - linear) / (4 * n)
    variance = n * (2 * share_down + difference * (1 - difference))
    distance = up - down - n * difference
    if variance <= 0:
        return 0.0 if abs(distance) < 1e-12 else math.copysign(math.inf, distance)
    return distance / math.sqrt(variance)


def _edge(is_outside: Callable[[float], bool], *, inside: float, outside: float) -> float:
    """Where the interval ends, between a value in it and the end of the scale."""
    if not is_outside(outside):
        return outside
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if is_outside(middle):
            outside = middle
        else:
            inside = middle
    return inside


def smallest_sign_difference(*, up: int, down: int, n: int) -> float | None:
    """The (up − down) / n that the test would find with 80 % chance while as many pairs differ as here.

    Connor 1987, Biometrics 43, 207 to 211, solved for the difference; never less than the exact test can show at all.
    None where so few pairs can show nothing.
    """
    if n < LEAST_DISCORDANT:
        return None
    least = LEAST_DISCORDANT / n
    differing = max((up + down) / n, least)
    factor = 1 + _Z_POWER**2 / n
    root = math.sqrt(_Z**2 - factor * (_Z**2 - _Z_POWER**2))
    found = math.sqrt(differing / n) * (_Z + root) / factor
    return max(found, least) if found <= 1 else None
