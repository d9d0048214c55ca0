"""What the page of one judge shows of a measurement: counts that lead to their items, and the items themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from django.db.models import CharField
from django.db.models.functions import Left
from django.urls import reverse
from numpy.typing import NDArray

from metrics.statistics.agreement import confusion
from metrics.statistics.summary import bin_edges, histogram
from runs.choices import CompareAs
from runs.figures import number
from runs.models import JudgeTrust, RunItem
from runs.trust.rows import PASS, TrustRows, classed, criterion_of
from runs.trust.worklist import disagreements, distances

EXCERPT = 160
BINS = 10
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cell:
    """Rows of one class of the judge and one of the people's; `address` names both."""

    count: int
    address: str
    is_agreement: bool
    label: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """The judge down, people across."""

    labels: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class Bin:
    """How many rows the judge and people have in one stretch of values."""

    label: str
    judge: int
    people: int


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """A row with the item it is of."""

    run_item: RunItem
    excerpt: str
    href: str
    judge: str
    people: str
    apart: float


def matrix_of(trust: JudgeTrust, rows: TrustRows) -> Matrix | None:
    """None where there are no classes to count."""
    judge, people, classes = _classed(trust, rows)
    if not len(classes):
        return None
    labels = [class_name(trust, value) for value in classes]
    counts = confusion(judge, people, classes).tolist()
    return Matrix(
        labels,
        [
            (label, [_cell(labels, down, across, counts[down][across]) for across in range(len(labels))])
            for down, label in enumerate(labels)
        ],
    )


def _classed(trust: JudgeTrust, rows: TrustRows) -> tuple[NDArray[np.float64], ...]:
    passed = None
    if trust.threshold is not None:
        passed = criterion_of(trust.revision, trust.threshold).passing(rows.judge) == PASS
    return classed(rows, passed, CompareAs(trust.compare_as))


def _cell(labels: Sequence[str], down: int, across: int, count: int) -> Cell:
    said = f"judge {labels[down]}, people {labels[across]}: {count:,} item{'' if count == 1 else 's'}"
    return Cell(count, f"{down}.{across}", is_agreement=down == across, label=said)


def class_name(trust: JudgeTrust, value: float) -> str:
    """The label of a category, the word for pass or fail, else the value."""
    labels = trust.revision.labels
    if trust.compare_as == CompareAs.VERDICT:
        return "pass" if value == 1 else "fail"
    if labels and value.is_integer() and 0 <= value < len(labels):
        return labels[int(value)]
    return f"{value:g}"


def places_of(trust: JudgeTrust, rows: TrustRows, show: str) -> Places:
    """The rows that `show` names: a cell (`0.1`), `all`, or else those on which they disagree; the worst first."""
    cell = _cell_of(show)
    if show == "all":
        return np.arange(len(rows))
    if cell is None:
        return disagreements(rows, trust)
    judge, people, classes = _classed(trust, rows)
    if max(cell) >= len(classes):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero((judge == classes[cell[0]]) & (people == classes[cell[1]]))


def _cell_of(show: str) -> tuple[int, int] | None:
    down, dot, across = show.partition(".")
    return (int(down), int(across)) if dot and down.isdecimal() and across.isdecimal() else None


def labelled_items(trust: JudgeTrust, rows: TrustRows, places: Places) -> list[LabelledItem]:
    """The items of some rows, in their order; those whose run is gone are left out."""
    ids = rows.run_items[places].tolist()
    found = RunItem.objects.filter(pk__in=ids, run__deleted_at=None).select_related("run")
    narrow = found.annotate(excerpt=Left("item__input", EXCERPT, output_field=CharField())).only(
        "run__name", "ordinal", "repeat"
    )
    by_id = {run_item.pk: run_item for run_item in narrow}
    apart = distances(rows, trust)
    return [
        _labelled(by_id[run_item_id], trust, rows, int(place), float(apart[place]))
        for run_item_id, place in zip(ids, places, strict=True)
        if run_item_id in by_id
    ]


def _labelled(run_item: RunItem, trust: JudgeTrust, rows: TrustRows, place: int, apart: float) -> LabelledItem:
    href = reverse("runs:item_detail", args=[run_item.run_id, run_item.ordinal])
    return LabelledItem(
        run_item=run_item,
        excerpt=vars(run_item)["excerpt"],
        href=f"{href}?repeat={run_item.repeat}" if run_item.repeat else href,
        judge=_shown(trust, rows.judge[place]),
        people=_shown(trust, rows.people[place]),
        apart=apart,
    )


def _shown(trust: JudgeTrust, value: float) -> str:
    return number(value) if trust.compare_as == CompareAs.VERDICT else class_name(trust, float(value))


def distribution(trust: JudgeTrust, rows: TrustRows) -> list[Bin]:
    """How the judge's and the people's values are spread over the same stretches, or classes; nothing of two scales."""
    if trust.compare_as == CompareAs.VERDICT and trust.human_metric_id is not None:
        return []
    if trust.compare_as != CompareAs.VERDICT:
        values = np.union1d(rows.judge, rows.people)
        return [
            Bin(class_name(trust, float(value)), int((rows.judge == value).sum()), int((rows.people == value).sum()))
            for value in values
        ]
    both = np.concatenate([rows.judge, rows.people])
    low, high = float(both.min()), float(both.max())
    edges = bin_edges(low=low, high=high, bins=BINS)
    judge, people = (histogram(one, low=low, high=high, bins=BINS) for one in (rows.judge, rows.people))
    names = [f"{number(start)} to {number(stop)}" for start, stop in pairwise(edges)]
    return [Bin(*one) for one in zip(names, judge, people, strict=True)]
