"""Spans become one item per trace, in every usual notation, with their tree, passages and tool calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runs.importers.formats import grouping
from runs.importers.rows import Rejection
from tests.runs.importers.formats.reading import items_of, json_lines, left_of, real_items, rows_of


def span(trace: str, name: str, parent: str | None = None, **attributes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "context": {"trace_id": trace, "span_id": f"{trace}-{name}"},
        "parent_id": f"{trace}-{parent}" if parent else None,
        "start_time": f"2026-01-01T00:00:0{len(name) % 10}",
        "end_time": "2026-01-01T00:00:30",
        "status_code": "OK",
        "attributes": {key.replace("__", "."): value for key, value in attributes.items()},
    }


def test_spans_of_a_trace_are_brought_together_wherever_they_stand() -> None:
    content = json_lines(
        span("t1", "llm", "root", openinference__span__kind="LLM", output__value="half", llm__model_name="small"),
        span("t2", "root", input__value="Largest?", output__value="Zurich"),
        span("t1", "root", input__value='{"question": "Capital?"}', output__value="Bern"),
        span(
            "t1",
            "find",
            "root",
            **{"retrieval.documents.0.document.content": "Seat."},
            openinference__span__kind="RETRIEVER",
        ),
        span("t1", "atlas", "root", input__value='{"c": 1}', openinference__span__kind="TOOL"),
    )
    first, second = items_of(content, tool="openinference")
    assert (first.key, first.input, first.output, first.context) == ("t1", "Capital?", "Bern", ["Seat."])
    assert (second.key, second.input, second.output) == ("t2", "Largest?", "Zurich")
    assert first.metadata["tool_calls"] == [{"name": "atlas", "arguments": {"c": 1}}]
    assert first.metadata["model"] == "small"
    assert isinstance(first.trace, list)
    assert {step.get("parent_span_id") for step in first.trace} == {None, "t1-root"}


def test_otlp_and_messages_spelled_attribute_by_attribute_are_read() -> None:
    attributes = [
        {"key": "llm.input_messages.0.message.role", "value": {"stringValue": "user"}},
        {"key": "llm.input_messages.0.message.content", "value": {"stringValue": "Capital?"}},
        {"key": "llm.output_messages.0.message.role", "value": {"stringValue": "assistant"}},
        {"key": "llm.output_messages.0.message.content", "value": {"stringValue": "Bern"}},
        {"key": "tag.tags", "value": {"arrayValue": {"values": [{"stringValue": "a"}]}}},
    ]
    told = {"traceId": "t", "spanId": "s", "name": "chat", "startTimeUnixNano": "1770131992242000000"}
    spans = [{**told, "attributes": attributes, "status": {}}]
    content = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}, indent=1).encode()
    (item,) = items_of(content, tool="openinference")
    assert (item.key, item.input, item.output, item.metadata["tags"]) == ("t", "Capital?", "Bern", ["a"])


def test_a_root_that_failed_has_no_answer() -> None:
    broken = span("t", "root", input__value="Capital?", output__value="Be") | {
        "status": {"status_code": "ERROR", "message": "timed out"}
    }
    (item,) = items_of(json.dumps([broken]).encode(), tool="openinference")
    assert (item.output, item.metadata["error"]) == (None, "timed out")


def test_verdicts_among_the_attributes_are_scores_and_hidden_texts_are_said() -> None:
    judged: dict[str, Any] = {"eval.tone.score": 0.5, "eval.tone.explanation": "Curt."}
    content = json.dumps([span("t", "root", input__value="__REDACTED__", **judged)]).encode()
    (item,) = items_of(content, tool="openinference")
    assert item.given_scores == {"tone": {"score": 0.5, "reason": "Curt."}}
    assert any("__REDACTED__" in left for left in left_of(content, tool="openinference"))


def test_a_trace_above_the_limit_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "_MAX_RECORDS", 2)
    spans = [span("t1", name, input__value="Hi") for name in "abc"]
    large, small = rows_of(json_lines(*spans, span("t2", "root", input__value="Ho")), tool="openinference")
    assert isinstance(large, Rejection)
    assert '"t1" has 3 records' in large.reason
    assert not isinstance(small, Rejection)


def test_the_real_spans_are_read() -> None:
    (weather,) = real_items("openinference/mastra-weather-agent-spans.json", tool="openinference")
    assert weather.input == "what is the weather in ann arbor"
    assert "overcast" in (weather.output or "")
    assert weather.metadata["tool_calls"] == [{"name": "weatherTool", "arguments": {"location": "Ann Arbor"}}]
    calls = real_items("openinference/vercel-all-spans.json", tool="openinference")
    assert len(calls) == 10
    assert calls[1].input == "Write a haiku about programming."
