"""The picture of a trend without colours: lines with their bands, and what happened along the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from metrics.choices import ValueType
from runs.figures import interval_of, mean_of
from runs.models import Release, RunMetric
from runs.trends.points import Trend, TrendLine, TrendPoint
from runs.trends.wish import TrendAxis
from runs.verdict_words import said_of

_ROOM = 0.08


def figure_of(trend: Trend, releases: Sequence[Release]) -> dict[str, Any]:
    """The figure that charts.js dresses; `releases` are drawn where time lies along the line."""
    newest = trend.newest
    if newest is None:
        return {}
    metric, is_time = newest.reading.metric, trend.wish.axis == TrendAxis.TIME
    arrow = "↑ higher is better" if metric.scale.higher_is_better else "↓ lower is better"
    factor = 100.0 if _is_share(metric) else 1.0
    return {
        "kind": "trend",
        "x": "Started" if is_time else "Target version",
        "y": f"{metric.name}{' in %' if factor > 1 else ''}, {arrow}",
        "axis": "date" if is_time else "category",
        "order": [] if is_time else list(dict.fromkeys(point.version for point in trend.points[::-1])),
        "range": _range(trend.points, metric, factor),
        "threshold": None if metric.threshold is None else metric.threshold * factor,
        "traces": [_trace(place, line, is_time=is_time, factor=factor) for place, line in enumerate(trend.lines)],
        "versions": [_version(point, is_time=is_time) for point in trend.points if point.changes_version],
        "releases": [{"x": _moment(release.released_at), "name": release.name} for release in releases]
        if is_time
        else [],
    }


def _trace(place: int, line: TrendLine, *, is_time: bool, factor: float) -> dict[str, Any]:
    readings = [point.reading for point in line.points]
    return {
        # The first colour is that of a baseline; here no line is one.
        "number": (place + 1) % 5 + 1,
        "name": line.target,
        "x": [_place(point, is_time=is_time) for point in line.points],
        "y": [_scaled(reading.mean, factor) for reading in readings],
        "low": [_scaled(reading.low, factor) for reading in readings],
        "high": [_scaled(reading.high, factor) for reading in readings],
        "counts": [reading.scored for reading in readings],
        "text": [_hover(point) for point in line.points],
        "runs": [point.runs[-1].pk for point in line.points],
        "marks": [_mark(point) for point in line.points],
    }


def _is_share(metric: RunMetric) -> bool:
    return metric.value_type in {ValueType.BOOLEAN, ValueType.CATEGORY}


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else float(f"{value * factor:.6g}")


def _place(point: TrendPoint, *, is_time: bool) -> str:
    return _moment(point.run.created_at) if is_time else point.version


def _moment(at: Any) -> str:  # noqa: ANN401  # a datetime, typed so by Django's field
    text: str = at.strftime("%Y-%m-%d %H:%M:%S")
    return text


def _version(point: TrendPoint, *, is_time: bool) -> dict[str, str]:
    return {"x": _place(point, is_time=is_time), "name": f"dataset v{point.runs[-1].dataset_version.number}"}


def _hover(point: TrendPoint) -> list[str]:
    """What is said of a point, line by line."""
    reading = point.reading
    between = interval_of(reading.metric, reading.low, reading.high)
    said = [said_of(point.verdict, reading.metric)] if point.verdict else []
    return [
        point.run.name if len(point.runs) == 1 else f"{point.version}: {len(point.runs)} runs",
        mean_of(reading.metric, reading.mean) + (f" ({between})" if between else ""),
        f"{reading.scored:,} scored",
        *(f"{words.sign} {words.sentence}" for words in said),
    ]


def _mark(point: TrendPoint) -> str:
    """`worse` or `better`, with a question mark where so many looks may explain it; "" for neither."""
    kind = point.verdict.verdict if point.verdict else ""
    if kind not in {"worse", "better"}:
        return ""
    return kind if point.is_sure else f"{kind}?"


def _range(points: Iterable[TrendPoint], metric: RunMetric, factor: float) -> list[float] | None:
    """From below the lowest to above the highest of everything drawn; None where nothing is."""
    drawn = [value for point in points for value in (point.reading.mean, point.reading.low, point.reading.high)]
    known = [value for value in (*drawn, metric.threshold) if value is not None]
    if not known:
        return None
    low, high = min(known) * factor, max(known) * factor
    room = (high - low) * _ROOM or abs(high) * _ROOM or 1.0
    return [low - room, high + room]
