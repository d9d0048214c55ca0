"""Reading tool calls from traces and from data about calls."""

from __future__ import annotations

import json

import pytest

from metrics.scoring import JsonValue, ScoringInput
from metrics.tool_calls import ToolCall, calls_made, read_calls, read_steps, tools_offered

WEATHER = ToolCall(name="weather", arguments={"city": "Bern"})
ASKED = {"role": "user", "content": "Weather in Bern?"}


def answered(**parts: JsonValue) -> ScoringInput:
    return ScoringInput(input="Weather in Bern?", **{"output": "Sunny.", **parts})


@pytest.mark.parametrize(
    "notation",
    [
        {"name": "weather", "arguments": {"city": "Bern"}},
        {"name": "weather", "arguments": '{"city": "Bern"}'},
        {"name": "weather", "args": {"city": "Bern"}},
        {"type": "function", "function": {"name": "weather", "arguments": '{"city": "Bern"}'}},
        {"function": "weather", "args": {"city": "Bern"}},
        {"weather": '{"city": "Bern"}'},
        {"weather": {"city": "Bern"}},
        [{"name": "weather", "arguments": {"city": "Bern"}}],
        '[{"name": "weather", "arguments": {"city": "Bern"}}]',
    ],
)
def test_a_call_is_read_in_every_usual_notation(notation: JsonValue) -> None:
    assert read_calls(notation) == (WEATHER,)


@pytest.mark.parametrize("other", [None, "Sunny.", 3, ["weather"], [{"name": "a"}, 1], {"a": 1, "b": 2}, "{", '"x"'])
def test_what_is_no_call_is_not_taken_for_one(other: JsonValue) -> None:
    assert read_calls(other) is None


def test_no_calls_are_told_from_not_knowing() -> None:
    assert read_calls([]) == ()
    assert calls_made(answered(trace=[ASKED])) == ()
    assert calls_made(answered(metadata={"tool_calls": []})) == ()
    assert calls_made(answered()) is None
    assert calls_made(answered(output="[]")) is None


def test_arguments_that_are_no_object_are_kept_as_they_stood() -> None:
    assert read_calls([{"name": "weather", "arguments": '{"city": "Be'}]) == (ToolCall("weather", '{"city": "Be'),)
    assert read_calls([{"name": "now"}]) == (ToolCall("now", {}),)
    assert read_calls([{"name": "now", "arguments": ""}]) == (ToolCall("now", {}),)


@pytest.mark.parametrize(
    "trace",
    [
        [
            ASKED,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c1", "function": {"name": "weather", "arguments": '{"city": "Bern"}'}}],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "21 °C"},
            {"role": "assistant", "content": "Sunny."},
        ],
        [
            ASKED,
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Bern"}}],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "21 °C"}]}
                ],
            },
            {"role": "assistant", "content": [{"type": "text", "text": "Sunny."}]},
        ],
        [
            ASKED,
            {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city": "Bern"}'},
            {"type": "function_call_output", "call_id": "c1", "output": "21 °C"},
            {"role": "assistant", "content": "Sunny."},
        ],
        [
            {"type": "human", "data": {"content": "Weather in Bern?"}},
            {
                "type": "ai",
                "data": {"content": "", "tool_calls": [{"id": "c1", "name": "weather", "args": {"city": "Bern"}}]},
            },
            {"type": "tool", "data": {"content": "21 °C", "tool_call_id": "c1"}},
            {"type": "ai", "data": {"content": "Sunny."}},
        ],
    ],
    ids=["chat completions", "content parts", "responses", "wrapped"],
)
def test_a_trace_is_read_step_by_step(trace: JsonValue) -> None:
    steps = read_steps(trace)
    assert [(step.kind, step.who, step.text) for step in steps] == [
        ("said", "user", "Weather in Bern?"),
        ("call", "assistant", ""),
        ("result", "weather", "21 °C"),
        ("said", "assistant", "Sunny."),
    ]
    assert steps[1].call == ToolCall("weather", {"city": "Bern"}, id="c1")
    assert read_steps({"messages": trace}) == steps


def test_the_older_single_call_of_a_message_is_read() -> None:
    message = {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}}
    assert calls_made(answered(trace=[ASKED, message])) == (ToolCall("weather", {}),)


def test_the_trace_comes_before_the_row_and_the_row_before_the_output() -> None:
    output = json.dumps([{"weather": {"city": "Bern"}}])
    assert calls_made(answered(output=output)) == (WEATHER,)
    assert calls_made(answered(output=output, metadata={"tool_calls": []})) == ()
    assert calls_made(answered(output=output, metadata={"tool_calls": []}, trace=[ASKED])) == ()
    assert calls_made(answered(metadata={"tool_calls": [{"name": "weather", "arguments": {"city": "Bern"}}]})) == (
        WEATHER,
    )


@pytest.mark.parametrize("odd", ["just text", 7, [1, None, "text"], {"role": "user"}, [[{"role": "user"}]], {"a": {}}])
def test_a_trace_of_another_shape_says_nothing_of_calls(odd: JsonValue) -> None:
    assert calls_made(answered(trace=odd)) is None
    assert calls_made(answered(trace=odd, metadata={"tool_calls": []})) == ()


def test_offered_tools_are_found_beside_the_messages_or_in_the_row() -> None:
    tools = [{"name": "weather"}]
    assert tools_offered(answered(trace={"messages": [ASKED], "tools": tools})) == tools
    assert tools_offered(answered(trace=[ASKED], metadata={"tools": tools})) == tools
    assert tools_offered(answered()) is None
