"""What came back from tools, in the notations of traces, and the metric that counts the errors."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.heuristics.tool_errors import ToolErrors
from metrics.scoring import JsonValue, ScoreResult, ScoringInput
from metrics.tool_outcomes import error_in


def score(trace: JsonValue = None, **metadata: JsonValue) -> ScoreResult:
    return ToolErrors().score(ScoringInput(input="", output="", trace=trace, metadata=metadata))


def called(*results: dict[str, Any]) -> list[dict[str, Any]]:
    calls = [{"id": str(place), "function": {"name": "look", "arguments": "{}"}} for place, _ in enumerate(results)]
    answers = [{"role": "tool", "tool_call_id": str(place), **result} for place, result in enumerate(results)]
    return [{"role": "user", "content": "Go"}, {"role": "assistant", "content": None, "tool_calls": calls}, *answers]


@pytest.mark.parametrize(
    "result",
    [
        "Error: no such order",
        "ValueError: bad date",
        "Traceback (most recent call last):\n  File …",
        "Failed to reach the server",
        '{"error": "not found"}',
        '{"status": "failed", "message": "late"}',
        '{"success": false}',
        {"isError": True, "content": "no"},
    ],
)
def test_a_result_that_says_it_failed_is_an_error(result: JsonValue) -> None:
    assert error_in(result)


@pytest.mark.parametrize(
    "result",
    ["", "12 orders", "The log has no errors.", '{"error": null, "rows": 3}', '{"status": "ok"}', "{broken", None, [1]],
)
def test_a_result_that_says_nothing_of_failing_is_none(result: JsonValue) -> None:
    assert error_in(result) == ""


def test_errors_are_counted_among_the_answers_of_a_conversation() -> None:
    result = score(called({"content": "3 rows"}, {"content": "Error: gone"}, {"content": "", "is_error": True}, {}))
    assert result.value == 50.0
    assert result.explanation == (
        "2 of 4 answers of tools are errors: look: “Error: gone”; look: “marked as an error”."
    )


def test_parts_of_a_message_mark_their_errors_too() -> None:
    content = [
        {"type": "tool_use", "id": "a", "name": "look", "input": {}},
        {"type": "tool_result", "tool_use_id": "a", "content": "no access", "is_error": True},
    ]
    assert score([{"role": "user", "content": content}]).value == 100.0


def test_spans_of_tools_are_counted_at_any_depth_and_other_spans_are_not() -> None:
    spans = [
        {
            "name": "agent",
            "type": "chain",
            "status": "ERROR",
            "children": [{"name": "a", "type": "tool", "output": "1"}],
        },
        {"name": "b", "attributes": {"openinference.span.kind": "TOOL"}, "status": {"status_code": "ERROR"}},
        {"name": "c", "type": "TRACE_SPAN_TYPE_TOOL", "output": {"error": "late"}},
        {"name": "llm", "type": "llm", "output": "Error: sorry"},
    ]
    assert score({"spans": spans}).value == pytest.approx(100 * 2 / 3)


def test_calls_of_the_row_are_read_where_there_is_no_trace() -> None:
    calls = [{"name": "a", "arguments": {}, "result": "fine"}, {"name": "b", "arguments": {}, "error": "late"}]
    assert score(tool_calls=calls).value == 50.0


def test_no_call_is_no_error_and_what_is_not_known_is_no_value() -> None:
    assert score([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]).value == 0.0
    assert score().reason == "calls_unknown"
    assert score(tool_calls=[{"name": "a", "arguments": {}}]).reason == "results_unknown"
