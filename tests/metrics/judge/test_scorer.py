"""Asking a judge: what is sent, what becomes of the reply, and when nothing is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evalhub.connections.chat import CallFailed, CallFault, ChatReply, ChatRequest
from evalhub.core.loops import run_apart
from metrics.judge.prompt import reminder
from metrics.judge.recipe import ValueRange, built_in_definition, read_recipe
from metrics.judge.scorer import ModelJudge
from metrics.scoring import ScoreResult, ScoringInput
from tests.fakes import FakeChat

ITEM = ScoringInput(input="Capital of France?", output="Paris.", metadata={"tone": "short"})
GOOD = '{"explanation": "It names the capital.", "score": 0.75}'
BAD = "I would rather not say."


def judge_with(prompt: str = "{{input}} {{output}}", **definition: Any) -> ModelJudge:
    values = definition.pop("values", ValueRange())
    return ModelJudge(read_recipe({"prompt": prompt, **definition}, values), model="judge-1")


def ask(judge: ModelJudge, item: ScoringInput, *replies: str) -> tuple[ScoreResult, FakeChat]:
    chat = FakeChat(replies)
    return run_apart(judge.judge(item, chat)), chat


def test_a_verdict_comes_with_its_explanation_its_model_and_its_call() -> None:
    result, chat = ask(judge_with(), ITEM, GOOD)
    assert (result.value, result.explanation, result.reason) == (0.75, "It names the capital.", "")
    assert result.judge_model == "judge-1-2026"
    assert [call.text for call in result.calls] == [GOOD]
    assert len(chat.asked) == 1


def test_the_request_holds_model_messages_and_a_schema_with_the_score_last() -> None:
    _, chat = ask(judge_with(), ITEM, GOOD)
    [request] = chat.asked
    assert (request.model, dict(request.parameters)) == ("judge-1", {"temperature": 0})
    assert request.schema is not None
    assert list(request.schema["properties"]) == request.schema["required"] == ["explanation", "score"]
    assert request.schema["additionalProperties"] is False
    assert "a number from 0 to 1" in request.messages[0]["content"]


@pytest.mark.parametrize(
    ("model", "parameters", "sent"),
    [
        ("judge-1", {"max_tokens": 500}, {"temperature": 0, "max_tokens": 500}),
        ("judge-1", {"temperature": 0.3}, {"temperature": 0.3}),
        ("judge-1", {"temperature": None}, {}),
        ("o3-mini", {}, {}),
        ("openai/gpt-5-mini", {"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
        ("o1", {"temperature": 1}, {"temperature": 1}),
        ("gpt-4o", {}, {"temperature": 0}),
        ("olmo-2", {}, {"temperature": 0}),
    ],
)
def test_the_temperature_is_0_unless_set_or_refused(
    model: str, parameters: dict[str, Any], sent: dict[str, Any]
) -> None:
    _, chat = ask(replace(judge_with(), model=model, parameters=parameters), ITEM, GOOD)
    assert dict(chat.asked[0].parameters) == sent


def test_a_reply_that_cannot_be_read_is_asked_for_once_more_with_the_reason() -> None:
    judge = judge_with()
    result, chat = ask(judge, ITEM, BAD, GOOD)
    assert (result.value, [call.text for call in result.calls]) == (0.75, [BAD, GOOD])
    first, second = chat.asked
    assert second.messages[: len(first.messages)] == first.messages
    assert list(second.messages[len(first.messages) :]) == [
        {"role": "assistant", "content": BAD},
        {"role": "user", "content": reminder("it holds no verdict", judge.recipe.scale)},
    ]
    assert (second.model, second.schema, second.parameters) == (first.model, first.schema, first.parameters)


def test_two_that_cannot_be_read_leave_the_item_unscored_with_both_replies() -> None:
    result, chat = ask(judge_with(), ITEM, BAD, '{"explanation": "Great!", "score": 11}')
    assert (result.value, result.reason, result.is_error) == (None, "verdict_unreadable", False)
    assert "“11” is off the scale" in result.explanation
    assert [call.text for call in result.calls] == [BAD, '{"explanation": "Great!", "score": 11}']
    assert len(chat.asked) == 2


def test_an_empty_reply_is_asked_again_without_an_empty_turn() -> None:
    result, chat = ask(judge_with(), ITEM, "", GOOD)
    assert result.value == 0.75
    assert all(message["content"] for message in chat.asked[1].messages)


def test_characters_that_cannot_be_stored_are_replaced() -> None:
    result, _ = ask(judge_with(), ITEM, '{"explanation": "A\\u0000B\\ud800C", "score": 1}')
    assert result.explanation == "A\ufffdB\ufffdC"
    result, chat = ask(judge_with(), ITEM, '{"score": "\\ud800"}', '{"score": "\\u0000"}')
    assert result.reason == "verdict_unreadable"
    assert "\x00" not in result.explanation
    for text in (result.explanation, *(message["content"] for message in chat.asked[1].messages)):
        text.encode()


def test_a_call_that_fails_is_the_engines_to_judge() -> None:
    async def fails(request: ChatRequest) -> ChatReply:
        raise CallFailed(CallFault.REFUSED_KEY, f"{request.model} refused the key.")

    with pytest.raises(CallFailed):
        run_apart(judge_with().judge(ITEM, fails))


@pytest.mark.parametrize(
    ("prompt", "reason", "said"),
    [
        ("{{expected}}", "expected_missing", "no expected answer"),
        ("{{context}}", "context_missing", "no context"),
        ("{{tool_calls}}", "tool_calls_missing", "no record of tool calls"),
        ("{{tools}}", "tools_missing", "no list of tools"),
        ("{{conversation}}", "conversation_missing", "no conversation"),
        ("{{output}} {{metadata.level}}", "metadata_missing", "“level”"),
    ],
)
def test_an_item_that_lacks_what_the_prompt_shows_is_unscored_without_a_call(
    prompt: str, reason: str, said: str
) -> None:
    result, chat = ask(judge_with(prompt), ITEM)
    assert (result.value, result.reason, result.is_error, result.calls) == (None, reason, False, ())
    assert said in result.explanation
    assert chat.asked == []


@pytest.mark.parametrize("key", ["context_precision", "context_recall", "retrieval"])
def test_the_metrics_of_retrieval_ask_nothing_without_context(key: str) -> None:
    result, chat = ask(ModelJudge(read_recipe(built_in_definition(key), ValueRange()), "judge-1"), ITEM)
    assert result.reason == "context_missing"
    assert chat.asked == []


def test_an_empty_output_is_judged() -> None:
    result, chat = ask(judge_with(), replace(ITEM, output=""), '{"explanation": "Nothing.", "score": 0}')
    assert result.value == 0.0
    assert "=====BEGIN OUTPUT" in chat.asked[0].messages[1]["content"]


@pytest.mark.parametrize(
    ("definition", "reply", "value"),
    [
        ({"scale": {"minimum": 1, "maximum": 5}}, 4, 0.75),
        ({"values": ValueRange(minimum=1.0, maximum=5.0)}, 4, 4.0),
        ({"values": ValueRange(minimum=0.0, maximum=100.0), "scale": {"minimum": 1, "maximum": 5}}, 1, 0.0),
        ({"values": ValueRange(minimum=None, maximum=None)}, 1234, 1234.0),
        ({"values": ValueRange(minimum=0.0, maximum=None), "scale": {"minimum": 1, "maximum": 5}}, 4, 4.0),
    ],
)
def test_an_own_scale_is_taken_over_to_the_metrics_range(
    definition: dict[str, Any], reply: float, value: float
) -> None:
    result, _ = ask(judge_with(**definition), ITEM, f'{{"explanation": "Fine.", "score": {reply}}}')
    assert result.value == pytest.approx(value)


def test_yes_and_no_are_the_ends_of_the_range() -> None:
    judge = judge_with(values=ValueRange(value_type="boolean"))
    result, chat = ask(judge, ITEM, '{"explanation": "Yes.", "score": true}')
    assert result.value == 1.0
    assert chat.asked[0].schema is not None
    assert chat.asked[0].schema["properties"]["score"]["type"] == "boolean"
    assert "true or false" in chat.asked[0].messages[0]["content"]


@pytest.mark.parametrize(("ends", "value"), [((0.0, 1.0), 0.5), ((None, None), 1.0)])
def test_a_category_has_its_label_and_its_place_in_the_range(ends: tuple[float, float], value: float) -> None:
    values = ValueRange("category", *ends, labels=("rude", "neutral", "polite"))
    result, chat = ask(judge_with(values=values), ITEM, '{"explanation": "Curt.", "score": "Neutral"}')
    assert (result.label, result.value) == ("neutral", value)
    assert chat.asked[0].schema is not None
    assert chat.asked[0].schema["properties"]["score"]["enum"] == ["rude", "neutral", "polite"]
