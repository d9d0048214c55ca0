"""Langfuse's traces become items with the observations as a tree and the scores of the whole trace."""

from __future__ import annotations

import json
from typing import Any

from tests.runs.importers.formats.reading import items_of, json_lines, left_of, real_items, score_of


def score(name: str, value: object, **overrides: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "source": "EVAL", "dataType": "NUMERIC", "comment": "", **overrides}


def trace(*scores: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    return {
        "id": "t1",
        "projectId": "p",
        "name": "bot",
        "timestamp": "2025-08-22T09:38:56.228Z",
        "input": json.dumps(json.dumps({"messages": [{"type": "human", "content": "Capital?"}]})),
        "output": json.dumps(
            {"messages": [{"type": "human", "content": "Capital?"}, {"type": "ai", "content": "Bern"}]}
        ),
        "latency": 1.5,
        "scores": list(scores),
        "observations": [
            {
                "id": "b",
                "parentObservationId": "a",
                "type": "TOOL",
                "name": "atlas",
                "startTime": "2",
                "input": {"c": 1},
            },
            {"id": "a", "type": "AGENT", "name": "bot", "startTime": "1", "model": "small"},
        ],
        **overrides,
    }


def test_a_trace_becomes_an_item_with_its_steps_in_order() -> None:
    told = trace(score("tone", 0.5, comment="Curt."), score("ok", 1, dataType="BOOLEAN"))
    (item,) = items_of(json.dumps(told, indent=2).encode(), tool="langfuse")
    assert (item.input, item.output, item.metadata["model"]) == ("Capital?", "Bern", "small")
    assert item.given_scores == {"tone": {"score": 0.5, "reason": "Curt."}, "ok": {"score": True}}
    assert item.metadata["tool_calls"] == [{"name": "atlas", "arguments": {"c": 1}}]
    assert item.trace == [
        {"span_id": "a", "name": "bot", "span_kind": "AGENT", "start_time": "1"},
        {
            "span_id": "b",
            "parent_span_id": "a",
            "name": "atlas",
            "span_kind": "TOOL",
            "input": {"c": 1},
            "start_time": "2",
        },
    ]


def test_one_trace_a_list_a_page_of_the_api_and_lines_are_read_alike() -> None:
    alone = items_of(json.dumps(trace(), indent=1).encode(), tool="langfuse")
    page = {"data": [trace()], "meta": {"page": 1}}
    wrapped = {"trace": trace(), "observations": trace()["observations"]}
    assert [item.input for item in items_of(json_lines(trace(), trace(id="t2")), tool="langfuse")] == ["Capital?"] * 2
    for content in ([trace()], page, wrapped):
        (item,) = items_of(json.dumps(content, indent=1).encode(), tool="langfuse")
        assert (item.input, item.output, item.trace) == (alone[0].input, alone[0].output, alone[0].trace)


def test_categories_and_scores_of_steps_are_said_and_people_are_heard_apart() -> None:
    told = trace(
        score("mood", 2, dataType="CATEGORICAL", stringValue="grumpy"),
        score("step", 1, observationId="a"),
        score("tone", 0.25, source="ANNOTATION", comment="Rude."),
    )
    content = json.dumps(told).encode()
    (item,) = items_of(content, tool="langfuse")
    assert item.given_scores == {"mood": {"score": None, "reason": "The category is grumpy."}}
    assert item.human == {"metric": "tone", "score": 0.25, "reason": "Rude."}
    assert {left.split()[0] for left in left_of(content, tool="langfuse")} == {"Categories", "Scores"}


def test_the_real_traces_are_read() -> None:
    (graph,) = real_items("langfuse/langgraph-python.trace.json", tool="langfuse")
    assert graph.input == "Search the web for 'example' and summarize."
    assert graph.output
    assert graph.output.startswith("The search for")
    assert (score_of(graph, "hallucination"), score_of(graph, "toxicity")) == (0.1, 0)
    assert isinstance(graph.trace, list)
    assert len(graph.trace) == 9
    (agent,) = real_items("langfuse/google-adk.trace.json", tool="langfuse")
    assert (agent.input, agent.metadata["model"]) == ("hi", "gemini-2.0-flash")
