"""Which items of a comparison are shown, in which order: better, worse, the same, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.paired import SAME_WITHIN
from runs.columns import sorted_places
from runs.comparison.compare import Comparison
from runs.comparison.measures import Measure
from runs.comparison.search import search_grid
from runs.metadata_index import places_with
from runs.selection import SearchProgress

Mask = NDArray[np.bool_]


class Change(StrEnum):
    """What became of an item, seen from the baseline."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNSCORED = "unscored"
    UNMATCHED = "unmatched"


class ItemOrder(StrEnum):
    """By what the items are sorted."""

    WORST = "worst"
    BEST = "best"
    DATASET = "ordinal"


@dataclass(frozen=True, slots=True)
class ItemWish:
    """What a reader asked for: changes of one measure in one candidate, all of them where `change` is None."""

    measure: Measure
    position: int
    change: Change | None = None
    order: ItemOrder = ItemOrder.WORST
    metadata: tuple[tuple[str, str], ...] = ()
    text: str = ""


class ItemSelection:
    """The baseline's answered items that pass every filter, as ordinals; `counts` says how many there are of each.

    A search for text stops after about `patience` seconds and says so in `cut`; without it, it goes to the end.
    """

    def __init__(self, comparison: Comparison, wish: ItemWish, *, patience: float | None = None) -> None:
        self._wish = wish
        self.cut: SearchProgress | None = None
        self._gain = comparison.goodness_gain(wish.measure, wish.position)
        match = comparison.matches[wish.position]
        mask = comparison.is_answered.copy()
        for key, value in wish.metadata:
            mask &= places_with(comparison.baseline, key, value)[:: comparison.baseline.repeats]
        if wish.text:
            found = search_grid(comparison, wish.text, patience=patience)
            mask &= found.mask
            self.cut = found.cut
        is_matched = mask.copy()
        is_matched[match.missing] = False
        is_scored = is_matched & ~np.isnan(self._gain)
        self._masks: dict[Change, Mask] = {
            Change.BETTER: is_scored & (self._gain > SAME_WITHIN),
            Change.WORSE: is_scored & (self._gain < -SAME_WITHIN),
            Change.SAME: is_scored & (np.abs(self._gain) <= SAME_WITHIN),
            Change.UNSCORED: is_matched & ~is_scored,
            Change.UNMATCHED: mask & ~is_matched,
        }
        self._mask = mask if wish.change is None else self._masks[wish.change]

    @cached_property
    def counts(self) -> dict[Change, int]:
        return {change: int(np.count_nonzero(mask)) for change, mask in self._masks.items()}

    def change_of(self, ordinal: int) -> Change:
        """What became of one of the items."""
        return next(change for change, mask in self._masks.items() if mask[ordinal])

    @property
    def whole(self) -> int:
        """All items, whatever became of them."""
        return sum(self.counts.values())

    @cached_property
    def ordinals(self) -> NDArray[np.integer]:
        """The matching items in order; those without a difference come last."""
        if self._wish.order == ItemOrder.DATASET:
            return np.flatnonzero(self._mask)
        in_order = sorted_places(self._gain, descending=self._wish.order == ItemOrder.BEST)
        found: NDArray[np.integer] = in_order[self._mask[in_order]]
        return found

    @property
    def total(self) -> int:
        return len(self.ordinals)

    def page(self, number: int, size: int) -> Sequence[int]:
        """The ordinals on one page, counted from 1."""
        return [int(ordinal) for ordinal in self.ordinals[(number - 1) * size : number * size]]

    def neighbours(self, ordinal: int) -> tuple[int | None, int | None, int | None]:
        """Where the item stands (from 1; None when it is not selected), and the items before and after."""
        at = np.flatnonzero(self.ordinals == ordinal)
        if not at.size:
            return None, None, int(self.ordinals[0]) if self.total else None
        place = int(at[0])
        before = int(self.ordinals[place - 1]) if place else None
        after = int(self.ordinals[place + 1]) if place + 1 < self.total else None
        return place + 1, before, after
