"""The labelled items of a judge as lists of work: where it and people disagree, the worst first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metrics.disagreement import differing
from runs.choices import CompareAs
from runs.models import JudgeTrust
from runs.trust.rows import TrustRows, criterion_of

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

# Of values without a pass or fail, how far the two must stand apart, as a share of all rows, to be worth a look.
FAR_APART = 0.25


def disagreements(rows: TrustRows, trust: JudgeTrust) -> Places:
    """Places of the rows on which they disagree, the farthest apart first; the newest first among equals."""
    apart = distances(rows, trust)
    differ = _differ(rows, trust, apart)
    places = np.flatnonzero(differ)
    return places[np.argsort(-apart[places], kind="stable")]


def distances(rows: TrustRows, trust: JudgeTrust) -> Floats:
    """How far apart they are: of classes 0 or 1, on one scale the difference, else how many rows stand between."""
    if trust.compare_as == CompareAs.CLASSES:
        return np.where(rows.judge == rows.people, 0.0, 1.0)
    if trust.human_metric_id is None or trust.compare_as == CompareAs.ORDER:
        return _apart(rows.judge, rows.people)
    return _apart(_percentiles(rows.judge), _percentiles(rows.people))


def _apart(judge: Floats, people: Floats) -> Floats:
    apart: Floats = np.abs(judge - people)
    return apart


def _percentiles(values: Floats) -> Floats:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles = (np.cumsum(counts) - counts / 2) / max(1, len(values))
    shares: Floats = middles[places]
    return shares


def _differ(rows: TrustRows, trust: JudgeTrust, apart: Floats) -> NDArray[np.bool_]:
    if trust.compare_as != CompareAs.VERDICT:
        return differing(rows.judge, rows.people)
    if not rows.is_pass_known or trust.threshold is None:
        return apart > FAR_APART
    passed = criterion_of(trust.revision, trust.threshold).passing(rows.judge)
    return differing(rows.judge, rows.people, passes=(passed, rows.people_passed))
