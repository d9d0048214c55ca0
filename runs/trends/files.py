"""A trend as comma-separated values: every point with its interval and its verdict."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.core.spreadsheet import csv_rows
from runs.trends.points import Trend, TrendPoint

HEAD = (
    *("measure", "run", "runs", "started", "target", "target_version", "dataset_version"),
    *("mean", "ci_low", "ci_high", "threshold", "scored", "unscored", "errored"),
    *("against", "difference", "difference_low", "difference_high", "p", "adjusted_p", "items", "verdict", "reason"),
)
_AT_ONCE = 500


def write_trend(trend: Trend) -> Iterator[bytes]:
    """The file in pieces, the newest point first."""
    yield csv_rows([HEAD])
    for start in range(0, len(trend.points), _AT_ONCE):
        yield csv_rows(_row(trend.wish.measure, point) for point in trend.points[start : start + _AT_ONCE])


def _row(measure: str, point: TrendPoint) -> list[object]:
    run, reading, verdict = point.run, point.reading, point.verdict
    return [
        *(measure, run.name, len(point.runs), run.created_at.isoformat(), run.target.name, run.target.version),
        *(run.dataset_version.number, reading.mean, reading.low, reading.high, reading.metric.threshold),
        *(reading.scored, reading.unscored, reading.errored),
        *_verdict_cells(point),
        *((verdict.verdict, verdict.reason) if verdict else ("", "")),
    ]


def _verdict_cells(point: TrendPoint) -> list[object]:
    verdict = point.verdict
    if verdict is None:
        return [None] * 7
    return [
        *(verdict.against.name, verdict.difference, verdict.ci_low, verdict.ci_high),
        *(verdict.p, verdict.adjusted_p, verdict.items),
    ]
