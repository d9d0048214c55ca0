"""The same item in every run of a comparison: excerpts by key, values from the packed columns, differences in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Left, Length

from evalhub.core.errors import NotFound
from metrics.statistics.paired import SAME_WITHIN, PairKind
from runs.columns import ERRORED, UNSCORED
from runs.comparison.compare import Comparison
from runs.comparison.measures import Measure
from runs.comparison.selection import Change
from runs.comparison.words import difference_text
from runs.figures import MISSING, mean_of, value_of
from runs.filters import BY_OVERALL
from runs.models import Run, RunItem, RunMetric, Score
from runs.rendering.body import CUT_AT, Body, render_body
from runs.rendering.detect import RenderMode
from runs.rendering.diff import Segment, word_diff

# Characters read of each body for a row: what it can show, never the whole.
EXCERPT, DIFF_EXCERPT = 600, 4_000
_STATUS_NAMES = {UNSCORED: "unscored", ERRORED: "errored"}
_SIGNS = {"passed": "✓", "failed": "✗", "errored": "!"}


@dataclass(frozen=True, slots=True)
class Chip:
    """One measure of an item in one run. `change` and `difference` are against the baseline, empty in the baseline."""

    measure: Measure
    value: str
    status: str
    change: Change | None = None
    difference: str = ""

    @property
    def sign(self) -> str:
        return _SIGNS.get(self.status, "")

    @property
    def arrow(self) -> str:
        """What stands beside the colour of a change."""
        return {Change.BETTER: "▲", Change.WORSE: "▼", Change.SAME: "="}.get(self.change, "") if self.change else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """An item in one run; `ordinal` is its place there, None where the run does not have it."""

    position: int
    ordinal: int | None
    chips: tuple[Chip, ...] = ()
    output: str = ""
    error: str = ""
    segments: tuple[Segment, ...] = ()

    @property
    def is_answered(self) -> bool:
        return bool(self.ordinal is not None and (self.output or self.error or self.chips))


@dataclass(frozen=True, slots=True)
class Row:
    """An item of the baseline with a cell for each run."""

    ordinal: int
    key: str
    input: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A run's whole answer to one item, for the drawer; `explanations` has a body for each score that gives one.

    Of several repeats one is shown: `repeat`, counted from 0, and `own` is what was scored in that one alone.
    """

    cell: Cell
    size: int
    body: Body | None
    explanations: tuple[tuple[RunMetric, Body], ...]
    repeat: int = 0
    own: tuple[tuple[RunMetric, str], ...] = ()


def item_rows(
    comparison: Comparison, ordinals: Sequence[int], *, measures: Sequence[Measure], is_diff: bool
) -> list[Row]:
    """The rows of the baseline's ordinals, with a chip for each of the measures."""
    found = _excerpts(comparison, ordinals, length=DIFF_EXCERPT if is_diff else EXCERPT)
    rows = []
    for ordinal in ordinals:
        ours = found.get((0, ordinal), {})
        cells = tuple(
            _cell(comparison, position, ordinal, read=found, measures=measures)
            for position in range(len(comparison.runs))
        )
        if is_diff:
            cells = _with_differences(cells)
        rows.append(Row(ordinal, ours.get("key", ""), ours.get("input_start", ""), cells))
    return rows


_Read = Mapping[tuple[int, int], Mapping[str, Any]]


def _excerpts(comparison: Comparison, ordinals: Iterable[int], *, length: int, repeat: int = 0) -> _Read:
    """What is read of each item in each run, by the run's position and the baseline's ordinal; one query for all.

    A run that has fewer repeats shows its last.
    """
    wanted: dict[tuple[int, int], tuple[int, int]] = {}
    for position, (run, match) in enumerate(zip(comparison.runs, comparison.matches, strict=True)):
        for ordinal in ordinals:
            place = match.place_of(ordinal)
            if place is not None:
                wanted[run.pk, place] = (position, ordinal)
    if not wanted:
        return {}
    by_run: dict[Run, list[int]] = {}
    for run, place in ((comparison.runs[position], at[1]) for at, (position, _) in wanted.items()):
        by_run.setdefault(run, []).append(place)
    condition = reduce(
        or_,
        (Q(run=run, ordinal__in=places, repeat=_shown_repeat(run, repeat)) for run, places in by_run.items()),
    )
    rows = RunItem.objects.filter(condition).annotate(
        key=F("item__key"),
        input_start=Left("item__input", length),
        output_start=Left("output", length),
        output_size=Length("output"),
        error_start=Left("error_message", 300),
    )
    names = (
        "id",
        "run_id",
        "ordinal",
        "error_code",
        "key",
        "input_start",
        "output_start",
        "output_size",
        "error_start",
    )
    return {wanted[row["run_id"], row["ordinal"]]: row for row in rows.values(*names)}


def _shown_repeat(run: Run, repeat: int) -> int:
    return min(repeat, run.repeats - 1)


def _cell(comparison: Comparison, position: int, ordinal: int, *, read: _Read, measures: Sequence[Measure]) -> Cell:
    place = comparison.matches[position].place_of(ordinal)
    row = read.get((position, ordinal))
    if place is None or row is None:
        return Cell(position, None)
    chips = (_chip(comparison, measure, position, ordinal, place) for measure in measures if measure.metrics[position])
    error = row["error_start"] or row["error_code"]
    return Cell(position, place, tuple(chips), row["output_start"], error)


def _chip(comparison: Comparison, measure: Measure, position: int, ordinal: int, place: int) -> Chip:
    metric = measure.metrics[position] or measure.metric
    value = comparison.value_at(measure, position, ordinal)
    if math.isnan(value):
        status = "unscored" if measure.name == BY_OVERALL else _status(comparison, metric, position, place)
        return Chip(measure, MISSING, status)
    change, difference = _change(comparison, measure, position, ordinal)
    return Chip(measure, _shown(metric, value, measure), _verdict(metric, value), change, difference)


def _status(comparison: Comparison, metric: RunMetric, position: int, place: int) -> str:
    """Why there is no value."""
    status = int(comparison.columns[position].statuses(metric.pk)[place * comparison.runs[position].repeats])
    return _STATUS_NAMES.get(status, "waiting")


def _shown(metric: RunMetric, value: float, measure: Measure) -> str:
    """In the metric's unit; a label by its word; of folded repeats the mean."""
    if measure.kind == PairKind.ORDER and value.is_integer():
        labels = metric.revision.labels
        if 0 <= value < len(labels):
            return labels[int(value)]
    if measure.kind == PairKind.BOOLEAN and value not in {0.0, 1.0}:
        return mean_of(metric, value)
    return value_of(metric, value)


def _verdict(metric: RunMetric, value: float) -> str:
    if metric.threshold is None:
        return "scored"
    return "passed" if metric.scale.passes(value, metric.threshold) else "failed"


def _change(comparison: Comparison, measure: Measure, position: int, ordinal: int) -> tuple[Change | None, str]:
    if position == 0 or not measure.is_comparable(position):
        return None, ""
    difference = comparison.value_at(measure, position, ordinal) - comparison.value_at(measure, 0, ordinal)
    if math.isnan(difference):
        return None, ""
    is_better = (difference > 0) == measure.higher_is_better
    change = Change.SAME if abs(difference) <= SAME_WITHIN else Change.BETTER if is_better else Change.WORSE
    says_all = measure.kind == PairKind.ORDER or (measure.kind == PairKind.BOOLEAN and abs(difference) == 1)
    return change, "" if says_all or change == Change.SAME else difference_text(measure, difference)


def _with_differences(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Each candidate's output as what it has and the baseline's has not, and the other way round."""
    baseline = cells[0]
    return tuple(
        Cell(cell.position, cell.ordinal, cell.chips, cell.output, cell.error, _segments(baseline, cell))
        if cell.position and cell.ordinal is not None
        else cell
        for cell in cells
    )


def _segments(baseline: Cell, cell: Cell) -> tuple[Segment, ...]:
    return tuple(word_diff(baseline.output, cell.output))


def item_cards(comparison: Comparison, ordinal: int, *, is_diff: bool, repeat: int = 0) -> tuple[Row, list[Card]]:
    """One item in every run with the beginning of its whole output. Raises `NotFound` where the baseline has none."""
    if not 0 <= ordinal < comparison.length:
        raise NotFound("item_not_answered", f'Run "{comparison.baseline}" has no item {ordinal}.')
    read = _excerpts(comparison, [ordinal], length=CUT_AT, repeat=repeat)
    if (0, ordinal) not in read:
        raise NotFound("item_not_answered", f'Run "{comparison.baseline}" has no answer to item {ordinal} yet.')
    cells = tuple(
        _cell(comparison, position, ordinal, read=read, measures=comparison.measures)
        for position in range(len(comparison.runs))
    )
    cells = _with_differences(cells) if is_diff else cells
    explanations = _explanations(comparison, [row["id"] for row in read.values()])
    ours = read[0, ordinal]
    row = Row(ordinal, ours["key"], ours["input_start"], cells)
    cards = [_card(comparison, cell, read.get((cell.position, ordinal)), explanations) for cell in cells]
    return row, [_of_repeat(comparison, card, repeat) for card in cards]


def _card(
    comparison: Comparison,
    cell: Cell,
    row: Mapping[str, Any] | None,
    explanations: Mapping[int, tuple[str, int]],
) -> Card:
    if row is None:
        return Card(cell, 0, None, ())
    bodies = [
        (metric, render_body(start, RenderMode.AUTO, size=size))
        for metric in comparison.runs[cell.position].run_metrics.all()
        for start, size in [explanations.get(metric.pk, ("", 0))]
        if size
    ]
    size = row["output_size"]
    return Card(cell, size, render_body(row["output_start"], RenderMode.AUTO, size=size), tuple(bodies))


def _of_repeat(comparison: Comparison, card: Card, repeat: int) -> Card:
    """The card with what was scored in the repeat that it shows, where there are several."""
    position, ordinal = card.cell.position, card.cell.ordinal
    run = comparison.runs[position]
    if run.repeats == 1 or ordinal is None:
        return card
    shown = _shown_repeat(run, repeat)
    place = ordinal * run.repeats + shown
    own = ((metric, float(comparison.columns[position].values(metric.pk)[place])) for metric in run.run_metrics.all())
    return replace(card, repeat=shown, own=tuple((metric, value_of(metric, value)) for metric, value in own))


def _explanations(comparison: Comparison, run_item_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """The beginnings of what was said of one item, and how long the whole is, by run metric."""
    scores = Score.objects.filter(run__in=comparison.runs, run_item_id__in=run_item_ids)
    starts = scores.annotate(start=Left("explanation", 2_000), size=Length("explanation"))
    return {metric_id: (start, size) for metric_id, start, size in starts.values_list("run_metric_id", "start", "size")}
