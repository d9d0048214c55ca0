"""What a person asked of a run's items: the filters and the order, as plain values that any door can make."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TextField(StrEnum):
    """Where a text search looks."""

    INPUT = "input"
    OUTPUT = "output"
    EXPLANATION = "explanation"


class ScoreCondition(StrEnum):
    """What may be asked of one metric's score besides its value."""

    SCORED = "scored"
    UNSCORED = "unscored"
    ERRORED = "errored"
    PASSING = "passing"
    FAILING = "failing"


NO_REVIEW = "none"
BY_ORDINAL = "ordinal"
BY_OVERALL = "overall"
METRIC_PREFIX = "m."


@dataclass(frozen=True, slots=True)
class ValueRange:
    """Values of one metric from `low` to `high`, both included unless `excludes_high`; None is no bound."""

    key: str
    low: float | None = None
    high: float | None = None
    excludes_high: bool = False

    def __str__(self) -> str:
        low = "" if self.low is None else repr(self.low)
        high = "" if self.high is None else repr(self.high)
        return f"{low}..{'<' if self.excludes_high else ''}{high}"


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """Every filter must hold. `sets` are names of `ItemSet`s of the run.

    `sort` is `ordinal`, `overall` or `m.<metric key>`; a `-` before it turns it round.
    """

    text: str = ""
    within: tuple[TextField, ...] = tuple(TextField)
    is_failing: bool = False
    has_error: bool = False
    ranges: tuple[ValueRange, ...] = ()
    statuses: tuple[tuple[str, ScoreCondition], ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    review: str = ""
    sets: tuple[str, ...] = ()
    disagrees: bool = False
    sort: str = BY_ORDINAL

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")
