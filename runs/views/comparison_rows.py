"""The rows of a comparison's tables as they are shown: the compared runs, the summary's lines, the slices."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.choices import Direction
from metrics.grades import grade
from runs.comparison.compare import Line
from runs.comparison.measures import Measure
from runs.comparison.slices import SliceLine
from runs.comparison.words import Said, difference_text, in_words, interval_text, mean_text, p_text, smallest_text
from runs.figures import scale_of
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
class SummaryRow:
    """One measure of one candidate, as shown; `said` is None where the two cannot be compared."""

    measure: Measure
    side: Side
    is_first: bool
    is_current: bool
    line: Line | None
    better_href: str
    worse_href: str
    same_href: str
    trust: TrustBadge | None = None

    @property
    def said(self) -> Said | None:
        return in_words(self.measure, self.line.result, self.line.verdict) if self.line else None

    @property
    def scale(self) -> str:
        return scale_of(self.measure.metric)

    @property
    def direction(self) -> str:
        return "↑ higher" if self.measure.metric.direction == Direction.HIGHER else "↓ lower"

    @property
    def baseline_mean(self) -> str:
        return mean_text(self.measure, self.line.result.baseline if self.line else None)

    @property
    def mean(self) -> str:
        return mean_text(self.measure, self.line.result.candidate if self.line else None)

    @property
    def difference(self) -> str:
        found = self.line.result.difference if self.line else None
        return "–" if found is None else difference_text(self.measure, found)

    @property
    def interval(self) -> str:
        return interval_text(self.measure, self.line.result) if self.line else ""

    @property
    def adjusted_p(self) -> str:
        return p_text(self.line.adjusted_p if self.line else None)

    @property
    def how(self) -> str:
        """The test and its p-value before correction."""
        if self.line is None:
            return ""
        return f"{self.line.result.test.value.capitalize()}, p {p_text(self.line.result.p)} before correction"

    @property
    def smallest(self) -> str:
        return smallest_text(self.measure, self.line.result) if self.line else "–"

    @property
    def doubt(self) -> str:
        """What another test says where it disagrees."""
        if self.line is None or not self.line.opinion.disagrees(self.line.result.p):
            return ""
        return (
            f"Ranks and resampling do not agree (Wilcoxon p {p_text(self.line.opinion.wilcoxon_p)}): look at the items."
        )


@dataclass(frozen=True, slots=True)
class SliceRow:
    """The items of one metadata value in one candidate, as shown."""

    line: SliceLine
    side: Side
    measure: Measure
    href: str
    is_current: bool

    @property
    def said(self) -> Said:
        return in_words(self.measure, self.line.result, self.line.verdict)

    @property
    def baseline_mean(self) -> str:
        return mean_text(self.measure, self.line.result.baseline)

    @property
    def mean(self) -> str:
        return mean_text(self.measure, self.line.result.candidate)

    @property
    def adjusted_p(self) -> str:
        return p_text(self.line.adjusted_p)
