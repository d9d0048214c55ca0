"""Prompts of a run in this vendor's shape: what was asked and answered, the chunks and the steps on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evalhub.facades.gradient.runs import ShownPrompt, measured
from evalhub.facades.gradient.translate.metrics import prompt_result
from evalhub.facades.gradient.translate.spans import chunk_objects, spans_of, used_chunk_objects
from evalhub.facades.gradient.translate.test_cases import has_ground_truth
from metrics.chunks import CHUNK_METRICS
from runs.choices import ItemState

JsonValue = Any


def prompt_object(shown: ShownPrompt) -> dict[str, Any]:
    """One prompt. Numbered from 1 in the order of the dataset, and of the repeats of each item."""
    run, row = shown.run, shown.row
    item = row.item
    stored = getattr(row, "trace", None)
    trace = stored.trace if stored else item.trace
    context = item.context if row.context is None else row.context
    output = None if row.state == ItemState.ERRORED else row.output
    return {
        "prompt_id": row.ordinal * run.repeats + row.repeat + 1,
        "input": item.input,
        "output": output,
        "ground_truth": _ground_truth(shown),
        "input_tokens": _digits(row.input_tokens),
        "output_tokens": _digits(row.output_tokens),
        "prompt_level_metric_results": [prompt_result(metric, shown.scores.get(metric.pk)) for metric in measured(run)],
        "prompt_chunks": _chunks(context, output=output, shown=shown),
        "evaluation_trace_spans": spans_of(
            trace,
            agent=run.target_snapshot.get("name", "") if row.latency_ms is not None else "",
            asked=item.input,
            answered=output,
            retrieved=row.context,
        ),
        "trace_id": _trace_id(trace),
    }


def _chunks(context: JsonValue, *, output: str | None, shown: ShownPrompt) -> list[dict[str, Any]]:
    """The passages; a run that measures their use says what was used, also where the data does not."""
    if output is None or CHUNK_METRICS.isdisjoint(metric.key for metric in measured(shown.run)):
        return chunk_objects(context)
    return used_chunk_objects(context, output=output, question=shown.row.item.input)


def _ground_truth(shown: ShownPrompt) -> str | None:
    expected = shown.row.item.expected
    if expected is None:
        return "" if has_ground_truth(shown.run.dataset_version) else None
    return expected if isinstance(expected, str) else json.dumps(expected, ensure_ascii=False)


def _digits(count: int | None) -> str | None:
    return None if count is None else str(count)


def _trace_id(trace: JsonValue) -> str | None:
    if not isinstance(trace, Mapping):
        return None
    found = trace.get("trace_id") or trace.get("traceId")
    return str(found) if found else None
