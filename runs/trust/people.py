"""Several people's opinions of one item made one verdict, and set beside each other for their own agreement; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from runs.choices import CompareAs

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Opinion:
    """One person's value of one item; `is_here`: said in EvalHub. Without a name it is all people's word."""

    run_item_id: int
    who: str
    value: float
    is_here: bool = False

    @property
    def is_joint(self) -> bool:
        return not self.who


@dataclass(frozen=True, slots=True)
class People:
    """The verdict on each item, and `ratings` with a row for each opinion of an item and a column for each item.

    Items of which people are of two minds have no verdict; `undecided` counts them.
    """

    verdicts: dict[int, float]
    ratings: Floats
    names: frozenset[str] = field(default_factory=frozenset)
    undecided: int = 0

    @property
    def by_several(self) -> int:
        return int((np.isfinite(self.ratings).sum(axis=0) > 1).sum())


def fold_people(opinions: Iterable[Opinion], *, compare_as: CompareAs, steps: Sequence[float]) -> People:
    """What was said in EvalHub stands before what came with the data; there the word of all before that of each.

    Classes go by majority; steps of an order by the step nearest to the mean; other values by the mean.
    """
    by_item: dict[int, list[Opinion]] = {}
    for opinion in opinions:
        by_item.setdefault(opinion.run_item_id, []).append(opinion)
    verdicts: dict[int, float] = {}
    for run_item_id, said in by_item.items():
        verdict = _verdict(_heard(said), compare_as, steps)
        if verdict is not None:
            verdicts[run_item_id] = verdict
    alone = [[one.value for one in said if not one.is_joint] for said in by_item.values()]
    names = frozenset(one.who for said in by_item.values() for one in said if not one.is_joint)
    return People(verdicts, _side_by_side(alone), names, undecided=len(by_item) - len(verdicts))


def _heard(said: Sequence[Opinion]) -> list[float]:
    here = [one.value for one in said if one.is_here]
    joint = [one.value for one in said if one.is_joint]
    return here or joint or [one.value for one in said]


def _verdict(values: Sequence[float], compare_as: CompareAs, steps: Sequence[float]) -> float | None:
    if compare_as == CompareAs.CLASSES:
        first, *others = Counter(values).most_common(2)
        return None if others and others[0][1] == first[1] else first[0]
    mean = fmean(values)
    if compare_as == CompareAs.ORDER and len(steps):
        return min(steps, key=lambda step: abs(step - mean))
    return mean


def _side_by_side(alone: Sequence[Sequence[float]]) -> Floats:
    deepest = max(map(len, alone), default=0)
    ratings: Floats = np.full((deepest, len(alone)), np.nan)
    for column, values in enumerate(alone):
        ratings[: len(values), column] = values
    return ratings
