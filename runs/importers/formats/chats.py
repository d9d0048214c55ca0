"""What is said in the values that frameworks log as input and output: chats, messages, objects around a text."""

from __future__ import annotations

from typing import Any

import orjson

from runs.importers.formats.found import as_dict, as_list, as_text, last_asked, message_text
from runs.importers.rows import JsonValue

_MAX_WRAPS = 4
# Where in an object the text is that was asked or answered; the likelier name comes first.
_ASKED = ("input", "question", "query", "user_input", "prompt", "new_message", "message", "text", "content", "request")
_ANSWERED = ("output", "response", "answer", "result", "completion", "message", "text", "content", "outputs")
_CHATS = ("messages", "contents")


def unwrapped(value: JsonValue) -> JsonValue:
    """The value in a text that spells JSON, however often it was written as text again."""
    for _ in range(_MAX_WRAPS):
        if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "[", '"'}:
            break
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            break
    return value


def asked_in(value: JsonValue) -> str:
    """What was asked: the last question of a chat, or the text of an object; the object as JSON where none is found."""
    return _said(unwrapped(value), _ASKED, is_asked=True)


def answered_in(value: JsonValue) -> str | None:
    """What was answered; None where nothing is logged."""
    value = unwrapped(value)
    return None if value is None else _said(value, _ANSWERED, is_asked=False)


def _said(value: JsonValue, names: tuple[str, ...], *, is_asked: bool, depth: int = 0) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    if messages := _messages(value):
        return last_asked(messages) if is_asked else message_text(messages[-1].get("content"))
    if isinstance(value, dict) and isinstance(value.get("parts"), list):
        return message_text(value["parts"])
    inner = [value[name] for name in names if name in value] if isinstance(value, dict) else []
    if isinstance(value, dict) and len(value) == 1:
        inner = list(value.values())
    if inner and inner[0] is not None and depth < _MAX_WRAPS:
        return _said(unwrapped(inner[0]), names, is_asked=is_asked, depth=depth + 1)
    return as_text(value) or ""


def _messages(value: JsonValue) -> list[dict[str, Any]]:
    """The chat that a value is or holds; none where it is something else."""
    held = next((value[name] for name in _CHATS if name in value), None) if isinstance(value, dict) else value
    entries = [_as_message(entry) for entry in as_list(unwrapped(held))]
    is_chat = bool(entries) and all("content" in entry and ("role" in entry or "type" in entry) for entry in entries)
    return [{**entry, "role": entry.get("role") or entry.get("type")} for entry in entries] if is_chat else []


def _as_message(entry: JsonValue) -> dict[str, Any]:
    message = as_dict(entry)
    return {**message, "content": message["parts"]} if "parts" in message and "content" not in message else message


def chat_in(value: JsonValue) -> list[dict[str, Any]]:
    """The messages of a logged chat; none where there is none."""
    return _messages(unwrapped(value))


def passages_in(value: JsonValue) -> list[JsonValue]:
    """The passages that a retrieval found: texts, or objects that hold one."""
    value = unwrapped(value)
    held = value.get("documents", value.get("output")) if isinstance(value, dict) else value
    texts = (_passage(entry) for entry in as_list(held))
    return [text for text in texts if text]


def _passage(entry: JsonValue) -> str:
    if isinstance(entry, str):
        return entry
    document = as_dict(entry)
    document = as_dict(document.get("document")) or document
    names = ("page_content", "content", "text")
    return next((document[name] for name in names if isinstance(document.get(name), str)), "")
