"""The grid of a comparison as a table: an item a row, and for each run its answer and the measures on screen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.paired import PairKind
from runs.comparison.compare import Comparison
from runs.comparison.measures import Measure
from runs.comparison.pairing import Floats
from runs.exporters.columns import Cell, Column, Kind, Read
from runs.figures import value_of
from runs.models import RunItem, RunMetric

# Rows in memory at once, of every run as many: a body may be megabytes long.
CHUNK = 200
_OF_ANSWER = ("run", "ordinal", "output", "error_code", "error_message")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run answered to an item."""

    output: str
    error: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """One item of the baseline; `answers` has None where a run does not have it."""

    ordinal: int
    key: str
    input: str
    answers: tuple[Answer | None, ...]


def grid_rows(comparison: Comparison, ordinals: NDArray[np.integer]) -> Iterator[list[GridRow]]:
    """The baseline's ordinals in their order, in lists of at most `CHUNK`."""
    remaining = iter(ordinals.tolist())
    while wanted := list(islice(remaining, CHUNK)):
        read = [_read(comparison, position, wanted) for position in range(len(comparison.runs))]
        yield [_row(ordinal, [of_run.get(ordinal) for of_run in read]) for ordinal in wanted]


def grid_columns(comparison: Comparison, measures: Sequence[Measure]) -> list[Column[GridRow]]:
    """The item, then of each run its output, its error, and every measure with its distance from the baseline."""
    columns: list[Column[GridRow]] = [
        Column("item", Kind.INTEGER, lambda row: row.ordinal + 1, "item"),
        Column("key", Kind.TEXT, lambda row: row.key, "key"),
        Column("input", Kind.TEXT, lambda row: row.input, "input"),
    ]
    for position, run in enumerate(comparison.runs):
        name = f"{position + 1} {run.name}"
        columns += [_of_answer(name, position, part) for part in ("output", "error")]
        for measure in measures:
            columns += _of_measure(comparison, measure, position, f"{name}: {_label_among(measures, measure)}")
    return columns


def _label_among(measures: Sequence[Measure], measure: Measure) -> str:
    """The measure's label; with its key where others are called the same."""
    is_alone = sum(other.label == measure.label for other in measures) == 1
    return measure.label if is_alone else f"{measure.label} ({measure.metric.key})"


def _read(comparison: Comparison, position: int, ordinals: Iterable[int]) -> dict[int, RunItem]:
    """What a run answered, by the baseline's ordinals; of repeats the first."""
    match = comparison.matches[position]
    found = ((match.place_of(ordinal), ordinal) for ordinal in ordinals)
    places = {place: ordinal for place, ordinal in found if place is not None}
    rows = RunItem.objects.filter(run=comparison.runs[position], repeat=0, ordinal__in=places)
    if position == 0:
        rows = rows.select_related("item").only(*_OF_ANSWER, "item__key", "item__input")
    else:
        rows = rows.only(*_OF_ANSWER)
    return {places[row.ordinal]: row for row in rows}


def _row(ordinal: int, found: Sequence[RunItem | None]) -> GridRow:
    ours = found[0]
    return GridRow(
        ordinal=ordinal,
        key=ours.item.key if ours else "",
        input=ours.item.input if ours else "",
        answers=tuple(Answer(row.output, row.error_message or row.error_code) if row else None for row in found),
    )


def _of_answer(name: str, position: int, part: str) -> Column[GridRow]:
    def read(row: GridRow) -> Cell:
        answer = row.answers[position]
        cell: Cell = getattr(answer, part) if answer else None
        return cell

    return Column(f"{name}: {part}", Kind.TEXT, read, name)


def _of_measure(comparison: Comparison, measure: Measure, position: int, title: str) -> Iterator[Column[GridRow]]:
    """The value with its repeats folded, a label by its word; of a candidate the difference, too."""
    metric = measure.metrics[position]
    if metric is None:
        return
    values = comparison.values(measure, position)
    if measure.kind == PairKind.ORDER:
        yield Column(title, Kind.TEXT, _label(metric, values), measure.name)
    else:
        yield Column(title, Kind.NUMBER, _number(values), measure.name)
    if position and measure.is_comparable(position) and measure.kind != PairKind.ORDER:
        difference = values - comparison.values(measure, 0)
        yield Column(f"{title}, difference", Kind.NUMBER, _number(difference), measure.name)


def _number(values: Floats) -> Read[GridRow]:
    def read(row: GridRow) -> Cell:
        value = float(values[row.ordinal])
        return value if math.isfinite(value) else None

    return read


def _label(metric: RunMetric, values: Floats) -> Read[GridRow]:
    def read(row: GridRow) -> Cell:
        value = float(values[row.ordinal])
        if not math.isfinite(value):
            return None
        return value_of(metric, value) if value.is_integer() else f"{value:g}"

    return read
