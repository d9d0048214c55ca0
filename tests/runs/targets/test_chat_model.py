"""A chat model as a target: what an item becomes, and what becomes of the reply."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from evalhub.connections.chat import CallFailed, CallFault
from evalhub.core.loops import run_apart
from runs.targets.answer import Answer, Question
from runs.targets.registry import answerer_for, asked_target
from tests.runs.targets.clients import ScriptedClient, chat_reply

CHAT = [
    {"role": "system", "content": "Old."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Ho"},
]


def ask(question: Question, client: ScriptedClient, *, repeat: int = 0, **settings: Any) -> Answer:
    snapshot = {"kind": "chat_model", "model": "stub-1", **settings}
    return run_apart(asked_target(snapshot).answer(question, client=client, repeat=repeat))


@pytest.mark.parametrize(
    ("settings", "question", "messages"),
    [
        ({}, Question("Why?"), [{"role": "user", "content": "Why?"}]),
        (
            {"system_message": "Be brief."},
            Question("Why?"),
            [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}],
        ),
        (
            {"template": "{{ context }}\n\nQ: {{ input }} ({{ metadata.language }})"},
            Question("Why?", context=["One.", {"text": "Two.", "source": "b"}], metadata={"language": "de"}),
            [{"role": "user", "content": "One.\n\nTwo.\n\nQ: Why? (de)"}],
        ),
        ({}, Question(json.dumps(CHAT)), CHAT),
        ({}, Question(json.dumps({"messages": CHAT})), CHAT),
        (
            {"system_message": "New for {{ metadata.name }}."},
            Question(json.dumps(CHAT), metadata={"name": "Al"}),
            [{"role": "system", "content": "New for Al."}, *CHAT[1:]],
        ),
        (
            {"template": "Judge this chat: {{ input }}"},
            Question('[{"role": "user", "content": "Hi"}]'),
            [{"role": "user", "content": 'Judge this chat: [{"role": "user", "content": "Hi"}]'}],
        ),
        ({"template": "{{ input.q }}"}, Question('{"q": "Who?"}'), [{"role": "user", "content": "Who?"}]),
        ({}, Question('{"q":  1}'), [{"role": "user", "content": '{"q":  1}'}]),
        ({}, Question("[1] is a footnote"), [{"role": "user", "content": "[1] is a footnote"}]),
    ],
)
def test_an_item_becomes_messages(settings: dict[str, Any], question: Question, messages: list[dict[str, Any]]) -> None:
    client = ScriptedClient(chat_reply())
    ask(question, client, **settings)
    assert list(client.requests[0].messages) == messages


def test_model_parameters_and_repeat_go_along_and_a_placeholder_keeps_its_type() -> None:
    client = ScriptedClient(chat_reply())
    tools = [{"name": "add", "parameters": {}}]
    parameters = {"temperature": 0.2, "tools": "{{ metadata.tools }}"}
    ask(Question("1+1", metadata={"tools": tools}), client, repeat=3, parameters=parameters)
    request = client.requests[0]
    assert (request.model, request.repeat, request.parameters) == ("stub-1", 3, {"temperature": 0.2, "tools": tools})


def test_the_reply_is_kept_with_what_it_took() -> None:
    answer = ask(Question("Why?"), ScriptedClient(chat_reply("Because.", is_cached=True)))
    assert (answer.output, answer.input_tokens, answer.output_tokens) == ("Because.", 11, 7)
    assert (answer.milliseconds, answer.cost, answer.is_cached) == (42, Decimal("0.000123"), True)
    assert answer.calls == ({"request": {"model": "stub-1"}, "model": "stub-1", "reply": "Because."},)
    assert answer.trace is None


def test_tool_calls_are_kept_in_the_trace_after_what_was_asked() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
    answer = ask(Question("1+1"), ScriptedClient(chat_reply("", tool_calls=(call,))))
    assert answer.output == ""
    assert answer.trace == {
        "messages": [
            {"role": "user", "content": "1+1"},
            {"role": "assistant", "content": "", "tool_calls": [call]},
        ]
    }


def test_nobody_is_asked_when_the_item_lacks_what_the_template_names() -> None:
    client = ScriptedClient(chat_reply())
    answer = ask(Question("Why?"), client, template="{{ context }} {{ input }}")
    assert (answer.output, answer.error_code) == (None, "value_missing")
    assert answer.error_message == 'The item has no "context", which the template asks for.'
    assert client.requests == []


def test_a_call_that_failed_is_left_to_whoever_runs_the_target() -> None:
    failure = CallFailed(CallFault.REFUSED_KEY, "The endpoint refused the key.")
    with pytest.raises(CallFailed) as caught:
        ask(Question("Why?"), ScriptedClient(failure))
    kept = Answer.of_failure(caught.value)
    assert (kept.output, kept.error_code, kept.error_message) == (None, "refused_key", "The endpoint refused the key.")


def test_an_item_that_brought_its_output_is_not_asked_again() -> None:
    client = ScriptedClient(chat_reply("new"))
    answerer = answerer_for({"kind": "chat_model", "model": "stub-1"})
    recorded = run_apart(answerer.answer(Question("Why?", output="", trace=["t"]), client=client, repeat=0))
    asked = run_apart(answerer.answer(Question("Why?"), client=client, repeat=0))
    assert (recorded.output, recorded.trace, asked.output) == ("", ["t"], "new")
    assert len(client.requests) == 1


def test_a_recorded_target_asks_nobody() -> None:
    answerer = answerer_for({"kind": "recorded"})
    given = run_apart(answerer.answer(Question("Why?", output="So."), client=None, repeat=0))
    missing = run_apart(answerer.answer(Question("Why?"), client=None, repeat=0))
    assert (given.output, missing.output, missing.error_code) == ("So.", None, "output_missing")
