"""Weak slices: values of metadata whose items score worse than all others, by any metric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from metrics.choices import ValueType
from metrics.statistics.slices import SliceTest, adjusted, compare_slices
from runs.choices import InsightKind
from runs.figures import number
from runs.insights.material import Finding, Floats, Material, Places, Query
from runs.metadata_index import groups_by, numbers_under
from runs.models import RunMetric

MOST_KEYS, MOST_SLICES = 30, 6
BINS = 5
MOST_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Slice:
    """The items with one value, or numbers of one range, under a key. `number` counts the ranges; None is a value."""

    key: str
    value: str
    ordinals: Places
    number: int | None = None


# A weak slice's adjusted p, its metric and its test.
Weak = tuple[float, RunMetric, SliceTest]


@dataclass(frozen=True, slots=True)
class WeakSlices:
    """The findings, and sentences on what was not looked at or is not shown."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def weak_slices(material: Material) -> WeakSlices:
    """Test every slice in every metric, all of them corrected together; the surest few are shown."""
    slices, notes = _slices(material)
    members = [one.ordinals for one in slices]
    tests = [
        (metric, test)
        for metric in material.metrics
        if metric.value_type != ValueType.CATEGORY or metric.allowed
        for test in compare_slices(material.values(metric), members)
    ]
    levels = adjusted([test for _, test in tests])
    weak = [
        (p or 0.0, metric, test)
        for (metric, test), p in zip(tests, levels, strict=True)
        if test.is_weak(p, higher_is_better=metric.scale.higher_is_better)
    ]
    # A value says more than a range of numbers; of slices of nearly the same items the surest is enough.
    weak.sort(key=lambda found: (slices[found[2].place].number is not None, found[0], -found[2].n))
    weak = _different(weak, slices)
    if len(weak) > MOST_SLICES:
        notes.append(f"{len(weak) - MOST_SLICES} more weak slices were found; group the items by a key to see them.")
    found = [
        _finding(material, metric, slices[test.place], test, p, len(tests)) for p, metric, test in weak[:MOST_SLICES]
    ]
    return WeakSlices(tuple(found), tuple(notes))


def _different(weak: Sequence[Weak], slices: Sequence[Slice]) -> list[Weak]:
    """Without those that share most of their items with one before them in the same metric."""
    kept: list[Weak] = []
    for found in weak:
        ordinals = slices[found[2].place].ordinals
        others = [slices[test.place].ordinals for _, metric, test in kept if metric is found[1]]
        if all(_overlap(ordinals, other) < MOST_OVERLAP for other in others):
            kept.append(found)
    return kept


def _overlap(one: Places, other: Places) -> float:
    shared = np.intersect1d(one, other, assume_unique=True).size
    return shared / (one.size + other.size - shared)


def _slices(material: Material) -> tuple[list[Slice], list[str]]:
    known = material.run.dataset_version.metadata_keys
    keys = sorted(known)[:MOST_KEYS]
    notes = (
        [f"Only the first {MOST_KEYS} of {len(known)} metadata keys were looked at."] if len(known) > MOST_KEYS else []
    )
    slices: list[Slice] = []
    left_out: list[str] = []
    for key in keys:
        if not known[key].get("has_more"):
            slices += [Slice(key, group.value, group.ordinals) for group in groups_by(material.run, key)]
        elif bins := list(_bins(material, key)):
            slices += bins
        else:
            left_out.append(key)
    if left_out:
        notes.append(f"Left out of the search for weak slices, having too many values: {', '.join(left_out)}.")
    return slices, notes


def _bins(material: Material, key: str) -> Iterator[Slice]:
    """A key of numbers, cut where a fifth of the items lies on each side; nothing for a key of words."""
    ordinals, values = numbers_under(material.run, key)
    if not values.size:
        return
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)))
    for place, (low, high) in enumerate(pairwise(edges.tolist())):
        is_last = high == edges[-1]
        inside = (values >= low) & ((values <= high) if is_last else (values < high))
        yield Slice(key, _range_text(values[inside], low, high, is_last), np.sort(ordinals[inside]), number=place)


def _range_text(inside: Floats, low: float, high: float, is_last: bool) -> str:
    """Of whole numbers the first and last that are there."""
    if inside.size and bool((inside == np.rint(inside)).all()):
        return f"{inside.min():.0f} to {inside.max():.0f}"
    return f"{number(low)} to {'' if is_last else 'below '}{number(high)}"


def _finding(material: Material, metric: RunMetric, piece: Slice, test: SliceTest, p: float, tested: int) -> Finding:
    where, places = _items(material, metric, piece)
    return Finding(
        kind=InsightKind.WEAK_SLICE,
        key=f"slice.{metric.key}.{piece.key}.{piece.value}"[:250],
        metric_key=metric.key,
        item_count=int(places.size),
        query=where,
        places=None if where else places,
        label=f"{piece.key}: {piece.value}, scored by {metric.name}",
        numbers={
            "slice_key": piece.key,
            "slice_value": piece.value,
            "n": test.n,
            "n_rest": test.n_rest,
            "mean": test.mean,
            "mean_rest": test.mean_rest,
            "difference": test.found.difference,
            "ci_low": test.found.ci_low,
            "ci_high": test.found.ci_high,
            "p": p,
            "tested": tested,
        },
    )


def _items(material: Material, metric: RunMetric, piece: Slice) -> tuple[Query, Places]:
    """The scored items of the slice, the worst first; of a range, which no filter can ask for, without a query."""
    places = material.places_of(piece.ordinals)
    places = places[material.scored_places(metric)[places]]
    if piece.number is not None:
        return (), places
    sort = f"m.{metric.key}" if metric.scale.higher_is_better else f"-m.{metric.key}"
    return ((f"meta.{piece.key}", piece.value), (f"status.{metric.key}", "scored"), ("sort", sort)), places
