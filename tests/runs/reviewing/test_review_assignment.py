"""Who gets which items: fair, and nobody twice on one."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.choices import Assignment
from runs.review_assignment import Slots, spread


def shares(count: int, assignment: Assignment, people: list[int], reviewers: int, loads: dict[int, int]) -> list[Slots]:
    return list(spread(count, assignment=assignment, people=people, reviewers=reviewers, loads=loads))


@pytest.mark.parametrize("assignment", [Assignment.ROUND_ROBIN, Assignment.BY_LOAD])
@given(count=st.integers(0, 60), people=st.integers(1, 7), reviewers=st.integers(1, 7))
def test_shares_differ_by_one_at_most_and_nobody_gets_an_item_twice(
    assignment: Assignment, count: int, people: int, reviewers: int
) -> None:
    reviewers = min(reviewers, people)
    found = shares(count, assignment, list(range(people)), reviewers, {})
    counts = Counter(person for slots in found for person in slots)
    assert all(len(set(slots)) == reviewers for slots in found)
    assert max(counts.values(), default=0) - min((counts[person] for person in range(people)), default=0) <= 1


def test_by_load_those_with_less_to_do_catch_up_first() -> None:
    found = shares(5, Assignment.BY_LOAD, [1, 2], 1, {1: 3})
    assert [slots[0] for slots in found] == [2, 2, 2, 1, 2]


def test_fixed_people_all_get_every_item() -> None:
    assert shares(2, Assignment.FIXED, [7, 8], 2, {}) == [(7, 8), (7, 8)]


def test_without_people_there_are_places_for_whoever_comes() -> None:
    assert shares(2, Assignment.ANYONE, [], 3, {}) == [(None,) * 3] * 2
