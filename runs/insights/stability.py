"""Items that do not hold still: repeats that differ within a run, and verdicts that flip from run to run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.intervals import wilson_interval
from runs.choices import InsightKind
from runs.columns import PASSED_NO, PASSED_UNKNOWN, PASSED_YES, read_columns
from runs.comparison.pairing import match_items
from runs.insights.material import Finding, Material, majority, source_of

# An item that changed once was fixed or broken; one that changed twice came back.
LEAST_CHANGES, LEAST_RUNS = 2, 3


def flaky_items(material: Material) -> Iterator[Finding]:
    """Items of which some repeats pass and some fail."""
    repeats = material.run.repeats
    if repeats == 1:
        return
    rows = material.columns.passed.reshape(-1, repeats)
    passed, failed = (rows == PASSED_YES).any(axis=1), (rows == PASSED_NO).any(axis=1)
    known = int(((rows != PASSED_UNKNOWN).sum(axis=1) >= 2).sum())
    yield from _found(material, InsightKind.FLAKY, passed & failed, known, {"repeats": repeats})


def flipping_items(material: Material) -> Iterator[Finding]:
    """Items whose verdict changed twice or more over this run and the ones before it."""
    runs = material.earlier
    if len(runs) + 1 < LEAST_RUNS:
        return
    ours = source_of(material.run)
    history = [_verdicts(material.columns.passed, material.run.repeats)]
    for run in runs:
        verdicts = _verdicts(read_columns(run).passed, run.repeats)
        history.append(match_items(ours, source_of(run)).aligned(verdicts))
    table = np.stack(history)
    enough = np.isfinite(table).sum(axis=0) >= LEAST_RUNS
    is_flipping = enough & (_changes(table) >= LEAST_CHANGES)
    yield from _found(material, InsightKind.FLIPPING, is_flipping, int(enough.sum()), {"runs": len(table)})


def _verdicts(passed: NDArray[np.int8], repeats: int) -> NDArray[np.float64]:
    """1 passed, 0 failed, NaN unknown, one an item."""
    folded = majority(passed, repeats)
    return np.where(folded == PASSED_UNKNOWN, np.nan, folded.astype(np.float64))


def _changes(table: NDArray[np.float64]) -> NDArray[np.int64]:
    """How often each column's known values change from one row to the next known one."""
    last, changes = table[0].copy(), np.zeros(table.shape[1], dtype=np.int64)
    for row in table[1:]:
        known = np.isfinite(row)
        changes += known & np.isfinite(last) & (row != last)
        last[known] = row[known]
    return changes


def _found(
    material: Material, kind: InsightKind, mask: NDArray[np.bool_], known: int, numbers: dict[str, int]
) -> Iterator[Finding]:
    ordinals = np.flatnonzero(mask)
    if not ordinals.size:
        return
    low, high = wilson_interval(share=ordinals.size / known, n=known)
    places = material.places_of(ordinals)
    yield Finding(
        kind=kind,
        key=kind.value,
        item_count=int(places.size),
        places=places,
        label=kind.label,
        numbers={**numbers, "items": int(ordinals.size), "n": known, "ci_low": low, "ci_high": high},
    )
