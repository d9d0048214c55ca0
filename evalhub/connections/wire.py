"""Chat requests as they go over the wire, and replies as they come back. No Django and no network here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from evalhub.connections.chat import ChatRequest, JsonValue, ReplyMode

# Characters a token takes, roughly: for the budget of a minute, until the endpoint has counted.
_CHARACTERS_A_TOKEN = 4
_LONGEST_COMPLAINT = 300
# From strict to none; an endpoint that cannot do one is asked in the next.
MODES = (ReplyMode.SCHEMA, ReplyMode.JSON, ReplyMode.PLAIN)


class UnreadableReply(Exception):
    """A reply that is no chat completion; the message says in a few words why."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What was read from a reply."""

    text: str
    model: str
    input_tokens: int | None
    output_tokens: int | None
    tool_calls: Sequence[JsonValue]


def chat_body(request: ChatRequest, *, defaults: Mapping[str, JsonValue], mode: ReplyMode) -> dict[str, JsonValue]:
    """The request's body: the connection's parameters, the request's own over them, and the mode of reply."""
    body = {**defaults, **request.parameters, "model": request.model, "messages": list(request.messages)}
    if request.schema is None:
        return body
    if mode is ReplyMode.SCHEMA:
        schema = {"name": "reply", "strict": True, "schema": request.schema}
        return {**body, "response_format": {"type": "json_schema", "json_schema": schema}}
    body["messages"] = _with_schema_in_words(request.messages, request.schema)
    return {**body, "response_format": {"type": "json_object"}} if mode is ReplyMode.JSON else body


def modes_from(mode: ReplyMode) -> Sequence[ReplyMode]:
    """The mode and those that ask less of the endpoint."""
    return MODES[MODES.index(mode) :]


def estimated_tokens(body: Mapping[str, JsonValue]) -> int:
    """About how many tokens the request will take, its answer not counted."""
    return sum(len(str(message.get("content") or "")) for message in body["messages"]) // _CHARACTERS_A_TOKEN + 1


def read_completion(content: bytes) -> Completion:
    """Read the body of a reply. Raises `UnreadableReply`."""
    body = _object(content)
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise UnreadableReply(complaint_in(content) or "it has no choices")
    message = choices[0].get("message")
    if not isinstance(message, dict):
        raise UnreadableReply("its choice has no message")
    usage = body["usage"] if isinstance(body.get("usage"), dict) else {}
    return Completion(
        text=_text_of(message),
        model=str(body.get("model") or ""),
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        tool_calls=message.get("tool_calls") or (),
    )


def complaint_in(content: bytes) -> str:
    """The endpoint's own words on what is wrong, shortened; empty where it has none."""
    try:
        body = _object(content)
    except UnreadableReply:
        return ""
    error = body.get("error", body)
    words = error.get("message") or error.get("detail") if isinstance(error, dict) else error
    return " ".join(str(words or "").split())[:_LONGEST_COMPLAINT]


def error_code_in(content: bytes) -> str:
    """The endpoint's own code of what is wrong, such as `insufficient_quota`."""
    try:
        error = _object(content).get("error")
    except UnreadableReply:
        return ""
    return str(error.get("code") or error.get("type") or "") if isinstance(error, dict) else ""


def _with_schema_in_words(messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The messages with the schema at the end of the last one; a text of parts gets a further part."""
    words = (
        f"Answer with one JSON object and nothing else. It follows this JSON schema:\n{orjson.dumps(schema).decode()}"
    )
    if not messages:
        return [{"role": "user", "content": words}]
    *before, last = messages
    content = last.get("content") or ""
    if isinstance(content, str):
        return [*before, {**last, "content": f"{content}\n\n{words}"}]
    return [*before, {**last, "content": [*content, {"type": "text", "text": words}]}]


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise UnreadableReply("it is not JSON") from None
    if not isinstance(body, dict):
        raise UnreadableReply("it is not a JSON object")
    return body


def _text_of(message: Mapping[str, Any]) -> str:
    content = message.get("content") or message.get("refusal") or ""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return str(content)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
