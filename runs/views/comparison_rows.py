"""The rows of a comparison's tables with their addresses: the compared runs, the summary's lines, the slices."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.grades import grade
from runs.comparison.lines import ShownLine, ShownSlice
from runs.models import Run
from runs.trust.badges import TrustBadge


@dataclass(frozen=True, slots=True)
class Side:
    """One of the compared runs; `number` counts from 1, the first is the baseline."""

    number: int
    run: Run
    baseline_href: str
    remove_href: str

    @property
    def is_baseline(self) -> bool:
        return self.number == 1

    @property
    def grade(self) -> str:
        return grade(self.run.overall)


@dataclass(frozen=True, slots=True)
class SummaryRow(ShownLine):
    """One measure of one candidate with the addresses of its items."""

    side: Side
    is_first: bool
    is_current: bool
    better_href: str
    worse_href: str
    same_href: str
    trust: TrustBadge | None = None


@dataclass(frozen=True, slots=True)
class SliceRow(ShownSlice):
    """The items of one metadata value in one candidate, and where they are."""

    side: Side
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Repeats:
    """Which repeat of an item is shown, counted from 1, and where those beside it are."""

    number: int
    count: int
    previous_href: str
    next_href: str
