"""Whether a run is so much worse than its baseline that a build should fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalhub.client.errors import Misused
from evalhub.client.shapes import Comparison, ComparisonLine, Run

OVERALL = "overall"
_PREFIX = "m."


@dataclass(frozen=True, slots=True)
class Finding:
    """What the gate says of one measure of one candidate."""

    line: ComparisonLine
    max_drop: float

    @property
    def has_failed(self) -> bool:
        """The drop is larger than allowed, and no accident: the comparison, corrected for all its lines, shows it."""
        return self.is_too_large and self.line.is_worse

    @property
    def is_too_large(self) -> bool:
        return self.line.drop is not None and self.line.drop > self.max_drop

    @property
    def why(self) -> str:
        """The finding in one sentence, without the measure's name."""
        drop = self.line.drop
        if drop is None:
            return self.line.sentence
        if self.has_failed:
            return f"worse by {drop:.4g}, more than the {self.max_drop:g} allowed: {self.line.sentence}"
        if self.is_too_large:
            return f"lower by {drop:.4g}, which may be chance: {self.line.sentence}"
        if self.line.is_worse:
            return f"worse by {drop:.4g}, within the {self.max_drop:g} allowed: {self.line.sentence}"
        return self.line.sentence


def judge(
    comparison: Comparison, candidates: Mapping[str, Run], *, max_drop: float, metrics: Sequence[str] = ()
) -> list[Finding]:
    """A finding for each measure that counts: those named, else the overall score and all metrics between 0 and 1.

    Raises `Misused` when a named metric was not compared, or when there is nothing to judge by.
    """
    missing = [metric for metric in metrics if not any(_is_called(line, metric) for line in comparison.lines)]
    if missing:
        known = ", ".join(dict.fromkeys(line.measure.removeprefix(_PREFIX) for line in comparison.lines))
        raise Misused(f'"{missing[0]}" is not measured in both runs; compared are: {known or "none"}.')
    counting = [
        line
        for line in comparison.lines
        if any(_is_called(line, metric) for metric in metrics)
        or (not metrics and _is_share(line.measure, candidates[line.candidate]))
    ]
    if not any(line.items for line in counting):
        raise Misused("The runs have no scores on the same items, so nothing can be said of the difference.")
    return [Finding(line, max_drop) for line in counting]


def _is_called(line: ComparisonLine, metric: str) -> bool:
    """By its key or its name."""
    return metric in {line.measure, line.measure.removeprefix(_PREFIX), line.name}


def _is_share(measure: str, run: Run) -> bool:
    """Whether a drop means the same as for the overall score; one of latency is counted in milliseconds."""
    ranges = {f"{_PREFIX}{metric.key}": (metric.range_min, metric.range_max) for metric in run.metrics}
    return measure == OVERALL or ranges.get(measure) == (0.0, 1.0)
