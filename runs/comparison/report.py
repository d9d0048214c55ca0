"""A comparison as a document: everything that stands in a report, on paper, as Markdown or behind a shared address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from metrics.grades import grade
from runs.comparison.charts import Spread, spread_of
from runs.comparison.compare import Comparison
from runs.comparison.fairness import Conditions, conditions_of
from runs.comparison.items import Cell, Row, item_rows
from runs.comparison.lines import ShownLine, ShownSlice
from runs.comparison.measures import Measure
from runs.comparison.selection import ItemSelection, ItemWish
from runs.comparison.slices import compare_slices
from runs.figures import MISSING, mean_of, threshold_of
from runs.models import Run, RunMetric


@dataclass(frozen=True, slots=True)
class ReportWish:
    """What a report is to hold: the items of `items` up to `most_items`, and the slices under `slice_key`."""

    items: ItemWish | None
    slice_key: str
    most_items: int
    with_texts: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the runs: what it was, and what came out; `number` counts from 1, the first is the baseline."""

    number: int
    run: Run

    @property
    def grade(self) -> str:
        return grade(self.run.overall)

    @property
    def measured(self) -> list[Measured]:
        return [Measured(metric) for metric in self.run.run_metrics.all()]


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of one run: by what it was measured, and of how many items."""

    metric: RunMetric

    @property
    def revision(self) -> str:
        return f"r{self.metric.revision.number}"

    @property
    def threshold(self) -> str:
        return threshold_of(self.metric) or MISSING

    @property
    def mean(self) -> str:
        return mean_of(self.metric, self.metric.mean)


@dataclass(frozen=True, slots=True)
class ReportLine(ShownLine):
    """A line of the summary with the name of its run, and its interval on a scale whose middle is no difference."""

    run: Run

    @property
    def bar(self) -> tuple[float | None, float | None, float | None]:
        """The ends and the middle of the difference from 0 to 1; to the right of one half the candidate is better."""
        if self.line is None or self.line.result.difference is None:
            return None, None, None
        result = self.line.result
        known = [end for end in (result.ci_low, result.difference, result.ci_high) if end is not None]
        widest = max(map(abs, known)) or 1.0
        turned = 1.0 if self.measure.higher_is_better else -1.0
        places = sorted(0.5 + 0.48 * turned * end / widest for end in known)
        return (places[0], 0.5 + 0.48 * turned * (result.difference or 0.0) / widest, places[-1])


class Report:
    """One comparison as it is now, read once for the whole document."""

    def __init__(self, comparison: Comparison, wish: ReportWish, *, made_at: datetime, made_by: str) -> None:
        self.comparison = comparison
        self.wish = wish
        self.made_at = made_at
        self.made_by = made_by

    @property
    def title(self) -> str:
        first, *others = (run.name for run in self.comparison.runs)
        return f"{', '.join(others)} against {first}"

    @property
    def runs(self) -> list[Compared]:
        return [Compared(place + 1, run) for place, run in enumerate(self.comparison.runs)]

    @cached_property
    def lines(self) -> list[ReportLine]:
        by_place = {(line.measure.name, line.position): line for line in self.comparison.lines}
        return [
            ReportLine(measure, by_place.get((measure.name, position)), run)
            for measure in self.comparison.measures
            for position, run in enumerate(self.comparison.runs[1:], start=1)
        ]

    @cached_property
    def conditions(self) -> Conditions:
        return conditions_of(self.comparison)

    @property
    def measure(self) -> Measure | None:
        """What the slices, the picture and the items are about."""
        return self.wish.items.measure if self.wish.items else None

    @property
    def candidate(self) -> Run:
        return self.comparison.runs[self.wish.items.position if self.wish.items else 1]

    @property
    def slice_key(self) -> str:
        return self.wish.slice_key

    @cached_property
    def slices(self) -> list[tuple[Run, ShownSlice]]:
        if not self.slice_key or self.measure is None:
            return []
        found = compare_slices(self.comparison, self.measure, key=self.slice_key)
        return [(self.comparison.runs[line.position], ShownSlice(self.measure, line)) for line in found]

    @cached_property
    def spread(self) -> Spread | None:
        return spread_of(self.comparison, self.measure) if self.measure else None

    @property
    def bins(self) -> list[tuple[str, tuple[int, ...]]]:
        """The values that came out at all, each with the items of every run."""
        return [(name, counts) for name, counts in self.spread.rows if any(counts)] if self.spread else []

    @property
    def pictures(self) -> list[tuple[Compared, list[float]]]:
        """For each run the heights of its bins, as shares of the tallest of all."""
        if self.spread is None:
            return []
        shares = [[count / max(1, sum(counts)) for count in counts] for counts in self.spread.counts]
        tallest = max((share for of_run in shares for share in of_run), default=0.0) or 1.0
        heights = [[share / tallest for share in of_run] for of_run in shares]
        return list(zip(self.runs, heights, strict=True))

    @cached_property
    def selection(self) -> ItemSelection | None:
        return ItemSelection(self.comparison, self.wish.items, patience=0.5) if self.wish.items else None

    @cached_property
    def items(self) -> list[tuple[Row, list[tuple[Compared, Cell]]]]:
        """The first items in the order asked for, each with its answers beside the runs that gave them."""
        if self.selection is None or self.measure is None or not self.wish.most_items:
            return []
        ordinals = self.selection.page(1, self.wish.most_items)
        rows = item_rows(self.comparison, ordinals, measures=[self.measure], is_diff=False)
        return [(row, list(zip(self.runs, row.cells, strict=True))) for row in rows]

    @property
    def total(self) -> int:
        return self.selection.total if self.selection else 0

    @property
    def with_texts(self) -> bool:
        return self.wish.with_texts
