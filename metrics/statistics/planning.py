"""How many items and repeats a difference needs, and which difference given items can show.

The variance of a paired difference has two parts (Miller 2024, "Adding Error Bars to Evals", arXiv 2411.00640, section
5): how differently the items really fare in both runs, which only more items make up for, and the noise of answering
and judging, which repeats of the same items average out. docs/statistics.md has each formula.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from metrics.statistics.intervals import CONFIDENCE
from metrics.statistics.signs import POWER

Floats = NDArray[np.float64]

# More than anybody has: a difference that needs as many cannot be shown.
MOST_ITEMS = 100_000_000
_UPPER_TAIL = (1 + CONFIDENCE) / 2


@dataclass(frozen=True, slots=True)
class Noise:
    """The variance of one answer's value around its item's own mean, from `n` items (or pairs of answers)."""

    variance: float
    n: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The variance of a paired difference in its two parts, in the metric's unit squared.

    `items` stays however often each item is repeated; `noise` is that of both runs together for one answer each.
    """

    items: float
    noise: float

    def variance(self, repeats: int) -> float:
        """With every item answered so often in both runs."""
        return self.items + self.noise / repeats


def noise_of_repeats(values: Floats, *, repeats: int) -> Noise | None:
    """Pooled over the items that have at least two values; None where there is no such item.

    `values` has the repeats of an item one after another; NaN is no value.
    """
    rows = values.reshape(-1, repeats)
    known = np.isfinite(rows)
    counts = known.sum(axis=1)
    enough = counts >= 2
    if not enough.any():
        return None
    rows, known, counts = rows[enough], known[enough], counts[enough]
    means = np.where(known, rows, 0.0).sum(axis=1) / counts
    squares = np.where(known, (rows - means[:, None]) ** 2, 0.0).sum()
    return Noise(float(squares / (counts - 1).sum()), int(enough.sum()))


def noise_of_twins(differences: Floats, *, repeats: int = 1) -> Noise | None:
    """From two runs of the same thing: what differs between them is noise of both, so half of it is that of one.

    `differences` are of values folded over so many repeats; NaN is no difference.
    """
    known = differences[np.isfinite(differences)]
    if len(known) < 2:
        return None
    return Noise(float((known**2).mean()) * repeats / 2, len(known))


def spread_of(differences: Floats, *, noise: Noise | None, repeats: tuple[int, int] = (1, 1)) -> Spread | None:
    """Split the variance of the differences between two runs; None for fewer than two of them.

    `noise` is that of one answer, `repeats` how often each run answered an item. Without a known noise all of the
    variance counts as the items', which promises nothing of repeats.
    """
    known = differences[np.isfinite(differences)]
    if len(known) < 2:
        return None
    total = float(known.var(ddof=1))
    if noise is None:
        return Spread(total, 0.0)
    # An estimate can come out larger than what it is a part of.
    part = min(noise.variance * (1 / repeats[0] + 1 / repeats[1]), total)
    per_answer = part / (1 / repeats[0] + 1 / repeats[1])
    return Spread(total - part, 2 * per_answer)


def smallest_difference(variance: float, *, items: int, power: float = POWER) -> float | None:
    """The difference that so many items show with that chance, at the 5 % level, two-sided; None for one item."""
    if items < 2:
        return None
    return float(stdtrit(items - 1, _UPPER_TAIL) + stdtrit(items - 1, power)) * math.sqrt(variance / items)


def items_needed(variance: float, *, difference: float, power: float = POWER) -> int | None:
    """The fewest items that show the difference with that chance; None where even `MOST_ITEMS` do not.

    Raises `ValueError` for a difference that is not above zero.
    """
    if difference <= 0:
        raise ValueError(difference)
    by_curve = variance * (float(ndtri(_UPPER_TAIL) + ndtri(power)) / difference) ** 2
    if by_curve > MOST_ITEMS:
        return None
    # Student's t asks for a few more than the bell curve: the search goes up from there.
    low, high = 1, max(2, math.ceil(by_curve))
    while not _shows(variance, high, difference, power):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _shows(variance, middle, difference, power) else (middle, high)
    return high


def _shows(variance: float, items: int, difference: float, power: float) -> bool:
    smallest = smallest_difference(variance, items=items, power=power)
    return smallest is not None and smallest <= difference
