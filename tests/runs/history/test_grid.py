"""What items did from run to run: every way they can go, repeats, and runs over other items."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalhub.accounts.models import Project
from runs.history.grid import Course, ItemGrid
from runs.history.rows import HistoryRow, history_rows
from runs.history.selection import HistoryOrder, HistorySelection
from runs.models import Run
from tests.runs.history.histories import make_answered, make_history


def row_of(runs: list[Run], number: int, *, metric_key: str = "") -> HistoryRow:
    grid = ItemGrid(runs, metric_key=metric_key)
    rows = history_rows(grid, range(grid.courses.length))
    return next(row for row in rows if row.input == f"question {number}")


@pytest.mark.parametrize(
    ("results", "course", "sentence"),
    [
        ("pppp", Course.PASSING, "Passed in all 4 runs."),
        ("ffff", Course.FAILING, "Failed in all 4 runs."),
        ("pppf", Course.BROKE, "First failed in run 4, the newest run."),
        ("ppff", Course.BROKE, "First failed in run 3, and in every run since."),
        ("fpff", Course.BROKE, "First failed in run 1; failing again since run 3."),
        ("pffp", Course.BACK, "First failed in run 2; back since run 4."),
        ("fppp", Course.BACK, "First failed in run 1; back since run 2."),
        ("pfpf", Course.FLAKY, "Flaky: turned 3 times in 4 runs; failing since run 4."),
        ("p??f", Course.BROKE, "First failed in run 4, the newest run."),
        ("????", Course.UNKNOWN, ""),
        ("   f", Course.FAILING, ""),
        ("p   ", Course.PASSING, ""),
        ("p f ", Course.BROKE, "First failed in run 3, the newest run."),
    ],
)
@pytest.mark.parametrize("metric_key", ["", "right"], ids=["verdict", "metric"])
def test_an_item_goes_one_way(results: str, course: Course, sentence: str, metric_key: str, project: Project) -> None:
    row = row_of(make_history(project, "pppp", results), 1, metric_key=metric_key)
    assert (row.course, row.sentence) == (course, sentence)


@given(results=st.text("pf? ", min_size=2, max_size=6))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_grid_and_the_words_of_one_item_agree(results: str, project: Project) -> None:
    if not results.strip():
        return
    row = row_of(make_history(project, "p" * len(results), results), 1)
    assert (row.course == Course.FLAKY) == row.sentence.startswith("Flaky")
    assert (row.course == Course.BACK) == ("back since" in row.sentence)
    known = [mark.status for mark in row.marks if mark.status in {"passed", "failed"}]
    assert row.failures == known.count("failed")
    assert row.turns == sum(one != other for one, other in pairwise(known))
    first = next((mark.run for mark in row.marks if mark.status == "failed"), None)
    assert row.first_failed == first


def test_of_repeats_the_majority_counts_and_a_disagreement_is_flaky(project: Project) -> None:
    row = row_of([make_answered(project, {0: "ppp"}), make_answered(project, {0: "pfp"})], 0)
    assert row.course == Course.FLAKY
    assert [(mark.status, mark.passes, mark.known, mark.is_mixed) for mark in row.marks] == [
        ("passed", 3, 3, False),
        ("passed", 2, 3, True),
    ]
    assert row.sentence == "Passed in all 2 runs. Its repeats disagreed in 1 run."


def test_an_item_is_found_at_another_place_and_in_older_runs_only(project: Project) -> None:
    runs = make_history(project, "p  ", "ff ", "  p")
    gone, moved, new = (row_of(runs, number) for number in range(3))
    assert [mark.ordinal for mark in gone.marks] == [0, None, None]
    assert [mark.ordinal for mark in moved.marks] == [1, 0, None]
    assert [mark.status for mark in new.marks] == ["absent", "absent", "passed"]


def test_the_worst_come_first_and_ways_are_counted(project: Project) -> None:
    grid = ItemGrid(make_history(project, "pppp", "pfpf", "ffff", "pppf", "fppp", "ppff"))
    assert grid.counts() == {
        Course.BROKE: 2,
        Course.FLAKY: 1,
        Course.FAILING: 1,
        Course.BACK: 1,
        Course.PASSING: 1,
        Course.UNKNOWN: 0,
    }

    def shown(course: Course | None, order: HistoryOrder) -> list[int]:
        selection = HistorySelection(grid, course=course, order=order)
        return [int(row.input.split()[1]) for row in history_rows(grid, selection.rows)]

    assert shown(None, HistoryOrder.WORST) == [5, 3, 1, 2, 4, 0]
    assert shown(None, HistoryOrder.TURNS)[0] == 1
    assert shown(None, HistoryOrder.DATASET) == [0, 1, 2, 3, 4, 5]
    assert shown(Course.BROKE, HistoryOrder.DATASET) == [3, 5]


def test_a_page_of_rows_costs_one_query_however_many_runs(project: Project) -> None:
    grid = ItemGrid(make_history(project, "pppppp", "pfpfpf", "p     "))
    selection = HistorySelection(grid, course=None, order=HistoryOrder.WORST)
    rows = selection.page(1, 50)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert len(history_rows(grid, rows)) == 3
    assert len(caught) == 1
