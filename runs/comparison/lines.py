"""The lines of a comparison as people read them: numbers in the metric's unit, the verdict as a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.choices import Direction
from runs.comparison.compare import Line
from runs.comparison.measures import Measure
from runs.comparison.slices import SliceLine
from runs.comparison.words import Said, difference_text, in_words, interval_text, mean_text, p_text, smallest_text
from runs.figures import MISSING, scale_of


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One measure of one candidate; `line` is None where the two cannot be compared."""

    measure: Measure
    line: Line | None

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
        return MISSING if found is None else difference_text(self.measure, found)

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
        return smallest_text(self.measure, self.line.result) if self.line else MISSING

    @property
    def doubt(self) -> str:
        """What another test says where it disagrees."""
        if self.line is None or not self.line.opinion.disagrees(self.line.result.p):
            return ""
        return (
            f"Ranks and resampling do not agree (Wilcoxon p {p_text(self.line.opinion.wilcoxon_p)}): look at the items."
        )


@dataclass(frozen=True, slots=True)
class ShownSlice:
    """The items of one metadata value in one candidate."""

    measure: Measure
    line: SliceLine

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
