"""Reads Langfuse's traces with their observations and scores, as its API returns them: one item per trace.

Documented at https://api.reference.langfuse.com/ (trace, observations, scores).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runs.importers.formats.chats import answered_in, asked_in, unwrapped
from runs.importers.formats.found import Scores, ToolFormat, as_dict, as_list, as_text, found_row
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import records
from runs.importers.formats.spans import Span, called, retrieved, trace_of
from runs.importers.guesses import as_number
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow
from runs.importers.source import Source

_ABOUT = ("name", "environment", "release", "version", "userId", "sessionId", "tags", "latency", "totalCost")
_OF_STEPS = "Scores of single observations; only those of the whole trace are taken."
_CATEGORIES = "Categories as scores; they stand as the reason of a missing score."
_NO_STEPS = "The steps of traces that came without their observations."


def is_one(opening: Opening) -> bool:
    return (
        opening.has("trace.projectId", "trace.observations")
        or opening.has("trace.projectId", "observations")
        or opening.has("projectId", "timestamp", "observations", "scores")
        or opening.has("data.item.projectId", "data.item.observations", "data.item.scores", "meta.page")
    )


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per trace. Raises `Invalid` where the file stops being JSON."""
    for parsed in records(source, "data.item"):
        yield _row(parsed) if isinstance(parsed, ParsedRow) else parsed


def _row(row: ParsedRow) -> Parsed:
    trace = as_dict(row.values.get("trace")) or row.values
    steps = [as_dict(step) for step in as_list(row.values.get("observations")) if isinstance(step, dict)]
    steps.sort(key=lambda step: str(step.get("startTime")))
    spans = [_span(step) for step in steps]
    root = next((span for span in spans if not span.parent_span_id), None)
    scores, left = _scores(trace)
    item = NewItem(
        input=asked_in(trace.get("input") or (root and root.input)),
        output=answered_in(trace.get("output") or (root and root.output)),
        context=retrieved(spans),
        metadata={
            **{name: trace.get(name) for name in _ABOUT},
            "model": next((step["model"] for step in reversed(steps) if step.get("model")), None),
            "trace_id": trace.get("id"),
            "tool_calls": called(spans),
            "error": root.error if root else None,
        },
        trace=trace_of(spans),
        given_scores=scores or None,
        human=_human(trace),
        raw=row.raw,
    )
    return found_row(row.line, item, left=left if spans else [*left, _NO_STEPS])


def _span(step: dict[str, Any]) -> Span:
    return Span(
        span_id=str(step.get("id") or ""),
        parent_span_id=str(step.get("parentObservationId") or ""),
        name=str(step.get("name") or ""),
        span_kind=str(step.get("type") or ""),
        input=unwrapped(step.get("input")),
        output=unwrapped(step.get("output")),
        start_time=step.get("startTime"),
        end_time=step.get("endTime"),
        error=str(step.get("statusMessage") or "failed") if step.get("level") == "ERROR" else "",
    )


def _scores(trace: dict[str, Any]) -> tuple[Scores, list[str]]:
    scores, left = Scores(), []
    for score in map(as_dict, as_list(trace.get("scores"))):
        if score.get("observationId"):
            left.append(_OF_STEPS)
        elif score.get("source") != "ANNOTATION":
            value, reason = _value(score), score.get("comment")
            if score.get("dataType") == "CATEGORICAL":
                left.append(_CATEGORIES)
                reason = f"The category is {score.get('stringValue') or score.get('value')}. {reason or ''}".strip()
            scores.say(str(score.get("name") or "score"), value, reason=reason)
    return scores, left


def _value(score: dict[str, Any]) -> JsonValue:
    """A category has a number only as its place in a list, which says nothing of how good it is."""
    value = score.get("value")
    if score.get("dataType") == "CATEGORICAL":
        return None
    return bool(value) if score.get("dataType") == "BOOLEAN" and value in (0, 1) else value


def _human(trace: dict[str, Any]) -> JsonValue:
    """What people annotated; of several, each under the name of its score."""
    by_people = (as_dict(score) for score in as_list(trace.get("scores")))
    said = {
        str(score.get("name")): {
            **({"score": as_number(_value(score))} if _value(score) is not None else {}),
            **({"label": score["stringValue"]} if score.get("stringValue") else {}),
            **({"reason": as_text(score["comment"])} if score.get("comment") else {}),
        }
        for score in by_people
        if score.get("source") == "ANNOTATION" and not score.get("observationId")
    }
    if len(said) == 1:
        ((name, told),) = said.items()
        return {"metric": name, **told}
    return said or None


FORMAT = ToolFormat(
    label="Langfuse traces",
    is_one=is_one,
    read=read,
    notes=(
        "Reference answers, which stand in the items of Langfuse's datasets and not in traces.",
        "Which direction of a score is good; Langfuse does not say it. Set it in the metric.",
        "Prices and token counts of steps, beyond the record kept beside each item.",
    ),
)
