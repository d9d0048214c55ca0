"""The rows that a measurement stands on, as arrays, and their packed form in the database."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.criterion import Criterion
from metrics.models import MetricRevision
from metrics.statistics.agreement import Kappa, PassTable, Weighting, cohen_kappa, confusion, pass_table
from metrics.statistics.thresholds import ThresholdCurve, threshold_curve
from runs.choices import CompareAs
from runs.models import JudgeTrust

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_ITEM, _VALUE, _VERDICT = np.dtype("<i8"), np.dtype("<f8"), np.dtype("i1")
NOT_KNOWN, PASS = -1, 1


@dataclass(frozen=True, slots=True)
class TrustRows:
    """A place for each item that both a judge and people have spoken of; `people_passed` is 1, 0 or −1 (not known)."""

    run_items: NDArray[np.int64]
    judge: Floats
    people: Floats
    people_passed: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.run_items)

    @property
    def is_pass_known(self) -> bool:
        return bool(len(self)) and bool((self.people_passed != NOT_KNOWN).all())

    def packed(self) -> dict[str, bytes]:
        """As the fields of the model."""
        return {
            "run_items": self.run_items.astype(_ITEM).tobytes(),
            "judge_values": self.judge.astype(_VALUE).tobytes(),
            "people_values": self.people.astype(_VALUE).tobytes(),
            "people_passed": self.people_passed.astype(_VERDICT).tobytes(),
        }

    def table_by(self, criterion: Criterion) -> PassTable:
        """How the judge does when its values pass by the criterion, against people who keep to theirs."""
        return pass_table(criterion.passing(self.judge) == PASS, self.people_passed == PASS)

    def curve(self, *, higher_is_better: bool) -> ThresholdCurve:
        return threshold_curve(self.judge, self.people_passed == PASS, higher_is_better=higher_is_better)


def criterion_of(revision: MetricRevision, threshold: float | None) -> Criterion:
    """How the revision's values pass at a threshold; of a category by which labels are allowed."""
    if not revision.labels:
        return Criterion(revision.scale, threshold)
    places = frozenset(place for place, label in enumerate(revision.labels) if label in revision.allowed)
    return Criterion(revision.scale, threshold, places)


def rows_of(trust: JudgeTrust) -> TrustRows:
    """The rows of a measurement, as they were."""
    return TrustRows(
        run_items=np.frombuffer(trust.run_items, dtype=_ITEM),
        judge=np.frombuffer(trust.judge_values, dtype=_VALUE),
        people=np.frombuffer(trust.people_values, dtype=_VALUE),
        people_passed=np.frombuffer(trust.people_passed, dtype=_VERDICT),
    )


def classed(rows: TrustRows, judge_passed: Bools | None, compare_as: CompareAs) -> tuple[Floats, Floats, Floats]:
    """The classes of the judge's rows and of the people's, and all classes there are, in order."""
    if compare_as != CompareAs.VERDICT:
        return rows.judge, rows.people, np.union1d(rows.judge, rows.people)
    if judge_passed is None or not rows.is_pass_known:
        return np.empty(0), np.empty(0), np.empty(0)
    return judge_passed.astype(np.float64), rows.people_passed.astype(np.float64), np.array([0.0, 1.0])


def kappa_of(judge: Floats, people: Floats, classes: Floats, compare_as: CompareAs) -> Kappa:
    """Weighted by the square of the distance where the classes are steps of an order."""
    weighting = Weighting.QUADRATIC if compare_as == CompareAs.ORDER else Weighting.NONE
    return cohen_kappa(confusion(judge, people, classes), weighting=weighting)
