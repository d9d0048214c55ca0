"""The rows of one page of a run's item table: excerpts by primary key, numbers from the packed columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from django.db.models import Case, F, JSONField, When
from django.db.models.functions import Left, Length

from runs.columns import ERRORED, SCORED, UNSCORED, RunColumns
from runs.figures import MISSING, value_of
from runs.models import Run, RunItem, RunMetric, Score
from runs.models.dataset import json_text
from runs.overrides import Said, disagreement, said_of
from runs.rendering.diff import Segment, answer_to_compare, word_diff


class TableView(StrEnum):
    """How much of each item a row shows."""

    COMPACT = "compact"
    FULL = "full"
    DIFF = "diff"


# Characters read of each body: what a row of the view can show, never the whole.
EXCERPT = {TableView.COMPACT: 600, TableView.FULL: 2_000, TableView.DIFF: 4_000}
SIGNS = {"passed": "✓", "failed": "✗", "errored": "!"}
NAMES = {UNSCORED: "unscored", ERRORED: "errored"}


@dataclass(frozen=True, slots=True)
class Chip:
    """One score: `status` is passed, failed, scored (no threshold), unscored, errored or waiting.

    `said` is a person's value beside it, `disagrees` whether the two do.
    """

    name: str
    value: str
    status: str
    said: str = ""
    disagrees: bool = False

    @property
    def sign(self) -> str:
        """What stands beside the colour."""
        return SIGNS.get(self.status, "")


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One run item in the table. Texts are excerpts; `is_cut` says that a body goes on."""

    place: int
    ordinal: int
    repeat: int
    key: str
    input: str
    output: str
    expected: str
    error: str
    overall: float | None
    chips: tuple[Chip, ...]
    segments: tuple[Segment, ...]
    is_cut: bool


def item_rows(
    run: Run, columns: RunColumns, *, metrics: Sequence[RunMetric], places: Iterable[int], view: TableView
) -> list[ItemRow]:
    """The rows at the places, in their order."""
    wanted = [int(place) for place in places]
    found = {row["ordinal"] * run.repeats + row["repeat"]: row for row in _excerpts(run, wanted, view)}
    ids = [row["id"] for row in found.values()]
    labels, said = _labels(run, metrics, ids), said_of(run, metrics, ids)
    rows = []
    for place in wanted:
        if place in found:
            item_id = found[place]["id"]
            chips = _chips(columns, metrics, place, labels.get(item_id, {}))
            chips = _with_people(chips, columns, metrics, place, said.get(item_id, {}))
            overall = float(columns.overall[place])
            rows.append(_row(found[place], place=place, view=view, chips=chips, overall=overall))
    return rows


def _excerpts(run: Run, places: Sequence[int], view: TableView) -> Iterable[dict[str, Any]]:
    length = EXCERPT[view]
    rows: Any = RunItem.objects.filter(run=run, ordinal__in={place // run.repeats for place in places})
    names = ["id", "ordinal", "repeat", "error_code", "key", "input_start", "output_start", "error_start"]
    rows = rows.annotate(
        key=F("item__key"),
        input_start=Left("item__input", length),
        output_start=Left("output", length),
        error_start=Left("error_message", 300),
    )
    if view == TableView.COMPACT:
        compact: Iterable[dict[str, Any]] = rows.values(*names)
        return compact
    as_text = json_text("item__expected")
    # JSON cannot be cut and still be read, so it comes whole or as the start of its text.
    whole = Case(When(expected_length__lte=length, then=F("item__expected")), output_field=JSONField())
    rows = rows.alias(expected_length=Length(as_text))
    rows = rows.annotate(expected_start=Left(as_text, length), expected_whole=whole)
    with_expected: Iterable[dict[str, Any]] = rows.values(*names, "expected_start", "expected_whole")
    return with_expected


def _row(found: dict[str, Any], *, place: int, view: TableView, chips: tuple[Chip, ...], overall: float) -> ItemRow:
    length = EXCERPT[view]
    expected, output = found.get("expected_start") or "", found["output_start"]
    return ItemRow(
        place=place,
        ordinal=found["ordinal"],
        repeat=found["repeat"],
        key=found["key"],
        input=found["input_start"],
        output=output,
        expected=expected,
        error=found["error_start"] or found["error_code"],
        overall=None if math.isnan(overall) else overall,
        chips=chips,
        segments=_segments(found) if view == TableView.DIFF else (),
        is_cut=length in {len(found["input_start"]), len(output), len(expected)},
    )


def _segments(found: dict[str, Any]) -> tuple[Segment, ...]:
    """What the output has and the expected answer has not; nothing where there is none."""
    expected = found["expected_whole"] if found["expected_whole"] is not None else found["expected_start"]
    pair = answer_to_compare(expected, found["output_start"])
    return tuple(word_diff(*pair)) if pair else ()


def _chips(
    columns: RunColumns, metrics: Sequence[RunMetric], place: int, labels: Mapping[int, str]
) -> tuple[Chip, ...]:
    chips = []
    for metric in metrics:
        status = int(columns.statuses(metric.pk)[place])
        if status == SCORED:
            value = float(columns.values(metric.pk)[place])
            shown = labels.get(metric.pk) or value_of(metric, value)
            chips.append(Chip(metric.name, shown, _verdict(metric, value)))
        else:
            chips.append(Chip(metric.name, MISSING, NAMES.get(status, "waiting")))
    return tuple(chips)


def _with_people(
    chips: tuple[Chip, ...], columns: RunColumns, metrics: Sequence[RunMetric], place: int, said: Mapping[int, Said]
) -> tuple[Chip, ...]:
    """The chips with what people said beside the scores; few rows have any."""
    if not said:
        return chips
    return tuple(
        _beside(chip, metric, float(columns.values(metric.pk)[place]), said.get(metric.pk))
        for chip, metric in zip(chips, metrics, strict=True)
    )


def _beside(chip: Chip, metric: RunMetric, score: float, said: Said | None) -> Chip:
    if said is None:
        return chip
    if said.value is None:
        return replace(chip, said=said.shown, disagrees=said.shown != chip.value)
    differs = disagreement(metric, np.array([score]), np.array([said.value]))
    return replace(chip, said=said.shown, disagrees=bool(differs[0]))


def _verdict(metric: RunMetric, value: float) -> str:
    return {True: "passed", False: "failed", None: "scored"}[metric.criterion.passes(value)]


def _labels(run: Run, metrics: Sequence[RunMetric], run_item_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """The words of categories whose labels nobody fixed, by run item and metric: columns hold numbers only."""
    categories = [metric.pk for metric in metrics if metric.is_category and not metric.labels]
    labels: dict[int, dict[int, str]] = {}
    if categories:
        scores = Score.objects.filter(run_id=run.pk, run_item_id__in=run_item_ids, run_metric_id__in=categories)
        for run_item_id, run_metric_id, label in scores.values_list("run_item_id", "run_metric_id", "label"):
            labels.setdefault(run_item_id, {})[run_metric_id] = label
    return labels
