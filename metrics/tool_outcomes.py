"""What came back from the tools that were called, and whether that was an error, read from a trace or from calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from metrics.scoring import JsonValue, ScoringInput
from metrics.tool_calls import read_steps

_FAILED = frozenset({"error", "errored", "failed", "failure", "status_code_error"})
_ERROR_NAMES = ("error", "errors", "exception", "error_message")
_RESULT_NAMES = ("result", "output", "response", "content")
_SAYS_SO = re.compile(r"\W*(?:traceback \(most recent|\w*(?:error|exception)\b|failed to\b)", re.IGNORECASE)
_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """One answer of a tool; `error` is what it said went wrong, empty where nothing did."""

    tool: str
    error: str = ""


def tool_outcomes(item: ScoringInput) -> list[ToolOutcome]:
    """Every answer of a tool, in order: from messages, from spans of tools, else from the row's `tool_calls`."""
    return (
        list(_of_messages(item.trace))
        or list(_of_spans(item.trace))
        or list(_of_calls(item.metadata.get("tool_calls")))
    )


def error_in(result: JsonValue) -> str:
    """What a tool's result says went wrong: an object that names an error or a bad status, or a text that begins so."""
    value = _parsed(result)
    if isinstance(value, Mapping):
        return _error_of(value)
    text = value if isinstance(value, str) else ""
    return text[:_LOOKED_AT] if _SAYS_SO.match(text[:_LOOKED_AT]) else ""


def _of_messages(trace: JsonValue) -> Iterator[ToolOutcome]:
    for step in read_steps(trace):
        if step.kind == "result":
            marked = (step.text[:_LOOKED_AT] or "marked as an error") if step.is_error else ""
            yield ToolOutcome(step.who, marked or error_in(step.text))


def _error_of(value: Mapping[str, JsonValue]) -> str:
    """An object's own word on having failed."""
    named = next((value[name] for name in _ERROR_NAMES if value.get(name)), None)
    if named is not None:
        return _as_text(named)
    status = value.get("status", value.get("status_code"))
    if isinstance(status, Mapping):
        status = status.get("status_code")
    failed = isinstance(status, str) and status.lower() in _FAILED
    if failed or value.get("is_error") is True or value.get("isError") is True or value.get("success") is False:
        said = next((value[name] for name in ("status_message", "message", *_RESULT_NAMES) if value.get(name)), status)
        return _as_text(said if said is not None else "failed")
    return ""


def _of_spans(trace: JsonValue) -> Iterator[ToolOutcome]:
    entries = trace.get("spans") if isinstance(trace, Mapping) else trace
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping):
            if _is_tool(entry):
                name = str(entry.get("name") or "")
                yield ToolOutcome(name, _error_of(entry) or error_in(entry.get("output", entry.get("outputs"))))
            yield from _of_spans(entry.get("children"))


def _is_tool(entry: Mapping[str, JsonValue]) -> bool:
    attributes = entry.get("attributes")
    kind = attributes.get("openinference.span.kind") if isinstance(attributes, Mapping) else None
    said = kind or entry.get("span_kind") or entry.get("run_type") or entry.get("type") or ""
    return str(said).lower().removeprefix("trace_span_type_") in {"tool", "function"}


def _of_calls(calls: JsonValue) -> Iterator[ToolOutcome]:
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, Mapping) and any(name in call for name in (*_ERROR_NAMES, *_RESULT_NAMES)):
            result = next((call[name] for name in _RESULT_NAMES if name in call), None)
            yield ToolOutcome(str(call.get("name") or ""), _error_of(call) or error_in(result))


def _parsed(value: JsonValue) -> JsonValue:
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _as_text(value: JsonValue) -> str:
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))[:_LOOKED_AT]
