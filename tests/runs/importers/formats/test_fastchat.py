"""FastChat's judgments become items with what the judge's prompt shows; a pair is two items, one per model."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runs.importers.formats.reading import items_of, json_lines, left_of, real_items, score_of

PROMPT = "[Question]\nCapital?\n\n[The Start of Assistant's Answer]\nBern\n[The End of Assistant's Answer]"
TALK = (
    "<|The Start of Assistant A's Conversation with User|>\n\n### User:\nCapital?\n\n### Assistant A:\nBonn\n\n"
    "### User:\nSure?\n\n### Assistant A:\nBern\n\n<|The End of Assistant A's Conversation with User|>"
)
PAIR_PROMPT = (
    "[User Question]\nCapital?\n\n[The Start of Assistant A's Answer]\nBern\n[The End of Assistant A's Answer]\n\n"
    "[The Start of Assistant B's Answer]\nBonn\n[The End of Assistant B's Answer]"
)


def single(**overrides: Any) -> dict[str, Any]:
    told = {"question_id": 81, "model": "small", "judge": ["gpt-4", "single-v1"], "user_prompt": PROMPT}
    return {**told, "judgment": "Good. [[9]]", "score": 9, "turn": 1, "tstamp": 1.0, **overrides}


def pair(first: str, second: str, **overrides: Any) -> dict[str, Any]:
    told = {"question_id": 2, "model_1": "small", "model_2": "large", "judge": ["gpt-4", "pair-v2"], "turn": 1}
    said = {"g1_winner": first, "g2_winner": second, "g1_judgment": "One.", "g2_judgment": "Two."}
    return {**told, **said, "g1_user_prompt": PAIR_PROMPT, "g2_user_prompt": "…", **overrides}


def test_a_judgment_becomes_an_item_with_question_and_answer_out_of_the_prompt() -> None:
    first, unread = items_of(json_lines(single(), single(question_id=82, score=-1)), tool="fastchat")
    assert (first.key, first.input, first.output) == ("question 81 turn 1 small", "Capital?", "Bern")
    assert first.given_scores == {"rating": {"score": 9, "reason": "Good. [[9]]", "model": "gpt-4"}}
    assert score_of(unread, "rating") is None


def test_the_second_turn_keeps_the_whole_talk_as_trace() -> None:
    (item,) = items_of(json_lines(single(user_prompt=TALK, turn=2)), tool="fastchat")
    assert (item.input, item.output) == ("Sure?", "Bern")
    assert isinstance(item.trace, list)
    assert [message["content"] for message in item.trace] == ["Capital?", "Bonn", "Sure?", "Bern"]


@pytest.mark.parametrize(
    ("winners", "values"),
    [
        (("model_1", "model_1"), (1, 0)),
        (("model_2", "model_2"), (0, 1)),
        (("model_1", "model_2"), (0.5, 0.5)),
        (("tie", "tie"), (0.5, 0.5)),
        (("error", "model_1"), (None, None)),
    ],
)
def test_a_model_wins_only_in_both_orders(winners: tuple[str, str], values: tuple[float | None, ...]) -> None:
    small, large = items_of(json_lines(pair(*winners)), tool="fastchat-pair")
    assert (score_of(small, "win"), score_of(large, "win")) == values
    assert (small.output, large.output) == ("Bern", "Bonn")
    assert (small.metadata["model"], small.metadata["against"]) == ("small", "large")


def test_a_pair_judged_again_is_another_item() -> None:
    items = items_of(json_lines(pair("tie", "tie"), pair("tie", "tie")), tool="fastchat-pair")
    assert len({item.key for item in items}) == 4


def test_a_prompt_of_another_shape_is_said() -> None:
    content = json_lines(single(user_prompt="Judge this."))
    (item,) = items_of(content, tool="fastchat")
    assert (item.input, item.output) == ("question 81 turn 1", None)
    assert any("does not know" in left for left in left_of(content, tool="fastchat"))


def test_answers_without_a_judgment_go_by_the_number_of_their_question() -> None:
    told = {"question_id": 3, "model_id": "small", "choices": [{"index": 0, "turns": ["Bonn", "Bern"]}]}
    (item,) = items_of(json_lines(told), tool="fastchat-answer")
    assert (item.key, item.input, item.output) == ("question 3", "question 3", "Bern")
    assert item.metadata["earlier_turns"] == ["Bonn"]


def test_the_real_files_are_read_whole() -> None:
    rated = real_items("fastchat-llm-judge/gpt-4_single.jsonl", tool="fastchat")
    assert sum(score_of(item, "rating") or 0 for item in rated) == 193.5
    assert all(item.output for item in rated)
    pairs = real_items("fastchat-llm-judge/gpt-4_pair.jsonl", tool="fastchat-pair")
    assert len(pairs) == 20
    assert sum(score_of(item, "win") or 0 for item in pairs) == 10
    for model in ("gpt-4", "gpt-3.5-turbo"):
        answers = real_items(f"fastchat-llm-judge/model_answer.{model}.jsonl", tool="fastchat-answer")
        assert [item.metadata["model"] for item in answers] == [model] * 5
