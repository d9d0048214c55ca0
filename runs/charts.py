"""Figures of charts without colours: where points stand, and what each says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runs.models import Run


@dataclass(frozen=True, slots=True)
class StripPoint:
    """One run in a trend strip: `x` counts runs from 0, `y` is the overall score."""

    x: int
    y: float
    run: Run
    is_passing: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The overall score of runs one after another, the oldest first, against the wanted score."""

    points: tuple[StripPoint, ...]
    threshold: float

    @property
    def width(self) -> int:
        """The last place; one run alone still needs room."""
        return max(len(self.points) - 1, 1)

    @property
    def line(self) -> str:
        """The points as SVG writes them."""
        return " ".join(f"{point.x},{point.y:.4f}" for point in self.points)


def overall_strip(runs: Iterable[Run], *, threshold: float) -> Strip:
    """A strip of the runs that have an overall score."""
    measured = [(run, run.overall) for run in sorted(runs, key=lambda run: run.pk) if run.overall is not None]
    return Strip(
        points=tuple(
            StripPoint(x=place, y=overall, run=run, is_passing=overall >= threshold)
            for place, (run, overall) in enumerate(measured)
        ),
        threshold=threshold,
    )
