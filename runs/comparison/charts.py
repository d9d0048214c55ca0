"""Pictures of one measure over the compared runs: how its values are spread, and item against item; without colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.scale import Scale
from metrics.statistics.paired import PairKind
from metrics.statistics.summary import bin_edges, histogram
from runs.comparison.compare import Comparison
from runs.comparison.measures import Measure
from runs.comparison.pairing import Floats
from runs.figures import mean_of, number

MOST_POINTS = 2_000
_SEED = 7


@dataclass(frozen=True, slots=True)
class Spread:
    """How the scored items of each run fall into bins; `counts` has a row for each run."""

    bins: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    figure: dict[str, Any]

    @property
    def rows(self) -> list[tuple[str, tuple[int, ...]]]:
        """The table beside the picture: a row for each bin."""
        return list(zip(self.bins, zip(*self.counts, strict=True), strict=True))


@dataclass(frozen=True, slots=True)
class Scatter:
    """Each item at its value in the baseline and in one candidate; `left_out` more would not fit."""

    points: int
    items: int
    figure: dict[str, Any]

    @property
    def is_sample(self) -> bool:
        return self.points < self.items


@dataclass(frozen=True, slots=True)
class Parallel:
    """The mean of every measure in every run, each on its own scale from worse to better; `rows` are as people read."""

    rows: tuple[tuple[str, tuple[str, ...]], ...]
    figure: dict[str, Any]


def spread_of(comparison: Comparison, measure: Measure) -> Spread:
    """Shares rather than counts are drawn, so that runs of different length lie over each other."""
    columns = [_finite(comparison.values(measure, place)) for place in range(len(comparison.runs))]
    bins, counts = _binned(measure, columns)
    traces = [
        {
            "number": place + 1,
            "name": run.name,
            "x": bins,
            "y": [round(100 * count / len(column), 3) if len(column) else 0 for count in counts[place]],
        }
        for place, (run, column) in enumerate(zip(comparison.runs, columns, strict=True))
    ]
    figure = {"kind": "spread", "traces": traces, "x": _axis(measure), "y": "% of scored items"}
    return Spread(tuple(bins), tuple(tuple(row) for row in counts), figure)


def scatter_of(comparison: Comparison, measure: Measure, position: int) -> Scatter:
    """Items with the same two values share a point; of too many points a sample, always the same, is drawn."""
    points = _points(comparison.values(measure, 0), comparison.values(measure, position), number=position + 1)
    names = {"x": comparison.baseline.name, "y": comparison.runs[position].name}
    figure = {"kind": "scatter", "traces": [points.trace], **names, "range": _ends(measure, points.pairs)}
    return Scatter(points.drawn, points.items, figure)


def metrics_of(comparison: Comparison, measure: Measure, other: Measure, position: int) -> Scatter:
    """Each item of one run at its values of two measures: whether what is good in one is good in the other."""
    points = _points(comparison.values(measure, position), comparison.values(other, position), number=position + 1)
    figure = {"kind": "scatter", "traces": [points.trace], "x": _axis(measure), "y": _axis(other), "range": None}
    return Scatter(points.drawn, points.items, figure)


def parallel_of(comparison: Comparison) -> Parallel | None:
    """All measures that have a mean beside each other; None where there are fewer than two of them."""
    measures = [measure for measure in comparison.measures if measure.kind != PairKind.ORDER]
    if len(measures) < 2:
        return None
    means = {measure.name: _means(comparison, measure) for measure in measures}
    traces = [
        {
            "number": place + 1,
            "name": run.name,
            "x": [measure.label for measure in measures],
            "y": [_goodness(measure, means[measure.name])[place] for measure in measures],
            "text": [mean_of(measure.metric, means[measure.name][place]) for measure in measures],
        }
        for place, run in enumerate(comparison.runs)
    ]
    rows = tuple(
        (_axis(measure), tuple(mean_of(measure.metric, mean) for mean in means[measure.name])) for measure in measures
    )
    return Parallel(rows, {"kind": "parallel", "traces": traces, "x": "", "y": "worse → better"})


def _means(comparison: Comparison, measure: Measure) -> list[float | None]:
    """Of each run over the items that it shares with the baseline."""
    columns = (_finite(comparison.values(measure, place)) for place in range(len(comparison.runs)))
    return [float(column.mean()) if len(column) else None for column in columns]


def _goodness(measure: Measure, means: Sequence[float | None]) -> list[float | None]:
    """Shares of the metric's range; of one without ends, of what these runs came to."""
    scale = measure.metric.scale
    known = [mean for mean in means if mean is not None]
    if known and not scale.is_bounded:
        low, high = min(known), max(known)
        scale = Scale(scale.higher_is_better, low, high if high > low else low + 1.0)
    return [None if mean is None else scale.goodness(mean) for mean in means]


@dataclass(frozen=True, slots=True)
class _Points:
    """Pairs of values and how many items are at each, as a trace: of too many a sample, always the same."""

    trace: dict[str, Any]
    pairs: NDArray[np.float64]
    drawn: int
    items: int


def _points(across: Floats, up: Floats, *, number: int) -> _Points:
    known = np.isfinite(across) & np.isfinite(up)
    pairs, counts = np.unique(np.column_stack((across[known], up[known])), axis=0, return_counts=True)
    drawn = np.arange(len(pairs))
    if len(pairs) > MOST_POINTS:
        drawn = np.sort(np.random.default_rng(_SEED).choice(len(pairs), MOST_POINTS, replace=False))
    trace = {
        "number": number,
        "x": _short(pairs[drawn, 0]),
        "y": _short(pairs[drawn, 1]),
        "counts": counts[drawn].tolist(),
    }
    return _Points(trace, pairs, int(counts[drawn].sum()), int(known.sum()))


def _binned(measure: Measure, columns: Sequence[Floats]) -> tuple[list[str], list[list[int]]]:
    if measure.kind == PairKind.BOOLEAN and all(bool(np.isin(column, (0, 1)).all()) for column in columns):
        return ["no", "yes"], [[int((column == answer).sum()) for answer in (0, 1)] for column in columns]
    if measure.kind == PairKind.ORDER:
        return _by_label(measure, columns)
    low, high = _ends(measure, np.concatenate(columns))
    edges = bin_edges(low=low, high=high)
    names = [f"{number(start)} to {number(stop)}" for start, stop in pairwise(edges)]
    return names, [histogram(column, low=low, high=high) for column in columns]


def _by_label(measure: Measure, columns: Sequence[Floats]) -> tuple[list[str], list[list[int]]]:
    """Labels in their order; folded repeats count for the nearest."""
    places = [np.rint(column).astype(np.int64) for column in columns]
    most = max((int(column.max(initial=-1)) for column in places), default=-1) + 1
    labels = list(measure.metric.revision.labels)
    names = [labels[place] if place < len(labels) else str(place) for place in range(max(most, len(labels)))]
    return names, [np.bincount(column[column >= 0], minlength=len(names)).tolist() for column in places]


def _ends(measure: Measure, values: NDArray[np.float64]) -> tuple[float, float]:
    """The ends of the metric's range, or of what was found where it has none."""
    metric = measure.metric
    low = float(values.min(initial=0.0)) if metric.range_min is None else metric.range_min
    high = float(values.max(initial=low)) if metric.range_max is None else metric.range_max
    return low, high


def _axis(measure: Measure) -> str:
    arrow = "↑ higher is better" if measure.higher_is_better else "↓ lower is better"
    return f"{measure.label}, {arrow}"


def _finite(column: Floats) -> Floats:
    return column[np.isfinite(column)]


def _short(values: Floats) -> list[float]:
    """Six digits say more than a screen can show, and travel in a third of the bytes."""
    return [float(f"{value:.6g}") for value in values]
