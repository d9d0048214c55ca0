"""Retrieved chunks and the steps of an answer in this vendor's shapes. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evalhub.facades.gradient.translate.words import VALUE_TYPES
from metrics.choices import ValueType
from metrics.chunks import ChunkUse, ToldUse, chunk_uses, told_use
from runs.rendering.trace import Node, SpanScore, read_trace

JsonValue = Any

_LLM, _TOOL, _RETRIEVER = "TRACE_SPAN_TYPE_LLM", "TRACE_SPAN_TYPE_TOOL", "TRACE_SPAN_TYPE_RETRIEVER"
_UNKNOWN = "TRACE_SPAN_TYPE_UNKNOWN"
# What the words for kinds of spans begin with, in the traces that people bring.
_KINDS = {"llm": _LLM, "chat": _LLM, "generation": _LLM, "retriev": _RETRIEVER, "tool": _TOOL, "function": _TOOL}


def chunk_objects(context: JsonValue) -> list[dict[str, Any]]:
    """A chunk for every passage; what nobody said of it is null."""
    return [_chunk(passage, told_use(passage)) for passage in _passages(context)]


def used_chunk_objects(context: JsonValue, *, output: str, question: str) -> list[dict[str, Any]]:
    """A chunk for every passage with the marks that the metrics on chunks go by."""
    passages = _passages(context)
    marked = zip(passages, chunk_uses(passages, output=output, question=question), strict=True)
    return [_chunk(passage, use) for passage, use in marked]


def _passages(context: JsonValue) -> list[JsonValue]:
    return context if isinstance(context, list) else [] if context is None else [context]


def _chunk(passage: JsonValue, use: ToldUse | ChunkUse) -> dict[str, Any]:
    entry = passage if isinstance(passage, Mapping) else {}
    text = _first(entry, "text", "content", "page_content", "passage")
    source = _first(entry, "source_name", "source", "title", "url")
    return {
        "text": _as_text(passage if text is None else text),
        "source_name": None if source is None else _as_text(source),
        "index_uuid": None,
        "chunk_used": use.is_used,
        "chunk_usage_pct": use.percent,
    }


def spans_of(
    trace: JsonValue, *, agent: str, asked: str, answered: str | None, retrieved: JsonValue
) -> list[dict[str, Any]]:
    """The steps in their order: what the agent retrieved, what the trace tells, and the call of the agent itself.

    `agent` is empty where nobody was asked, `retrieved` null where the agent brought no passages of its own.
    """
    spans = list(_of_nodes(read_trace(trace)))
    if retrieved is not None:
        spans.insert(0, _span("retrieval", _RETRIEVER, given=asked, chunks=chunk_objects(retrieved)))
    if agent and not any(span["type"] == _LLM for span in spans):
        spans.append(_span(agent, _LLM, given=asked, came=answered))
    return spans


def _of_nodes(nodes: Sequence[Node]) -> Iterator[dict[str, Any]]:
    said: list[dict[str, str]] = []
    waiting: list[dict[str, Any]] = []
    for node in nodes:
        if node.kind == "span":
            yield _of_span(node)
            yield from _of_nodes(node.children)
        elif node.kind == "result":
            _hand_in(node, waiting)
            said.append({"role": "tool", "content": node.text})
        elif node.kind == "message":
            if node.role == "assistant":
                yield _span(node.name or "assistant", _LLM, given=list(said), came=node.text)
            calls = [_span(call.name, _TOOL, given=call.value) for call in node.children]
            waiting += calls
            yield from calls
            said.append({"role": node.role, "content": node.text})


def _hand_in(result: Node, waiting: list[dict[str, Any]]) -> None:
    """Give the result to the call it belongs to: the first of its name, else the first there is."""
    call = next((call for call in waiting if call["name"] == result.name), waiting[0] if waiting else None)
    if call:
        call["output"] = result.text
        waiting.remove(call)


def _of_span(node: Node) -> dict[str, Any]:
    kind = next((found for word, found in _KINDS.items() if word in node.role), _UNKNOWN)
    value = node.value if isinstance(node.value, Mapping) else {}
    came = value.get("output")
    chunks = chunk_objects(came) if kind == _RETRIEVER and isinstance(came, list) else None
    span = _span(node.name, kind, given=value.get("input"), came=came, chunks=chunks)
    return {**span, "span_level_metric_results": [_span_result(score) for score in node.scores]}


def _span_result(score: SpanScore) -> dict[str, Any]:
    """What somebody measured of a span, in the shape of a metric's result."""
    number = _number(score.value)
    return {
        "metric_name": score.name,
        "metric_value_type": VALUE_TYPES[ValueType.CATEGORY if number is None else ValueType.NUMBER],
        "number_value": number,
        "string_value": score.value if number is None else None,
        "reasoning": score.reason or None,
        "error_description": None,
    }


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _span(
    name: str,
    kind: str,
    *,
    given: JsonValue = None,
    came: JsonValue = None,
    chunks: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "input": given,
        "output": came,
        "created_at": None,
        "retriever_chunks": list(chunks or ()),
        "span_level_metric_results": [],
    }


def _first(entry: Mapping[str, JsonValue], *names: str) -> JsonValue:
    return next((entry[name] for name in names if entry.get(name) not in (None, "")), None)


def _as_text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
