"""Storing what targets answered: the item's own row, and apart from it what happened on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from runs.bulk import copy_rows, storable_json, storable_text
from runs.choices import ItemState
from runs.execution.reading import AnsweredItem
from runs.models import RunItemTrace
from runs.packing import Chunk

OUTPUT_MISSING = "output_missing"
_LONGEST_CODE = 64


def outcome_of_answer(item: AnsweredItem) -> tuple[ItemState, str, str, str]:
    """State, output, error code and error message of the item's row."""
    if item.output is not None:
        return ItemState.DONE, item.output, "", ""
    if item.answer and item.answer.error_code:
        return ItemState.ERRORED, "", item.answer.error_code[:_LONGEST_CODE], item.answer.error_message
    return ItemState.ERRORED, "", OUTPUT_MISSING, "The data has no output for this item."


def write_answers(chunk: Chunk, *, new: Sequence[AnsweredItem], again: Sequence[AnsweredItem]) -> None:
    """Store what came with new answers, and the answers of items that were asked again."""
    if again:
        _replace_answers(chunk, again)
    with_trace = [item for item in (*new, *again) if item.answer and item.answer.trace is not None]
    copy_rows(
        RunItemTrace,
        ("run_item", "trace"),
        ((int(chunk.run_item_ids[item.place]), item.answer.trace) for item in with_trace if item.answer),
    )


def _replace_answers(chunk: Chunk, items: Sequence[AnsweredItem]) -> None:
    ids = [int(chunk.run_item_ids[item.place]) for item in items]
    rows = [(run_item_id, *_values(item)) for run_item_id, item in zip(ids, items, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM runs_runitemtrace WHERE run_item_id = ANY(%s)", [ids])
        cursor.executemany(
            "UPDATE runs_runitem SET state = %s, output = %s, error_code = %s, error_message = %s, context = %s::jsonb,"
            " input_tokens = %s, output_tokens = %s, latency_ms = %s, cost = %s WHERE id = %s",
            [(*values, run_item_id) for run_item_id, *values in rows],
        )


def _values(item: AnsweredItem) -> tuple[Any, ...]:
    state, output, code, message = outcome_of_answer(item)
    answer = item.answer
    if answer is None:
        return (state, storable_text(output), code, message, None, None, None, None, None)
    context = None if answer.context is None else storable_json(answer.context).decode()
    return (
        *(state, storable_text(output), code, storable_text(message), context),
        *(answer.input_tokens, answer.output_tokens, answer.milliseconds, answer.cost),
    )
