"""The points of a trend: read from the summaries that runs wrote when they closed, and from stored verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean

from evalhub.accounts.models import Project
from metrics.statistics.adjusting import benjamini_hochberg
from metrics.statistics.verdicts import LEVEL
from runs.choices import VerdictKind
from runs.models import Run, RunVerdict
from runs.trends.readings import Reading, readings_of
from runs.trends.wish import BY_PASS_RATE, TrendAxis, TrendWish

# The newest runs that a page draws, and the lines for which there are colours.
MOST_RUNS, MOST_LINES = 500, 5
_SHOWN = (
    *("name", "state", "overall", "overall_low", "overall_high", "quality_threshold", "is_baseline", "created_at"),
    *("item_count", "scored_count", "errored_count", "failing_count", "repeats", "target", "dataset_version"),
)
_SURE_KINDS = frozenset({VerdictKind.BETTER, VerdictKind.WORSE})


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One run, or all runs of one version of a target; `run` is the first of them.

    `verdict` is that of the paired test against the run before. `is_sure`: it also stands when all verdicts shown are
    corrected together (Benjamini and Hochberg). `changes_version`: the dataset's is not that of the point before.
    """

    runs: tuple[Run, ...]
    reading: Reading
    verdict: RunVerdict | None = None
    is_sure: bool = False
    changes_version: bool = False

    @property
    def run(self) -> Run:
        return self.runs[0]

    @property
    def version(self) -> str:
        """The name of the target's version."""
        return self.run.target.version or "no version"

    @property
    def is_regression(self) -> bool:
        return self.verdict is not None and self.verdict.is_regression


@dataclass(frozen=True, slots=True)
class TrendLine:
    """The points of one target, the oldest first."""

    target: str
    points: tuple[TrendPoint, ...]


@dataclass(frozen=True)
class Trend:
    """A measure over the runs that match; `found` counts them all, `lines_left_out` those that have no colour left."""

    wish: TrendWish
    lines: tuple[TrendLine, ...]
    found: int
    shown: int
    lines_left_out: int = 0

    @cached_property
    def points(self) -> list[TrendPoint]:
        """All of them, the newest first."""
        points = [point for line in self.lines for point in line.points]
        return sorted(points, key=lambda point: point.runs[-1].pk, reverse=True)

    @property
    def newest(self) -> TrendPoint | None:
        return next(iter(self.points), None)

    @property
    def compared(self) -> int:
        """How many verdicts were looked at, each of which may be a false alarm."""
        return sum(bool(point.verdict and point.verdict.p is not None) for point in self.points)

    @property
    def is_cut(self) -> bool:
        return self.shown < self.found


def trend_of(project: Project, wish: TrendWish, *, most: int | None = MOST_RUNS) -> Trend:
    """Read the trend of the newest runs; of all of them where `most` is None."""
    matching = Run.objects.finished().filter(project=project).matching(wish.run_filters).order_by("-pk")
    runs = list(matching.prefetch_related("target", "dataset_version").only(*_SHOWN)[:most])
    found = matching.count() if most is not None and len(runs) == most else len(runs)
    readings = readings_of(runs, wish.measure)
    verdicts = _verdicts(runs, wish)
    by_target: defaultdict[str, list[Run]] = defaultdict(list)
    for run in runs:
        if run.pk in readings:
            by_target[run.target.name].append(run)
    kept = list(by_target)[:MOST_LINES] if most is not None else list(by_target)
    lines = tuple(_line(name, by_target[name][::-1], readings, verdicts) for name in kept)
    if wish.axis == TrendAxis.VERSION:
        lines = tuple(_folded(line) for line in lines)
    return Trend(wish, _corrected(lines), found, len(runs), lines_left_out=len(by_target) - len(kept))


def _verdicts(runs: Sequence[Run], wish: TrendWish) -> dict[int, RunVerdict]:
    if wish.measure == BY_PASS_RATE:
        return {}
    known = {run.pk: run for run in runs}
    found = list(RunVerdict.objects.against_runs_before(known).filter(measure=wish.measure))
    if others := {verdict.against_id for verdict in found} - known.keys():
        known |= Run.objects.only("name", "target").in_bulk(others)
    for verdict in found:
        verdict.against = known[verdict.against_id]
    return {verdict.run_id: verdict for verdict in found}


def _line(
    name: str, runs: Sequence[Run], readings: Mapping[int, Reading], verdicts: Mapping[int, RunVerdict]
) -> TrendLine:
    """The runs of a target, the oldest first."""
    versions = [run.dataset_version_id for run in runs]
    points = [
        TrendPoint((run,), readings[run.pk], verdicts.get(run.pk), changes_version=version != before)
        for run, version, before in zip(runs, versions, versions[:1] + versions, strict=False)
    ]
    return TrendLine(name, tuple(points))


def _folded(line: TrendLine) -> TrendLine:
    """One point for each version of the target, in the order in which they came up."""
    by_version: defaultdict[int, list[TrendPoint]] = defaultdict(list)
    for point in line.points:
        by_version[point.run.target_id].append(point)
    return TrendLine(line.target, tuple(_fold(points) for points in by_version.values()))


def _fold(points: Sequence[TrendPoint]) -> TrendPoint:
    """Several runs of one version as one point.

    Their means are averaged, and so are the ends of their intervals: the runs share their items, so that more runs do
    not make the mean more certain of what other items would show. The verdict is that of the first run, where the run
    before it was of another version.
    """
    first, means = points[0], [point.reading.mean for point in points]
    verdict = first.verdict
    if verdict is not None and verdict.against.target_id == first.run.target_id:
        verdict = None
    reading = replace(
        points[-1].reading,
        mean=_mean(means),
        low=_mean([point.reading.low for point in points]),
        high=_mean([point.reading.high for point in points]),
    )
    return replace(
        first,
        runs=tuple(point.run for point in points),
        reading=reading,
        verdict=verdict,
        changes_version=any(point.changes_version for point in points),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _corrected(lines: Sequence[TrendLine]) -> tuple[TrendLine, ...]:
    """The lines with what stands when all their verdicts are looked at together."""
    points = [point for line in lines for point in line.points]
    adjusted = benjamini_hochberg([point.verdict.adjusted_p if point.verdict else None for point in points])
    sure = {
        point.run.pk
        for point, p in zip(points, adjusted, strict=True)
        if p is not None and p <= LEVEL and point.verdict and point.verdict.verdict in _SURE_KINDS
    }
    return tuple(
        replace(line, points=tuple(replace(point, is_sure=point.run.pk in sure) for point in line.points))
        for line in lines
    )
