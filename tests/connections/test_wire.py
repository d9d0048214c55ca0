"""Requests as they go out and replies of many shapes."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from evalhub.connections.chat import ChatRequest, ReplyMode
from evalhub.connections.wire import UnreadableReply, chat_body, complaint_in, modes_from, read_completion

SCHEMA = {"type": "object", "properties": {"score": {"type": "number"}}}


def body_of(content: object, mode: ReplyMode) -> dict[str, Any]:
    request = ChatRequest("m", [{"role": "user", "content": content}], schema=SCHEMA)
    return chat_body(request, defaults={}, mode=mode)


def reply(**message: Any) -> bytes:
    return orjson.dumps({"model": "m-1", "choices": [{"message": message}], "usage": {"prompt_tokens": 3}})


def test_the_schema_is_sent_strictly_where_that_is_known() -> None:
    body = body_of("How?", ReplyMode.SCHEMA)
    assert body["response_format"]["json_schema"] == {"name": "reply", "strict": True, "schema": SCHEMA}
    assert body["messages"] == [{"role": "user", "content": "How?"}]


@pytest.mark.parametrize(
    ("mode", "response_format"), [(ReplyMode.JSON, {"type": "json_object"}), (ReplyMode.PLAIN, None)]
)
def test_elsewhere_the_schema_ends_the_question(mode: ReplyMode, response_format: dict[str, str] | None) -> None:
    body = body_of("How?", mode)
    assert body.get("response_format") == response_format
    assert body["messages"][0]["content"].startswith("How?\n\nAnswer with one JSON object")
    assert orjson.dumps(SCHEMA).decode() in body["messages"][0]["content"]


def test_a_question_of_parts_gets_a_further_part() -> None:
    parts = [{"type": "text", "text": "How?"}]
    content = body_of(parts, ReplyMode.PLAIN)["messages"][0]["content"]
    assert content[0] == parts[0]
    assert content[1]["text"].startswith("Answer with one JSON object")


def test_each_mode_is_followed_by_those_that_ask_less() -> None:
    assert list(modes_from(ReplyMode.JSON)) == [ReplyMode.JSON, ReplyMode.PLAIN]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": "Yes."}, "Yes."),
        ({"content": None, "refusal": "No."}, "No."),
        ({"content": [{"type": "text", "text": "Ye"}, {"type": "text", "text": "s."}]}, "Yes."),
        ({"content": None, "tool_calls": [{"id": "1"}]}, ""),
    ],
)
def test_the_text_is_found_in_each_shape_of_message(message: dict[str, Any], text: str) -> None:
    completion = read_completion(reply(**message))
    assert (completion.text, completion.model) == (text, "m-1")
    assert (completion.input_tokens, completion.output_tokens) == (3, None)
    assert list(completion.tool_calls) == message.get("tool_calls", [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b'{"choices": [{"mess', "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "no choices"),
        (b'{"choices": []}', "no choices"),
        (b'{"choices": [{}]}', "no message"),
        (b'{"error": {"message": "Model overloaded"}}', "Model overloaded"),
    ],
)
def test_what_is_no_completion_says_why(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableReply, match=words):
        read_completion(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"error": {"message": "Too  long\\nby far"}}', "Too long by far"),
        (b'{"error": "plain"}', "plain"),
        (b'{"detail": "from a framework"}', "from a framework"),
        (b'{"message": "flat"}', "flat"),
        (b"<html>", ""),
        (b"{}", ""),
    ],
)
def test_the_endpoints_own_words_are_found(content: bytes, words: str) -> None:
    assert complaint_in(content) == words


def test_long_words_are_cut() -> None:
    assert len(complaint_in(orjson.dumps({"error": {"message": "x" * 5000}}))) == 300
