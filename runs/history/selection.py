"""Which items of a history are on screen, and in which order."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from runs.history.grid import Course, ItemGrid


class HistoryOrder(StrEnum):
    """Worst: by what became of the item, then by how often it failed."""

    WORST = "worst"
    TURNS = "turns"
    DATASET = "dataset"


class HistorySelection:
    """The items that went one way, or all of them, in the order asked for."""

    def __init__(self, grid: ItemGrid, *, course: Course | None, order: HistoryOrder) -> None:
        self._courses = grid.courses
        self._course = course
        self._order = order

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The matching rows of the grid in order."""
        codes = self._courses.codes
        if self._course is None:
            rows = np.arange(len(codes))
        else:
            rows = np.flatnonzero(codes == list(Course).index(self._course))
        if self._order == HistoryOrder.DATASET:
            return rows
        turns, failures = -self._courses.turns[rows].astype(np.int32), -self._courses.failures[rows].astype(np.int32)
        keys = (failures, turns, codes[rows]) if self._order == HistoryOrder.WORST else (failures, turns)
        return rows[np.lexsort(keys)]

    @property
    def total(self) -> int:
        return len(self.rows)

    def page(self, number: int, size: int) -> NDArray[np.int64]:
        """The rows of one page, counted from 1."""
        return self.rows[(number - 1) * size : number * size]
