"""Runs × items: what each item did from run to run, worked out from the packed columns of all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from metrics.criterion import UNDECIDED, Criterion
from runs.columns import RunColumns, read_columns
from runs.comparison.pairing import Ordinals, Source, places_among
from runs.models import Run, RunMetric

MOST_RUNS = 20
# As many changes of mind as the history of one item calls flaky (`runs.item_history`).
FLAKY_TURNS = 3
FAILED, PASSED, ABSENT = 0, 1, -2

Verdicts = NDArray[np.int8]
Counts = NDArray[np.int16]


class Course(StrEnum):
    """What became of an item over the runs, in the order in which it is worth a look."""

    BROKE = "broke"
    FLAKY = "flaky"
    FAILING = "failing"
    BACK = "back"
    PASSING = "passing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What passes and fails: the items' own verdict, or one metric by its threshold."""

    columns: RunColumns
    repeats: int
    metric_id: int | None = None
    criterion: Criterion | None = None

    def of_repeats(self) -> Verdicts:
        """A row of repeats for each item: 1 passed, 0 failed, -1 cannot be said."""
        if self.metric_id is None or self.criterion is None:
            stored = self.columns.passed
        else:
            stored = self.criterion.passing(self.columns.values(self.metric_id))
        return stored.reshape(-1, self.repeats)


@dataclass(frozen=True, slots=True)
class Courses:
    """Per item: its verdicts (a row for each run, the oldest first), and what they come to; -1 is no run.

    `since` is the run in which the latest stretch of equal verdicts began. `places` has where each run holds the item.
    """

    verdicts: Verdicts
    places: tuple[Ordinals, ...]
    turns: Counts
    failures: Counts
    first_failed: Counts
    since: Counts
    codes: NDArray[np.int8]

    @property
    def length(self) -> int:
        return len(self.codes)


class ItemGrid:
    """The items of all the runs, those of the newest run first and in its order."""

    def __init__(self, runs: Sequence[Run], *, metric_key: str = "") -> None:
        self.runs = tuple(runs)
        self.metrics = tuple(_metric_of(run, metric_key) for run in runs)
        self._metric_key = metric_key

    @cached_property
    def courses(self) -> Courses:
        return _courses(tuple(self._verdict(place) for place in range(len(self.runs))))

    def _verdict(self, place: int) -> Verdict | None:
        """None where the run does not measure what is asked for."""
        run, metric = self.runs[place], self.metrics[place]
        columns = read_columns(run)
        if not self._metric_key:
            return Verdict(columns, run.repeats)
        return Verdict(columns, run.repeats, metric.pk, metric.criterion) if metric else None

    def counts(self) -> dict[Course, int]:
        """How many items went each way."""
        counted = np.bincount(self.courses.codes, minlength=len(Course))
        return {course: int(counted[place]) for place, course in enumerate(Course)}

    def repeats_at(self, position: int, place: int) -> Verdicts:
        """The verdicts of the repeats of one item of one run."""
        verdict = self._verdict(position)
        return np.empty(0, dtype=np.int8) if verdict is None else verdict.of_repeats()[place]


def _metric_of(run: Run, key: str) -> RunMetric | None:
    return next((metric for metric in run.run_metrics.all() if metric.key == key), None)


@lru_cache(maxsize=8)
def _courses(verdicts: tuple[Verdict | None, ...]) -> Courses:
    """Remembered by the states of all runs, which never come again once their columns change."""
    asked = [(position, verdict) for position, verdict in enumerate(verdicts) if verdict is not None]
    questions = {position: Source(verdict.columns, verdict.repeats).questions() for position, verdict in asked}
    keys = _all_questions([questions[position] for position, _ in reversed(asked)])
    seen = np.full((len(verdicts), len(keys)), ABSENT, dtype=np.int8)
    places: list[Ordinals] = [np.full(len(keys), -1, dtype=np.int32)] * len(verdicts)
    is_mixed = np.zeros(len(keys), dtype=np.bool_)
    for position, verdict in asked:
        places[position] = at = places_among(questions[position], of=keys)
        decided, mixed = _majority(verdict.of_repeats())
        is_there = at >= 0
        seen[position, is_there] = decided[at[is_there]]
        is_mixed[is_there] |= mixed[at[is_there]]
    return _followed(seen, tuple(places), is_mixed)


def _all_questions(by_run: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Every question once: the first run's in its order, then those that only later ones have."""
    known = np.empty(0, dtype=np.int64)
    for questions in by_run:
        if not np.array_equal(questions, known):
            known = np.concatenate([known, questions[(questions != 0) & ~np.isin(questions, known)]])
    return known


def _majority(repeats: Verdicts) -> tuple[Verdicts, NDArray[np.bool_]]:
    """What more than half of an item's known repeats say (a tie fails), and whether they disagree."""
    passes, fails = (repeats == PASSED).sum(axis=1), (repeats == FAILED).sum(axis=1)
    decided = np.where(passes + fails == 0, UNDECIDED, passes > fails).astype(np.int8)
    return decided, (passes > 0) & (fails > 0)


def _followed(seen: Verdicts, places: tuple[Ordinals, ...], is_mixed: NDArray[np.bool_]) -> Courses:
    """Walk through the runs once, for all items together; runs without a verdict change nothing."""
    length = seen.shape[1]
    last = np.full(length, UNDECIDED, dtype=np.int8)
    first_failed, since = (np.full(length, -1, dtype=np.int16) for _ in range(2))
    turns, failures, known = (np.zeros(length, dtype=np.int16) for _ in range(3))
    for position, row in enumerate(seen):
        is_known = row >= 0
        is_new = is_known & (row != last)
        turns += is_new & (last != UNDECIDED)
        since[is_new] = position
        first_failed[(row == FAILED) & (first_failed < 0)] = position
        failures += row == FAILED
        known += is_known
        last = np.where(is_known, row, last)
    order = list(Course)
    codes = np.select(
        [known == 0, (turns >= FLAKY_TURNS) | is_mixed, failures == 0, failures == known, last == PASSED],
        [order.index(course) for course in (Course.UNKNOWN, Course.FLAKY, Course.PASSING, Course.FAILING, Course.BACK)],
        default=order.index(Course.BROKE),
    ).astype(np.int8)
    return Courses(seen, places, turns, failures, first_failed, since, codes)
