"""What targets' templates may name, and an item's values for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from metrics.placeholders import JsonText, Template, parse, parse_json
from runs.targets.answer import Question

JsonValue = Any

KNOWN = ("input", "question", "context", "metadata")
# Where an input that is a JSON object holds what was asked; the first that is there.
QUESTION_KEYS = ("question", "query", "prompt", "input", "message")
DEFAULT_TEMPLATE = "{{ input }}"
VALUE_MISSING = "value_missing"


def parse_text(text: str) -> Template:
    """A target's template; an empty one is the input. Raises `PlaceholderUnknown`."""
    return parse(text if text.strip() else DEFAULT_TEMPLATE, known=KNOWN)


def parse_body(body: JsonValue) -> JsonValue:
    """A target's JSON with its templates, for `fill_json`. Raises `PlaceholderUnknown`."""
    return parse_json(body, known=KNOWN)


def values_of(question: Question) -> dict[str, JsonValue]:
    """The values that the item has; what it lacks is absent."""
    values: dict[str, JsonValue] = {
        "input": _input_value(question.input),
        "question": question_of(question.input),
        "metadata": dict(question.metadata),
    }
    if question.context is not None:
        values["context"] = [passage_text(passage) for passage in question.context]
    return values


def _input_value(text: str) -> str | JsonText:
    parsed = json_of(text)
    return text if parsed is None else JsonText(text, parsed)


def question_of(text: str) -> str:
    """What was asked: of an input that is a JSON object, the part that says it; else the input."""
    parsed = json_of(text)
    if not isinstance(parsed, dict):
        return text
    asked = next((parsed[key] for key in QUESTION_KEYS if parsed.get(key) not in (None, "")), text)
    return asked if isinstance(asked, str) else json.dumps(asked, ensure_ascii=False)


def json_of(text: str) -> dict[str, JsonValue] | list[JsonValue] | None:
    """The object or list that the text holds; None for any other text, "42" and "true" among them."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict | list) else None


def passage_text(passage: JsonValue) -> str:
    """A passage's own text, without its source."""
    text = passage.get("text") if isinstance(passage, Mapping) else passage
    return text if isinstance(text, str) else json.dumps(passage, ensure_ascii=False)


def messages_of(text: str) -> Sequence[Mapping[str, JsonValue]] | None:
    """The chat that the input holds, as a list of messages or as `{"messages": […]}`; None for any other input."""
    parsed = json_of(text)
    if isinstance(parsed, dict):
        parsed = parsed.get("messages")
    return parsed if isinstance(parsed, list) and parsed and all(_is_message(part) for part in parsed) else None


def _is_message(part: JsonValue) -> bool:
    return isinstance(part, dict) and isinstance(part.get("role"), str) and ("content" in part or "tool_calls" in part)
