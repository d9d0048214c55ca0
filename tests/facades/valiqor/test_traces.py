"""What a trace comes to, in every form in which tracers write one."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.core.errors import Invalid
from evalhub.facades.valiqor.traces import row_of_trace

USER, AI = {"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Ada."}
SAID = {"input": "Who?", "output": "Ada."}
CALL = {"id": "c1", "name": "search", "args": {"q": "ada"}}


@pytest.mark.parametrize(
    ("trace", "row"),
    [
        pytest.param({"messages": [USER, AI]}, SAID, id="roles"),
        pytest.param(
            {"messages": [{"type": "human", "content": "Who?"}, {"type": "ai", "content": "Ada."}]}, SAID, id="types"
        ),
        pytest.param(
            {"messages": [{"type": "ai", "content": "Ada."}, {"type": "human", "content": "Who?"}]},
            SAID,
            id="the person's message comes last",
        ),
        pytest.param(
            {"messages": [{"role": "system", "content": "Be short."}, USER, {"type": "ai", "content": "Ada."}]},
            SAID,
            id="mixed, with a system message",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, USER, AI]},
            SAID,
            id="the last of several",
        ),
        pytest.param(
            {"messages": [USER, AI, {"role": "assistant", "content": ""}]}, SAID, id="an empty last answer is no answer"
        ),
        pytest.param(
            {
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "Who"}, {"type": "image_url"}]},
                    {"role": "assistant", "content": [{"type": "text", "text": "Ada"}, {"type": "text", "text": "L."}]},
                ]
            },
            {"input": "Who", "output": "Ada\nL."},
            id="parts",
        ),
        pytest.param(
            {"messages": [{"type": "human", "data": {"content": "Who?"}}, {"type": "ai", "data": {"content": "Ada."}}]},
            SAID,
            id="messages inside data",
        ),
        pytest.param({"input": "Who?", "output": "Ada."}, SAID, id="bare form"),
        pytest.param({"input": "Who?", "output": ""}, {"input": "Who?", "output": ""}, id="bare form, nothing said"),
        pytest.param(
            {"messages": [USER, AI], "input": "no", "output": "no"}, SAID, id="messages go before the bare form"
        ),
        pytest.param(
            {"messages": [USER], "spans": {"s1": {"generation": {"answer": "Ada."}}}}, SAID, id="a span's answer"
        ),
        pytest.param(
            {"input": "Who?", "spans": [{"generation": {"answer": "Ada."}}]}, SAID, id="bare form with a span's answer"
        ),
    ],
)
def test_who_asks_and_who_answers(trace: dict[str, Any], row: dict[str, Any]) -> None:
    assert row_of_trace(trace) == row


@pytest.mark.parametrize(
    ("parts", "context"),
    [
        pytest.param(
            {"retrievals": [{"query": "q", "hits": [{"content": "a"}, {"text": "b"}]}]}, ["a", "b"], id="hits"
        ),
        pytest.param({"retrievals": [{"hits": [{"doc_id": "1", "snippet_preview": "a"}]}]}, ["a"], id="previews"),
        pytest.param({"retrievals": [{"documents": ["a", {"text": "b"}]}]}, ["a", "b"], id="documents"),
        pytest.param(
            {
                "spans": {"s": {"retrieval": {"query": "q", "hits": [{"text": "b"}, {"text": "c"}]}}},
                "retrievals": [{"hits": [{"text": "a"}, {"text": "b"}]}],
            },
            ["a", "b", "c"],
            id="hits first, then spans, without repeats",
        ),
        pytest.param({"spans": [{"retrieval": {"hits": [{"text": "a"}]}}]}, ["a"], id="a list of spans"),
    ],
)
def test_passages_come_from_retrievals_and_spans(parts: dict[str, Any], context: list[str]) -> None:
    assert row_of_trace({"messages": [USER, AI], **parts}) == {**SAID, "context": context}


@pytest.mark.parametrize(
    "parts",
    [
        {"expected": "Ada", "metadata": {"expected": "no"}},
        {"metadata": {"expected": "Ada", "custom_fields": {"expected": "no"}}},
        {"metadata": {"custom_fields": {"expected": "Ada"}}},
    ],
)
def test_the_expected_answer_stands_in_one_of_three_places(parts: dict[str, Any]) -> None:
    assert row_of_trace({"messages": [USER, AI], **parts}) == {**SAID, "expected": "Ada"}


def test_tool_calls_of_all_assistant_messages_are_taken() -> None:
    calls = {"role": "assistant", "content": "", "tool_calls": [CALL]}
    trace = {"messages": [USER, calls, {"role": "tool", "content": "found"}, {**AI, "tool_calls": [CALL]}]}
    assert row_of_trace(trace) == {**SAID, "tool_calls": [CALL, CALL]}


def test_an_assistant_that_only_calls_tools_says_nothing() -> None:
    row = row_of_trace({"messages": [USER, {"type": "ai", "content": "", "tool_calls": [CALL]}]})
    assert row == {"input": "Who?", "output": "", "tool_calls": [CALL]}


@pytest.mark.parametrize(
    ("trace", "missing"),
    [
        ({"messages": [AI]}, "user"),
        ({"messages": [USER]}, "assistant"),
        ({"messages": [USER, {"role": "tool", "content": "found"}]}, "assistant"),
        ({"output": "Ada."}, "user"),
        ({"input": "Who?"}, "assistant"),
        ({"messages": "none", "spans": 3, "retrievals": [None], "metadata": []}, "user"),
    ],
)
def test_a_trace_without_question_or_answer_is_refused(trace: dict[str, Any], missing: str) -> None:
    with pytest.raises(Invalid, match=f"has no {missing} message"):
        row_of_trace(trace)
