"""What happened while an item was answered, as a small tree: chat turns, tool calls with their results, spans."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from metrics.scoring import JsonValue

MAX_NODES = 400
MAX_DEPTH = 12
MAX_SPAN_SCORES = 20

Kind = Literal["message", "call", "result", "span", "other"]
# What frameworks call the speaker, in the words that the page knows.
_ROLES = {"human": "user", "ai": "assistant", "model": "assistant", "function": "tool", "developer": "system"}
_SPAN_SCORE_NAMES = ("scores", "span_level_metric_results", "metric_results", "evaluations")
_VALUE_NAMES = ("value", "score", "number_value", "string_value", "label")
_ROLE_NAMES = ("system", "user", "assistant", "tool")


@dataclass(frozen=True, slots=True)
class SpanScore:
    """What somebody measured of one span; `reason` is empty where nobody gave one."""

    name: str
    value: str
    reason: str = ""


@dataclass(slots=True)
class Node:
    """One thing that happened. `value` is arguments or another value that is not text; `text` is what was said."""

    kind: Kind
    role: str = ""
    name: str = ""
    text: str = ""
    value: JsonValue = None
    duration_ms: float | None = None
    error: str = ""
    scores: list[SpanScore] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)


def read_trace(trace: JsonValue) -> list[Node]:
    """Nodes of a list of messages, of spans, or of an object that holds either; what is neither is shown as it is."""
    entries = _entries(trace)
    if not entries:
        return [] if trace in (None, [], {}) else [Node("other", value=trace)]
    shown = entries[:MAX_NODES]
    nodes = _span_nodes(shown) if _are_spans(shown) else _message_nodes(shown)
    if len(entries) > len(shown):
        nodes.append(Node("other", text=f"{len(entries) - len(shown):,} more steps are not shown."))
    return nodes


def _entries(trace: JsonValue) -> list[JsonValue]:
    if isinstance(trace, list):
        return trace
    if isinstance(trace, dict):
        for name in ("messages", "spans", "steps", "turns"):
            if isinstance(trace.get(name), list):
                return list(trace[name])
        if _is_span(trace):
            return [trace]
    return []


def _are_spans(entries: Iterable[JsonValue]) -> bool:
    return all(_is_span(entry) for entry in entries)


def _is_span(entry: JsonValue) -> bool:
    return isinstance(entry, dict) and "role" not in entry and bool(_span_id(entry) or entry.get("name"))


# --- Messages ---


def _message_nodes(entries: list[JsonValue]) -> list[Node]:
    tools: dict[str, str] = {}
    return [_message(entry, tools) if isinstance(entry, dict) else _other(entry) for entry in entries]


def _other(entry: JsonValue) -> Node:
    return Node("other", text=entry) if isinstance(entry, str) else Node("other", value=entry)


def _message(entry: dict[str, JsonValue], tools: dict[str, str]) -> Node:
    """One turn; `tools` remembers the names of calls, for results that only name the call's id."""
    entry = _inner(entry)
    role = _role(entry)
    text, parts = _content(entry.get("content"))
    calls = [_call(call) for call in [*_list(entry.get("tool_calls")), *parts] if isinstance(call, dict)]
    if isinstance(entry.get("function_call"), dict):
        calls.append(_call({"function": entry["function_call"]}))
    for call in [*_list(entry.get("tool_calls")), *parts]:
        if isinstance(call, dict) and call.get("id"):
            tools[str(call["id"])] = _call(call).name
    if role == "tool":
        name = str(entry.get("name") or tools.get(str(entry.get("tool_call_id")), ""))
        return Node("result", role=role, name=name, text=text, children=calls)
    return Node("message", role=role, name=str(entry.get("name") or ""), text=text, children=calls)


def _inner(entry: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The message itself where a framework keeps it inside (`{"type": "human", "data": {…}}`)."""
    inner = entry.get("data")
    if isinstance(inner, dict) and "content" in inner:
        return {"type": entry.get("type"), **inner}
    return entry


def _role(entry: dict[str, JsonValue]) -> str:
    said = str(entry.get("role") or entry.get("type") or "").lower()
    role = _ROLES.get(said, said)
    return role if role in _ROLE_NAMES else "other"


def _content(content: JsonValue) -> tuple[str, list[JsonValue]]:
    """What was said as text, and the tool calls among the parts of a message."""
    if isinstance(content, str):
        return content, []
    if content is None:
        return "", []
    if not isinstance(content, list):
        return _json(content), []
    calls = [part for part in content if isinstance(part, dict) and part.get("type") in {"tool_use", "tool_call"}]
    return "\n\n".join(_part_text(part) for part in content if part not in calls), calls


def _part_text(part: JsonValue) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict):
        for name in ("text", "content"):
            if isinstance(part.get(name), str):
                return str(part[name])
        if "image" in str(part.get("type")):
            return "[image]"
    return _json(part)


def _call(call: dict[str, JsonValue]) -> Node:
    function = call["function"] if isinstance(call.get("function"), dict) else call
    arguments = next((function[name] for name in ("arguments", "args", "input") if name in function), None)
    if isinstance(arguments, str):
        arguments = _parsed(arguments)
    return Node("call", role="assistant", name=str(function.get("name") or "tool"), value=arguments)


def _parsed(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


# --- Spans ---


def _span_nodes(entries: list[dict[str, JsonValue]]) -> list[Node]:
    """A tree by parent ids. A span whose parent is not there, or is below itself, stands at the top."""
    children: dict[str, list[dict[str, JsonValue]]] = {}
    known = {_span_id(entry) for entry in entries} - {""}
    tops = []
    for entry in entries:
        parent = _parent_id(entry)
        if parent in known and parent != _span_id(entry):
            children.setdefault(parent, []).append(entry)
        else:
            tops.append(entry)
    seen: set[int] = set()
    nodes = [_span(entry, children, seen, 0) for entry in tops]
    return nodes + [_span(entry, children, seen, 0) for entry in entries if id(entry) not in seen]


def _span(
    entry: dict[str, JsonValue], children: Mapping[str, list[dict[str, JsonValue]]], seen: set[int], depth: int
) -> Node:
    seen.add(id(entry))
    inside = [*children.get(_span_id(entry), ()), *(part for part in _list(entry.get("children")) if _is_span(part))]
    below = [
        _span(part, children, seen, depth + 1)
        for part in (inside if depth < MAX_DEPTH else ())
        if id(part) not in seen and len(seen) < MAX_NODES
    ]
    return Node(
        "span",
        role=_span_kind(entry),
        name=str(entry.get("name") or "span"),
        value=_span_value(entry),
        duration_ms=_duration(entry),
        error=_error(entry),
        scores=_span_scores(entry),
        children=below,
    )


def _span_id(entry: dict[str, JsonValue]) -> str:
    context = entry.get("context")
    inner = context.get("span_id") if isinstance(context, dict) else None
    return str(entry.get("span_id") or entry.get("spanId") or inner or entry.get("id") or "")


def _parent_id(entry: dict[str, JsonValue]) -> str:
    names = ("parent_span_id", "parentSpanId", "parent_id", "parentId", "parent_run_id")
    return str(next((entry[name] for name in names if entry.get(name)), ""))


def _span_kind(entry: dict[str, JsonValue]) -> str:
    attributes = entry.get("attributes")
    inner = attributes.get("openinference.span.kind") if isinstance(attributes, dict) else None
    kind = str(inner or entry.get("span_kind") or entry.get("run_type") or entry.get("type") or "").lower()
    kind = kind.removeprefix("trace_span_type_")[:40]
    return "" if kind == "unknown" else kind


def _span_scores(entry: dict[str, JsonValue]) -> list[SpanScore]:
    """Scores of a span: a list of results that name their metric, or an object of metric and result."""
    given = next((entry[name] for name in _SPAN_SCORE_NAMES if entry.get(name)), None)
    if isinstance(given, dict):
        named = [(str(name), told) for name, told in given.items()]
    else:
        named = [(_score_name(told), told) for told in _list(given) if isinstance(told, dict)]
    read = (_span_score(name, told) for name, told in named[:MAX_SPAN_SCORES])
    return [score for score in read if score is not None]


def _score_name(told: dict[str, JsonValue]) -> str:
    return str(told.get("metric_name") or told.get("name") or told.get("metric") or "score")


def _span_score(name: str, told: JsonValue) -> SpanScore | None:
    """One result: a bare value, or an object with value and reason; None where it holds no value."""
    result = told if isinstance(told, dict) else {"value": told}
    value = next((result[part] for part in _VALUE_NAMES if result.get(part) is not None), None)
    if value is None or isinstance(value, (dict, list)):
        return None
    shown = f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)
    said = result.get("reasoning") or result.get("reason") or result.get("explanation") or ""
    return SpanScore(name[:80], shown[:80], str(said)[:1_000])


def _span_value(entry: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """What went in and came out, where the span says so; else its attributes."""
    given = entry.get("attributes")
    attributes: dict[str, JsonValue] = given if isinstance(given, dict) else {}
    found = {}
    for label, names in (("input", ("input", "inputs")), ("output", ("output", "outputs"))):
        value = next((entry[name] for name in names if entry.get(name) is not None), attributes.get(f"{label}.value"))
        if value is not None:
            found[label] = value
    if isinstance(entry.get("retriever_chunks"), list):
        found["chunks"] = entry["retriever_chunks"]
    return found or attributes


def _duration(entry: dict[str, JsonValue]) -> float | None:
    for name in ("duration_ms", "latency_ms"):
        if isinstance(entry.get(name), int | float):
            return float(entry[name])
    start, end = _moment(entry.get("start_time")), _moment(entry.get("end_time"))
    return None if start is None or end is None else max(0.0, (end - start) * 1_000)


def _moment(value: JsonValue) -> float | None:
    """Seconds, of an ISO time or of a number in seconds, milliseconds, microseconds or nanoseconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
        while seconds > 1e11:
            seconds /= 1_000
        return seconds
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError):
        return None


def _error(entry: dict[str, JsonValue]) -> str:
    status = entry.get("status")
    code = entry.get("status_code") or (status.get("status_code") if isinstance(status, dict) else status)
    failed = isinstance(code, str) and code.upper() in {"ERROR", "STATUS_CODE_ERROR"}
    said = entry.get("error") or entry.get("status_message")
    return str(said) if said else ("failed" if failed else "")


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
