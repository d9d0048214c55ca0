"""Which items of a comparison are shown: counts and order, also over another version and with repeats."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import Project
from runs.comparison.compare import Comparison, compare_runs
from runs.comparison.selection import Change, ItemOrder, ItemSelection, ItemWish
from tests.runs.comparison.compared_runs import make_compared_run, make_questions

LOWER = {"toxicity": {"name": "Toxicity", "direction": "lower"}}


@pytest.fixture
def comparison(project: Project) -> Comparison:
    """Five questions, of which the candidate lacks `b`, has no score for `e`, and was asked twice."""
    baseline = make_compared_run(
        make_questions(project, ["a", "b", "c", "d", "e"]), {"toxicity": [0.2, 0.2, 0.2, 0.2, 0.2]}, metrics=LOWER
    )
    candidate = make_compared_run(
        make_questions(project, ["e", "d", "c", "a"]),
        {"toxicity": [None, None, 0.1, 0.3, 0.5, 0.7, 0.0, None]},
        metrics=LOWER,
        repeats=2,
    )
    return compare_runs([baseline, candidate])


def selected(comparison: Comparison, **wish: object) -> ItemSelection:
    return ItemSelection(comparison, ItemWish(comparison.measure("m.toxicity"), 1, **wish))  # type: ignore[arg-type]


def test_every_item_is_one_of_five(comparison: Comparison) -> None:
    selection = selected(comparison)
    assert selection.counts == {
        Change.BETTER: 1,  # a: from 0.2 down to 0.0
        Change.WORSE: 1,  # c: up to 0.6
        Change.SAME: 1,  # d: its repeats come to 0.2
        Change.UNSCORED: 1,
        Change.UNMATCHED: 1,
    }
    assert selection.whole == selection.total == 5
    assert [selection.change_of(ordinal) for ordinal in range(5)] == [
        *(Change.BETTER, Change.UNMATCHED, Change.WORSE, Change.SAME, Change.UNSCORED)
    ]


def test_what_has_no_difference_comes_last(comparison: Comparison) -> None:
    assert selected(comparison).page(1, 3) == [2, 3, 0]
    assert selected(comparison, order=ItemOrder.BEST).page(1, 3) == [0, 3, 2]
    assert selected(comparison, order=ItemOrder.DATASET).page(2, 3) == [3, 4]


def test_neighbours_follow_the_order(comparison: Comparison) -> None:
    assert selected(comparison).neighbours(3) == (2, 2, 0)
    assert selected(comparison, change=Change.WORSE).neighbours(2) == (1, None, None)
    assert selected(comparison, change=Change.WORSE).neighbours(0) == (None, None, 2)
    assert selected(comparison, change=Change.SAME, metadata=(("topic", "x"),)).neighbours(0) == (None, None, None)
