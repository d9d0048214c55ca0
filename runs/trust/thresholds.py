"""Choosing a judge's threshold over the rows that people labelled, and what it would have made of the last runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.criterion import PASSED, Criterion
from metrics.statistics.agreement import PassTable, Share
from metrics.statistics.corrected import CorrectedRate, corrected_rate
from metrics.statistics.thresholds import ThresholdCurve
from runs import figures
from runs.columns import read_columns
from runs.models import JudgeTrust, Run, RunMetric
from runs.trust.rows import TrustRows

LAST_RUNS = 6
MOST_LINES = 12
# Between yes and no there is nothing to choose.
LEAST_VALUES = 3
MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One threshold of the table; `is_best` by kappa, `is_chosen` where the page stands."""

    threshold: float
    table: PassTable
    accuracy: float
    f1: float | None
    kappa: float | None
    is_best: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Picker:
    """The threshold in force and the one looked at, each with what it makes of the labelled rows."""

    chosen: float
    in_force: float
    at_chosen: PassTable
    at_force: PassTable
    best: float
    lines: Sequence[Line]
    figure: dict[str, Any]

    @property
    def is_changed(self) -> bool:
        return self.chosen != self.in_force


@dataclass(frozen=True, slots=True)
class CorrectedRun:
    """A run's pass rate as the judge saw it and corrected, at its own threshold and at the one looked at."""

    run: Run
    metric: RunMetric
    own: CorrectedRate
    chosen: CorrectedRate | None
    mean_passes: bool | None
    mean_would_pass: bool | None

    @property
    def mean(self) -> str:
        return figures.mean_of(self.metric, self.metric.mean)


def picker_of(trust: JudgeTrust, rows: TrustRows, *, in_force: float, chosen: float | None) -> Picker | None:
    """None where it is not known which rows people let pass, or where the judge has too few values to choose among."""
    scale = trust.revision.scale
    curve = rows.curve(higher_is_better=scale.higher_is_better)
    if not rows.is_pass_known or trust.revision.labels or len(curve) < LEAST_VALUES:
        return None
    best = int(np.nanargmax(np.nan_to_num(curve.kappa, nan=-1.0)))
    looked_at = in_force if chosen is None else chosen
    return Picker(
        chosen=looked_at,
        in_force=in_force,
        at_chosen=rows.table_by(Criterion(scale, looked_at)),
        at_force=rows.table_by(Criterion(scale, in_force)),
        best=float(curve.thresholds[best]),
        lines=_lines(curve, best=best, chosen=looked_at),
        figure=_figure(curve, chosen=looked_at, name=trust.metric.name, higher=scale.higher_is_better),
    )


def _spread(count: int, most: int) -> NDArray[np.int64]:
    """At most so many places of `count`, evenly from the first to the last."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def _lines(curve: ThresholdCurve, *, best: int, chosen: float) -> list[Line]:
    nearest = int(np.argmin(np.abs(curve.thresholds - chosen)))
    places = sorted({*_spread(len(curve), MOST_LINES).tolist(), best, nearest})
    return [
        Line(
            threshold=float(curve.thresholds[place]),
            table=curve.table_at(place),
            accuracy=float(curve.accuracy[place]),
            f1=_known(curve.f1[place]),
            kappa=_known(curve.kappa[place]),
            is_best=place == best,
            is_chosen=float(curve.thresholds[place]) == chosen,
        )
        for place in places
    ]


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _figure(curve: ThresholdCurve, *, chosen: float, name: str, higher: bool) -> dict[str, Any]:
    """Lines of what each threshold makes, and a mark where the page stands; without colours."""
    places = _spread(len(curve), MOST_POINTS)
    drawn = {
        "accuracy": curve.accuracy,
        "κ": curve.kappa,
        "passes found": curve.sensitivity,
        "fails found": curve.specificity,
    }
    traces = [
        {
            "number": number,
            "name": label,
            "x": [_short(value) for value in curve.thresholds[places]],
            "y": [_short(value) if np.isfinite(value) else None for value in values[places]],
        }
        for number, (label, values) in enumerate(drawn.items(), start=2)
    ]
    side = "at least" if higher else "at most"
    return {"kind": "curve", "traces": traces, "x": f"passes from {side}: {name}", "y": "share, or κ", "mark": chosen}


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def last_runs(trust: JudgeTrust, rows: TrustRows, *, chosen: float | None) -> list[CorrectedRun]:
    """The newest finished runs that the measured revision and model judged, corrected for the errors it is known by."""
    if not rows.is_pass_known:
        return []
    measured = RunMetric.objects.filter(
        run__project_id=trust.project_id,
        run__in=Run.objects.finished(),
        revision_id=trust.revision_id,
        judge_model__in=("", trust.judge_model),
        threshold__isnull=False,
    )
    newest = measured.select_related("run").order_by("-run_id")[:LAST_RUNS]
    return [_corrected(one, rows, chosen=chosen) for one in newest]


def _corrected(metric: RunMetric, rows: TrustRows, *, chosen: float | None) -> CorrectedRun:
    criterion = metric.criterion
    own = corrected_rate(Share(metric.n_passed, metric.n_scored), rows.table_by(criterion))
    other = None
    if chosen is not None and chosen != metric.threshold:
        other = _at(metric, rows, replace(criterion, threshold=chosen))
    return CorrectedRun(
        run=metric.run,
        metric=metric,
        own=own,
        chosen=other,
        mean_passes=_passes(metric, metric.threshold),
        mean_would_pass=_passes(metric, chosen) if other else None,
    )


def _at(metric: RunMetric, rows: TrustRows, criterion: Criterion) -> CorrectedRate:
    values = read_columns(metric.run).values(metric.pk)
    passed = int(np.count_nonzero(criterion.passing(values) == PASSED))
    return corrected_rate(Share(passed, metric.n_scored), rows.table_by(criterion))


def _passes(metric: RunMetric, threshold: float | None) -> bool | None:
    if metric.mean is None or threshold is None:
        return None
    return metric.scale.passes(metric.mean, threshold)
