"""Answers and scores of a finished run, with the packed columns that belong to them, without a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from metrics.choices import ScoreStatus
from runs.choices import ColumnName, ItemState
from runs.columns import ELEMENT_TYPES, PASSED_UNKNOWN
from runs.models import Item, Run, RunColumn, RunItem, RunItemTrace, RunMetric, Score

STATUS_NUMBERS = {ScoreStatus.SCORED: 1, ScoreStatus.UNSCORED: 2, ScoreStatus.ERRORED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one place of a run: fields of its run item, and of the score of each metric by key."""

    output: str = ""
    passed: bool | None = None
    overall: float | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, dict[str, Any]] = field(default_factory=dict)
    trace: Any = None


def answer_run(run: Run, answers: Sequence[Answer]) -> list[RunItem]:
    """Store one answer for each place of the run, in the order of the places."""
    items = list(Item.objects.filter(version_id=run.dataset_version_id).order_by("ordinal"))
    run_items = [_run_item(run, items[place // run.repeats], place, answer) for place, answer in enumerate(answers)]
    RunItem.objects.bulk_create(run_items)
    metrics = list(run.run_metrics.all())
    for run_item, answer in zip(run_items, answers, strict=True):
        if answer.trace is not None:
            RunItemTrace.objects.create(run_item=run_item, trace=answer.trace)
        for metric in metrics:
            if metric.key in answer.scores:
                _store_score(run_item, metric, answer.scores[metric.key])
    run.item_count = len(answers)
    run.columns_version += 1
    run.save(update_fields=["item_count", "columns_version"])
    _pack(run, metrics, run_items, items, answers)
    return run_items


def _run_item(run: Run, item: Item, place: int, answer: Answer) -> RunItem:
    return RunItem(
        project_id=run.project_id,
        run=run,
        item=item,
        ordinal=place // run.repeats,
        repeat=place % run.repeats,
        output=answer.output,
        passed=answer.passed,
        overall=answer.overall,
        **answer.fields,
    )


def _store_score(run_item: RunItem, metric: RunMetric, fields: dict[str, Any]) -> None:
    Score.objects.create(
        run_id=run_item.run_id,
        run_item=run_item,
        run_metric=metric,
        project_id=run_item.project_id,
        **{"status": ScoreStatus.SCORED, **fields},
    )


def _pack(
    run: Run, metrics: list[RunMetric], run_items: list[RunItem], items: list[Item], answers: Sequence[Answer]
) -> None:
    pair_keys = {item.pk: item.pair_key for item in items}
    _column(run, ColumnName.OVERALL, [np.nan if answer.overall is None else answer.overall for answer in answers])
    _column(run, ColumnName.PASSED, [PASSED_UNKNOWN if answer.passed is None else answer.passed for answer in answers])
    _column(run, ColumnName.PAIR_KEY, [pair_keys[run_item.item_id] for run_item in run_items])
    _column(run, ColumnName.ITEM_STATE, [2 if found.state == ItemState.ERRORED else 1 for found in run_items])
    for metric in metrics:
        given = [answer.scores.get(metric.key) for answer in answers]
        values = [score.get("value") if score else None for score in given]
        statuses = [STATUS_NUMBERS[score.get("status", ScoreStatus.SCORED)] if score else 0 for score in given]
        _column(run, ColumnName.VALUE, [np.nan if value is None else value for value in values], metric)
        _column(run, ColumnName.STATUS, statuses, metric)


def _column(run: Run, name: ColumnName, values: Sequence[Any], metric: RunMetric | None = None) -> None:
    packed = np.array(values, dtype=ELEMENT_TYPES[name]).tobytes()
    RunColumn.objects.create(run=run, run_metric=metric, name=name, start=0, length=len(values), packed=packed)
