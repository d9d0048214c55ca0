"""Storing what a batch has computed: run items, scores, people's labels, columns and counters in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from numpy.typing import NDArray

from metrics.choices import ScoreStatus
from metrics.scoring import ScoreResult
from runs.bulk import copy_rows, reserve_ids
from runs.choices import ReviewSource, ReviewState, RunState
from runs.columns import ERRORED, SCORED, UNSCORED
from runs.execution import human
from runs.execution.answers import outcome_of_answer, write_answers
from runs.execution.cache import Entry, store_entries
from runs.execution.claims import Claim, lock_claim
from runs.execution.plan import Plan
from runs.execution.reading import AnsweredItem
from runs.execution.traffic import Traffic, add_traffic, spent_on, write_judge_calls
from runs.models import Override, Review, RunItem, Score
from runs.packing import Chunk, write_chunk

_RUN_ITEM_FIELDS = (
    *("id", "project_id", "run", "item", "ordinal", "repeat", "state", "output"),
    *("error_code", "error_message", "overall", "passed"),
)
_ANSWER_FIELDS = ("context", "input_tokens", "output_tokens", "latency_ms", "cost")
_SCORE_FIELDS = (
    *("run", "run_item", "run_metric", "project_id", "status", "value", "label", "passed"),
    *("reason", "explanation", "judge_model", "is_cached"),
)
_CALL_FIELDS = ("input_tokens", "output_tokens", "cost", "duration_ms")
_REVIEW_FIELDS = (
    *("run", "run_item", "state", "corrected_output", "source", "version"),
    *("created_at", "updated_at"),
)
_OVERRIDE_FIELDS = (
    *("run", "run_item", "metric", "annotator", "value", "label", "note", "spans"),
    *("source", "is_current", "created_at"),
)
_LONGEST_LABEL, _LONGEST_REASON, _LONGEST_MODEL = 200, 64, 200
_PASSED = {-1: None, 0: False, 1: True}


@dataclass(slots=True)
class Group:
    """Items that are written together, with their new results as (place, row of the metric, result).

    `passed` has a row per metric and a column per item; `row_of_place` says which column is whose. `traffic` is what
    was asked of endpoints for it, `entries` what the cache is to keep.
    """

    items: list[AnsweredItem] = field(default_factory=list)
    results: list[tuple[int, int, ScoreResult]] = field(default_factory=list)
    passed: NDArray[np.int8] = field(default_factory=lambda: np.empty((0, 0), dtype=np.int8))
    row_of_place: dict[int, int] = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)
    entries: list[Entry] = field(default_factory=list)


def status_of(result: ScoreResult) -> ScoreStatus:
    """Which of the three outcomes a result is."""
    if result.value is not None:
        return ScoreStatus.SCORED
    return ScoreStatus.ERRORED if result.is_error else ScoreStatus.UNSCORED


def write_group(claim: Claim, plan: Plan, chunk: Chunk, group: Group) -> RunState:
    """Store the group and renew the lease; returns what the run is doing. Stores nothing when it raises `ClaimLost`."""
    there = [item for item in group.items if chunk.run_item_ids[item.place]]
    new = [item for item in group.items if not chunk.run_item_ids[item.place]]
    ids = reserve_ids(RunItem, len(new))
    with transaction.atomic():
        state = lock_claim(claim)
        chunk.run_item_ids[[item.place for item in new]] = ids
        _insert_run_items(plan, chunk, new)
        _update_run_items(chunk, there)
        if plan.answerer:
            write_answers(chunk, again=[item for item in there if item.is_new], new=new)
        _insert_scores(plan, chunk, group)
        _write_opinions(plan, chunk, new)
        store_entries(plan.run, group.entries)
        write_chunk(chunk)
        _note_progress(claim, chunk, group.traffic)
    return state


def _insert_run_items(plan: Plan, chunk: Chunk, items: Sequence[AnsweredItem]) -> None:
    if not plan.answerer:
        copy_rows(RunItem, _RUN_ITEM_FIELDS, (_run_item_row(plan, chunk, item) for item in items))
        return
    rows = ((*_run_item_row(plan, chunk, item), *_answer_values(item)) for item in items)
    copy_rows(RunItem, _RUN_ITEM_FIELDS + _ANSWER_FIELDS, rows)


def _run_item_row(plan: Plan, chunk: Chunk, item: AnsweredItem) -> tuple[Any, ...]:
    run = plan.run
    ordinal, repeat = divmod(chunk.start + item.place, run.repeats)
    return (
        int(chunk.run_item_ids[item.place]),
        run.project_id,
        run.pk,
        item.item["id"],
        ordinal,
        repeat,
        *outcome_of_answer(item),
        *_overall_and_passed(chunk, item.place),
    )


def _answer_values(item: AnsweredItem) -> tuple[Any, ...]:
    answer = item.answer
    if answer is None:
        return (None,) * len(_ANSWER_FIELDS)
    return (answer.context, answer.input_tokens, answer.output_tokens, answer.milliseconds, answer.cost)


def _overall_and_passed(chunk: Chunk, place: int) -> tuple[float | None, bool | None]:
    overall = float(chunk.overall[place])
    return None if np.isnan(overall) else overall, _PASSED[int(chunk.passed[place])]


def _update_run_items(chunk: Chunk, items: Sequence[AnsweredItem]) -> None:
    """Write what new scores make of items that were there already."""
    if not items:
        return
    numbers = [_overall_and_passed(chunk, item.place) for item in items]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_runitem i SET overall = n.overall, passed = n.passed"
            " FROM unnest(%s::bigint[], %s::float8[], %s::bool[]) AS n(id, overall, passed) WHERE i.id = n.id",
            [
                [int(chunk.run_item_ids[item.place]) for item in items],
                [number[0] for number in numbers],
                [number[1] for number in numbers],
            ],
        )


def _insert_scores(plan: Plan, chunk: Chunk, group: Group) -> None:
    if not plan.has_calls:
        copy_rows(Score, _SCORE_FIELDS, _score_rows(plan, chunk, group))
        return
    spent = [spent_on(result.calls) for _, _, result in group.results]
    rows = ((*row, *own) for row, own in zip(_score_rows(plan, chunk, group), spent, strict=True))
    copy_rows(Score, _SCORE_FIELDS + _CALL_FIELDS, rows)
    write_judge_calls(plan, chunk, group.results)


def _score_rows(plan: Plan, chunk: Chunk, group: Group) -> Iterator[tuple[Any, ...]]:
    run_id, project_id = plan.run.pk, plan.run.project_id
    run_item_ids = chunk.run_item_ids.tolist()
    passed = group.passed.tolist()
    for place, row, result in group.results:
        yield (
            run_id,
            run_item_ids[place],
            plan.metrics[row].id,
            project_id,
            status_of(result),
            result.value,
            (result.label or "")[:_LONGEST_LABEL],
            _PASSED[passed[row][group.row_of_place[place]]],
            result.reason[:_LONGEST_REASON],
            result.explanation,
            result.judge_model[:_LONGEST_MODEL],
            bool(result.calls) and all(call.is_cached for call in result.calls),
        )


def _write_opinions(plan: Plan, chunk: Chunk, items: Sequence[AnsweredItem]) -> None:
    """Make what people said in the data a review with their values, once, when the run item is made."""
    if not plan.human_metric_ids:
        return
    said = [(int(chunk.run_item_ids[item.place]), human.opinions(item.item["human"])) for item in items]
    said = [(run_item_id, opinions) for run_item_id, opinions in said if opinions]
    now = _database_now()
    run_id = plan.run.pk
    copy_rows(
        Review,
        _REVIEW_FIELDS,
        (
            (run_id, run_item_id, ReviewState.ACKNOWLEDGED, "", ReviewSource.IMPORT, 1, now, now)
            for run_item_id, _ in said
        ),
    )
    copy_rows(
        Override,
        _OVERRIDE_FIELDS,
        (
            (
                *(run_id, run_item_id, plan.human_metric_ids[one.source], one.annotator, one.value, one.label),
                *(one.note, one.spans, ReviewSource.IMPORT, True, now),
            )
            for run_item_id, opinions in said
            for one in opinions
        ),
    )


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [now] = cursor.fetchone()
    return cast(datetime, now)


def _note_progress(claim: Claim, chunk: Chunk, traffic: Traffic) -> None:
    """Set the batch's counters to what the chunk holds, renew its lease, and forget earlier vain tries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_runbatch SET n_done = %s, n_scored = %s, n_unscored = %s, n_errored = %s, n_answered = %s,"
            " writes = writes + 1, tries = 0, lease_until = clock_timestamp() + make_interval(secs => %s)"
            " WHERE id = %s",
            [
                *(chunk.count_done(), chunk.count(SCORED), chunk.count(UNSCORED), chunk.count(ERRORED)),
                *(chunk.count_answered(), settings.EVALHUB_LEASE_SECONDS, claim.batch_id),
            ],
        )
    if traffic:
        add_traffic(claim.batch_id, traffic)
