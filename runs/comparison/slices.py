"""A comparison within each value of a metadata key, corrected for how many slices were looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.adjusting import benjamini_hochberg
from metrics.statistics.paired import PairedResult, compare_paired
from metrics.statistics.verdicts import Verdict, verdict_of
from runs.comparison.compare import Comparison
from runs.comparison.measures import Measure
from runs.comparison.pairing import Floats
from runs.metadata_index import groups_by


@dataclass(frozen=True, slots=True)
class SliceLine:
    """One candidate against the baseline over the items with `value` under the key, `count` in the baseline."""

    value: str
    count: int
    position: int
    result: PairedResult
    adjusted_p: float | None
    verdict: Verdict


def compare_slices(comparison: Comparison, measure: Measure, *, key: str) -> list[SliceLine]:
    """The most frequent values under `key` for every candidate that the measure can be compared in."""
    found = list(_slices(comparison, measure, key))
    adjusted = benjamini_hochberg([result.p for _, _, _, result in found])
    return [
        SliceLine(
            value=value,
            count=count,
            position=position,
            result=result,
            adjusted_p=p,
            verdict=verdict_of(result, adjusted_p=p, higher_is_better=measure.higher_is_better),
        )
        for (value, count, position, result), p in zip(found, adjusted, strict=True)
    ]


def _slices(comparison: Comparison, measure: Measure, key: str) -> Iterator[tuple[str, int, int, PairedResult]]:
    before, clusters = comparison.values(measure, 0), comparison.cluster_numbers()
    positions = [place for place in range(1, len(comparison.runs)) if measure.is_comparable(place)]
    columns = {place: comparison.values(measure, place) for place in positions}
    for group in groups_by(comparison.baseline, key):
        for place in positions:
            result = _within(group.ordinals, before, columns[place], measure=measure, clusters=clusters)
            yield group.value, int(group.ordinals.size), place, result


def _within(
    ordinals: NDArray[np.int32],
    before: Floats,
    after: Floats,
    *,
    measure: Measure,
    clusters: NDArray[np.int32] | None,
) -> PairedResult:
    numbers = None if clusters is None else clusters[ordinals]
    return compare_paired(before[ordinals], after[ordinals], kind=measure.kind, clusters=numbers)
