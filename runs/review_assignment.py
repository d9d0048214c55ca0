"""Who gets which items of a queue: in turn, by load, all to everybody, or to nobody in particular."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence

from runs.choices import Assignment

# The people of one item; None stands for whoever comes first.
Slots = tuple[int | None, ...]


def spread(
    count: int, *, assignment: Assignment, people: Sequence[int], reviewers: int, loads: Mapping[int, int]
) -> Iterator[Slots]:
    """The people of each of `count` items, no person twice on one; `loads` are the open items each has already."""
    if assignment == Assignment.FIXED:
        yield from (tuple(people) for _ in range(count))
    elif assignment == Assignment.ROUND_ROBIN:
        yield from _in_turn(count, people, reviewers)
    elif assignment == Assignment.BY_LOAD:
        yield from _by_load(count, people, reviewers, loads)
    else:
        yield from ((None,) * reviewers for _ in range(count))


def _in_turn(count: int, people: Sequence[int], reviewers: int) -> Iterator[Slots]:
    for item in range(count):
        first = item * reviewers
        yield tuple(people[(first + turn) % len(people)] for turn in range(reviewers))


def _by_load(count: int, people: Sequence[int], reviewers: int, loads: Mapping[int, int]) -> Iterator[Slots]:
    """Each item to those with the least to do by then; among equals the order in which people were named."""
    waiting = [(loads.get(person, 0), turn, person) for turn, person in enumerate(people)]
    heapq.heapify(waiting)
    for _ in range(count):
        taken = [heapq.heappop(waiting) for _ in range(reviewers)]
        for load, turn, person in taken:
            heapq.heappush(waiting, (load + 1, turn, person))
        yield tuple(person for _, _, person in taken)
