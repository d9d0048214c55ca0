"""Answers and scores of a finished run, with the packed columns that belong to them, without a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from metrics.choices import ScoreStatus
from runs.models import Item, Run, RunItem, RunItemTrace, RunMetric, Score
from runs.packing import rebuild_columns


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
    rebuild_columns(run)
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
