"""Which group of one run is which of another, and whether it grew."""

from __future__ import annotations

import pytest
from scipy import stats

from runs.choices import GroupState
from runs.insights.following import SeenGroup, change_of, likeness, pair_groups


def _group(start: int, stop: int, **centroid: float) -> SeenGroup:
    return SeenGroup(frozenset(range(start, stop)), centroid)


def test_groups_are_the_same_by_their_items_or_by_their_words() -> None:
    assert likeness(_group(0, 10), _group(5, 15)) == pytest.approx(5 / 15)
    assert likeness(_group(0, 5, refund=3, days=4), _group(5, 9, refund=3, days=4)) == pytest.approx(1)
    assert likeness(_group(0, 5, refund=1), _group(5, 9, json=1)) == 0


def test_each_group_has_one_predecessor_the_most_alike_first() -> None:
    before = [_group(0, 10), _group(20, 30)]
    now = [_group(0, 6), _group(0, 9), _group(40, 50)]
    assert pair_groups(now, before) == {1: 0}
    assert pair_groups([], before) == {}


def test_growth_is_what_chance_does_not_explain() -> None:
    everything = frozenset(range(100))
    grown = change_of(_group(0, 30), _group(0, 10), common=everything)
    assert (grown.state, grown.came, grown.left) == (GroupState.GROWING, 20, 0)
    assert grown.p == pytest.approx(stats.binomtest(0, 20).pvalue)
    assert change_of(_group(0, 10), _group(0, 30), common=everything).state == GroupState.SHRINKING
    assert change_of(_group(0, 13), _group(0, 10), common=everything).state == GroupState.STEADY


def test_items_that_only_one_run_has_are_no_growth() -> None:
    assert change_of(_group(0, 30), _group(0, 10), common=frozenset(range(12))).came == 2
