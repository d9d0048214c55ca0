"""Traces of several makers become one small tree."""

from __future__ import annotations

import pytest

from runs.rendering.trace import MAX_NODES, Node, SpanScore, read_trace

CALL = Node("call", role="assistant", name="find", value={"id": 7})


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "tool_calls": [{"id": "c", "name": "find", "arguments": {"id": 7}}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "find", "arguments": '{"id": 7}'}}],
        },
        {"role": "assistant", "function_call": {"name": "find", "arguments": '{"id": 7}'}},
        {"type": "ai", "content": "", "tool_calls": [{"name": "find", "args": {"id": 7}, "id": "c"}]},
        {"type": "ai", "data": {"content": "", "tool_calls": [{"name": "find", "args": {"id": 7}, "id": "c"}]}},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "find", "input": {"id": 7}}]},
    ],
    ids=["plain", "chat completion", "function call", "chain", "chain, stored", "content blocks"],
)
def test_a_tool_call_is_found_however_it_is_written(message: dict[str, object]) -> None:
    assert read_trace([message]) == [Node("message", role="assistant", children=[CALL])]


@pytest.mark.parametrize("key", ["messages", "steps", "turns"])
def test_messages_may_stand_inside_an_object(key: str) -> None:
    assert read_trace({key: [{"role": "user", "content": "Hi"}]}) == [Node("message", role="user", text="Hi")]


def test_roles_of_other_makers_are_told_in_our_words() -> None:
    kinds = ["human", "ai", "system", "function", "developer", "narrator"]
    roles = [node.role for node in read_trace([{"type": kind, "content": "x"} for kind in kinds])]
    assert roles == ["user", "assistant", "system", "tool", "system", "other"]


def test_a_result_without_a_name_takes_that_of_its_call() -> None:
    trace = [
        {"role": "assistant", "tool_calls": [{"id": "c1", "name": "find", "arguments": {}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "found"},
    ]
    assert read_trace(trace)[1] == Node("result", role="tool", name="find", text="found")


def test_arguments_that_are_not_json_are_kept_as_text() -> None:
    (node,) = read_trace([{"role": "assistant", "tool_calls": [{"name": "find", "arguments": "{broken"}]}])
    assert node.children[0].value == "{broken"


def test_parts_of_a_message_are_joined_and_an_image_is_named() -> None:
    parts = [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "https://a.example"}},
        "there",
    ]
    assert read_trace([{"role": "user", "content": parts}])[0].text == "Look\n\n[image]\n\nthere"


def test_spans_stand_below_their_parents_with_their_times() -> None:
    spans = [
        {"span_id": "b", "parent_id": "a", "name": "search", "inputs": {"q": "x"}, "duration_ms": 12},
        {"span_id": "a", "name": "agent", "start_time": "2026-01-01T00:00:00", "end_time": "2026-01-01T00:00:02"},
        {"span_id": "c", "parent_id": "gone", "name": "orphan", "status": {"status_code": "ERROR"}},
    ]
    agent, orphan = read_trace({"spans": spans})
    assert (agent.name, agent.duration_ms) == ("agent", 2_000)
    assert [(child.name, child.value, child.duration_ms) for child in agent.children] == [
        ("search", {"input": {"q": "x"}}, 12)
    ]
    assert (orphan.name, orphan.error) == ("orphan", "failed")


def test_times_in_nanoseconds_are_understood() -> None:
    start = 1_700_000_000_000_000_000
    (span,) = read_trace([{"id": "a", "name": "x", "start_time": start, "end_time": start + 5_000_000}])
    assert span.duration_ms == pytest.approx(5, abs=0.01)


def test_spans_that_are_each_others_parents_are_all_shown_once() -> None:
    spans = [{"id": "a", "parent_id": "b", "name": "a"}, {"id": "b", "parent_id": "a", "name": "b"}]
    (top,) = read_trace(spans)
    assert (top.name, [child.name for child in top.children]) == ("a", ["b"])


def test_a_span_tree_that_is_nested_already_is_read_too() -> None:
    (top,) = read_trace({"id": "a", "name": "a", "children": [{"name": "b", "children": [{"name": "c"}]}]})
    assert top.children[0].children[0].name == "c"


def test_an_endless_trace_is_cut_and_says_so() -> None:
    nodes = read_trace([{"role": "user", "content": "x"}] * (MAX_NODES + 10))
    assert len(nodes) == MAX_NODES + 1
    assert nodes[-1].text == "10 more steps are not shown."


def test_a_deep_span_tree_does_not_exhaust_the_stack() -> None:
    spans = [{"id": str(n), "parent_id": str(n - 1), "name": "s"} for n in range(1, 300)]
    assert read_trace(spans)


@pytest.mark.parametrize("trace", [None, [], {}])
def test_no_trace_is_no_nodes(trace: object) -> None:
    assert read_trace(trace) == []


@pytest.mark.parametrize("trace", ["text", 3, {"a": 1}, [1, "two", None], [{"role": 3, "content": {"a": []}}]])
def test_what_is_no_trace_is_shown_as_it_is(trace: object) -> None:
    assert read_trace(trace)


def test_a_span_shows_the_scores_that_came_with_it_in_whatever_notation() -> None:
    by_name = {
        "name": "search",
        "type": "TRACE_SPAN_TYPE_RETRIEVER",
        "scores": {"precision": 0.5, "ok": {"value": True}},
    }
    listed = {
        "name": "answer",
        "type": "llm",
        "span_level_metric_results": [
            {"metric_name": "tone", "string_value": "joy", "reasoning": "Cheerful."},
            {"metric_name": "adherence", "number_value": 62.5},
            {"metric_name": "late", "error_description": "No reply."},
        ],
    }
    search, answer = read_trace([by_name, listed])
    assert search.role == "retriever"
    assert search.scores == [SpanScore("precision", "0.5"), SpanScore("ok", "True")]
    assert answer.scores == [SpanScore("tone", "joy", "Cheerful."), SpanScore("adherence", "62.5")]


@pytest.mark.parametrize("scores", [None, 3, "good", [1, 2], {"a": {"b": [1]}}, [{"name": "x"}]])
def test_what_is_no_score_of_a_span_is_left_out(scores: object) -> None:
    assert read_trace([{"name": "step", "span_id": "1", "scores": scores}])[0].scores == []


def test_chunks_of_a_retriever_are_part_of_what_it_gave() -> None:
    span = {"name": "search", "type": "retriever", "input": "q", "retriever_chunks": [{"text": "a"}]}
    assert read_trace([span])[0].value == {"input": "q", "chunks": [{"text": "a"}]}
