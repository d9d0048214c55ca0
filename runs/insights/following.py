"""Failure groups from one run to the next: which is which, and whether it grew. docs/statistics.md has the rules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from metrics.statistics.signs import exact_sign_test
from metrics.statistics.verdicts import LEVEL
from runs.choices import GroupState

# Less alike than this, two groups are not the same one.
LEAST_ALIKE = 0.3


@dataclass(frozen=True, slots=True)
class SeenGroup:
    """A group in one run: the pair keys of its items, and its heaviest words with their weights."""

    keys: frozenset[int]
    centroid: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a group. Of the items that both runs read, `came` joined it and `left` went out of it."""

    state: GroupState
    came: int = 0
    left: int = 0
    p: float | None = None


def pair_groups(groups: Sequence[SeenGroup], before: Sequence[SeenGroup]) -> dict[int, int]:
    """The place of each group's predecessor, the most alike pairs first; each is taken once."""
    scores = [
        (likeness(group, other), place, other_place)
        for place, group in enumerate(groups)
        for other_place, other in enumerate(before)
    ]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for score, place, other_place in sorted(scores, key=lambda one: (-one[0], one[1:])):
        if score >= LEAST_ALIKE and place not in found and other_place not in taken:
            found[place] = other_place
            taken.add(other_place)
    return found


def likeness(one: SeenGroup, other: SeenGroup) -> float:
    """The larger of the share of items that they have in common (Jaccard) and the cosine of their words' weights."""
    together = len(one.keys | other.keys)
    return max(len(one.keys & other.keys) / together if together else 0.0, _cosine(one.centroid, other.centroid))


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    lengths = math.hypot(*one.values()) * math.hypot(*other.values())
    return sum(weight * other.get(word, 0.0) for word, weight in one.items()) / lengths if lengths else 0.0


def change_of(group: SeenGroup, before: SeenGroup, *, common: frozenset[int]) -> Change:
    """Grown or shrunk where chance does not explain that more joined than left, by the exact sign test."""
    came = len((group.keys - before.keys) & common)
    left = len((before.keys - group.keys) & common)
    p = exact_sign_test(up=came, down=left)
    if p > LEVEL:
        return Change(GroupState.STEADY, came, left, p)
    return Change(GroupState.GROWING if came > left else GroupState.SHRINKING, came, left, p)
