"""The rows of an item history as they are read: what was asked, and a mark for each run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Q
from django.db.models.functions import Left
from numpy.typing import NDArray

from runs.history.grid import ABSENT, FAILED, PASSED, Course, ItemGrid
from runs.item_history import history_in_words
from runs.models import Run, RunItem

EXCERPT = 240
_STATUSES = {PASSED: "passed", FAILED: "failed", ABSENT: "absent"}


@dataclass(frozen=True, slots=True)
class Mark:
    """An item in one run. `ordinal` is None where the run does not have it; `passes` of `known` repeats passed."""

    run: Run
    status: str
    ordinal: int | None
    passes: int
    known: int

    @property
    def is_mixed(self) -> bool:
        return 0 < self.passes < self.known


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One item over all runs, the oldest first; `input` is its beginning."""

    key: str
    input: str
    marks: tuple[Mark, ...]
    course: Course
    sentence: str
    turns: int
    failures: int
    first_failed: Run | None
    since: Run | None


def history_rows(grid: ItemGrid, rows: Sequence[int] | NDArray[np.int64]) -> list[HistoryRow]:
    """The rows in the order given, in one query."""
    names = _names(grid, rows)
    return [_row(grid, int(row), *names.get(int(row), ("", ""))) for row in rows]


def _row(grid: ItemGrid, row: int, key: str, text: str) -> HistoryRow:
    courses = grid.courses
    marks = tuple(_marks(grid, row))
    known = [(mark.run.name, mark.status == "passed") for mark in marks if mark.status in {"passed", "failed"}]
    sentence = history_in_words(known)
    if mixed := [mark for mark in marks if mark.is_mixed]:
        disagreed = f"Its repeats disagreed in {len(mixed)} run{'' if len(mixed) == 1 else 's'}."
        sentence = f"{sentence} {disagreed}".strip()
    return HistoryRow(
        key=key,
        input=text,
        marks=marks,
        course=list(Course)[courses.codes[row]],
        sentence=sentence,
        turns=int(courses.turns[row]),
        failures=int(courses.failures[row]),
        first_failed=_run_at(grid, int(courses.first_failed[row])),
        since=_run_at(grid, int(courses.since[row])),
    )


def _run_at(grid: ItemGrid, position: int) -> Run | None:
    return None if position < 0 else grid.runs[position]


def _marks(grid: ItemGrid, row: int) -> Iterator[Mark]:
    courses = grid.courses
    for position, run in enumerate(grid.runs):
        place = int(courses.places[position][row])
        if place < 0:
            yield Mark(run, _STATUSES[ABSENT], None, 0, 0)
            continue
        repeats = grid.repeats_at(position, place)
        status = _STATUSES.get(int(courses.verdicts[position, row]), "unscored")
        yield Mark(run, status, place, int((repeats == PASSED).sum()), int((repeats >= 0).sum()))


def _names(grid: ItemGrid, rows: Sequence[int] | NDArray[np.int64]) -> dict[int, tuple[str, str]]:
    """Row → the item's key and the beginning of its input, as the newest run that has it was asked."""
    wanted: dict[int, dict[int, int]] = defaultdict(dict)
    for row in map(int, rows):
        held = [position for position, places in enumerate(grid.courses.places) if places[row] >= 0]
        if held:
            wanted[grid.runs[held[-1]].pk][int(grid.courses.places[held[-1]][row])] = row
    if not wanted:
        return {}
    matching = Q()
    for run_id, at in wanted.items():
        matching |= Q(run_id=run_id, ordinal__in=list(at), repeat=0)
    found = RunItem.objects.filter(matching).annotate(excerpt=Left("item__input", EXCERPT))
    told = found.values_list("run_id", "ordinal", "item__key", "excerpt")
    return {wanted[run_id][ordinal]: (key, excerpt) for run_id, ordinal, key, excerpt in told}
