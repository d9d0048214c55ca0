"""JSON Lines: a row an item, in the shape that an import takes back, types kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from runs.exporters.columns import Column, Row
from runs.exporters.rows import ExportRow, ScoreRow
from runs.models import Run

CONTENT_TYPE = "application/x-ndjson"


def write_jsonl(chunks: Iterable[Sequence[ExportRow]], run: Run, *, groups: frozenset[str]) -> Iterator[bytes]:
    """The file in pieces; `groups` names the columns to write, the metrics' keys among them."""
    for rows in chunks:
        yield b"".join(orjson.dumps(_record(row, run, groups), option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def write_table(chunks: Iterable[Sequence[Row]], columns: Sequence[Column[Row]]) -> Iterator[bytes]:
    """The columns as they stand, an object a row under their names."""
    for rows in chunks:
        cells = ({column.name: column.read(row) for column in columns} for row in rows)
        yield b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in cells)


def _record(row: ExportRow, run: Run, groups: frozenset[str]) -> dict[str, Any]:
    """What an import reads stands at the top; what the run made of the item stands under `run`."""
    item = row.run_item.item
    fields = {
        "key": item.key,
        "input": item.input,
        "output": row.run_item.output,
        "expected": item.expected,
        "context": row.context,
        "metadata": item.metadata,
        "trace": row.trace,
    }
    record = {name: value for name, value in fields.items() if name in groups and value not in (None, "")}
    if "output" in groups:
        record["output"] = row.run_item.output  # an empty answer is an answer
    scores = {key: _score(score) for key, score in row.scores.items() if key in groups}
    if scores:
        record["judge"] = scores
    return record | {"run": {name: value for name, value in _of_run(row, run).items() if name in groups | {"name"}}}


def _of_run(row: ExportRow, run: Run) -> dict[str, Any]:
    return {
        "name": run.name,
        "ordinal": row.run_item.ordinal,
        "repeat": row.run_item.repeat,
        "error": row.run_item.error_message or row.run_item.error_code or None,
        "overall": row.run_item.overall,
        "passed": row.run_item.passed,
        "review": row.review_state or None,
    }


def _score(score: ScoreRow) -> dict[str, Any]:
    """In the words of data files: score, reason, model; and what only EvalHub knows beside them."""
    told = {
        "label": score.label,
        "passed": score.passed,
        "reason": score.explanation,
        "model": score.judge_model,
        "status": score.status,
        "code": score.reason,
    }
    return {"score": score.value} | {name: value for name, value in told.items() if value not in (None, "")}
