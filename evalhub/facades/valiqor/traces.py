"""One row out of a trace, in any of the forms in which tracers write one. No Django here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evalhub.core.errors import Invalid

JsonValue = Any

_SPEAKERS = {"user": "user", "human": "user", "assistant": "assistant", "ai": "assistant"}
_SPEAKERS |= {"system": "system", "tool": "tool", "function": "tool"}
_HIT_TEXTS = ("content", "text", "snippet_preview")


def row_of_trace(trace: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The row that the trace comes to. Raises `Invalid` where nobody asks, or nobody answers."""
    messages = [_inner(message) for message in _listed(trace.get("messages")) if isinstance(message, Mapping)]
    question, answer = (_of_messages if messages else _of_bare_form)(trace, messages)
    if question is None:
        raise Invalid("user_message_missing", "The trace has no user message, and no `input` of its own.")
    if answer is None:
        raise Invalid("assistant_message_missing", "The trace has no assistant message, and no `output` of its own.")
    row: dict[str, JsonValue] = {"input": question, "output": answer}
    beside = {"context": _passages(trace), "expected": _expected(trace), "tool_calls": _tool_calls(messages)}
    return {**row, **{name: value for name, value in beside.items() if value not in (None, [])}}


def _of_messages(
    trace: Mapping[str, JsonValue], messages: list[Mapping[str, JsonValue]]
) -> tuple[str | None, str | None]:
    """Each speaker's last words. An assistant that only called tools answered with nothing."""
    asked = [_text(message.get("content")) for message in messages if _speaker(message) == "user"]
    said = [_text(message.get("content")) for message in messages if _speaker(message) == "assistant"]
    question = asked[-1] if asked else None
    return question, _last_not_empty(said) or _generated(trace) or ("" if said else None)


def _of_bare_form(
    trace: Mapping[str, JsonValue], _messages: list[Mapping[str, JsonValue]]
) -> tuple[str | None, str | None]:
    question, answer = trace.get("input"), trace.get("output")
    return (
        question if isinstance(question, str) else None,
        answer if isinstance(answer, str) else _generated(trace),
    )


def _inner(message: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """The message itself where a framework keeps it inside: `{"type": "human", "data": {"content": …}}`."""
    inner = message.get("data")
    return {**message, **inner} if isinstance(inner, Mapping) and "content" not in message else message


def _speaker(message: Mapping[str, JsonValue]) -> str:
    named = (str(message.get(name) or "").lower() for name in ("role", "type"))
    return next((_SPEAKERS[name] for name in named if name in _SPEAKERS), "")


def _text(content: JsonValue) -> str:
    """A content's text: its own, or its text parts' one after the other."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        return _text(content.get("text"))
    return "\n".join(filter(None, map(_text, content))) if isinstance(content, list) else ""


def _last_not_empty(texts: Iterable[str]) -> str | None:
    return next((text for text in reversed(list(texts)) if text.strip()), None)


def _generated(trace: Mapping[str, JsonValue]) -> str | None:
    """The last answer that a span holds."""
    generations = (span.get("generation") for span in _spans(trace))
    answers = (_text(one.get("answer")) for one in generations if isinstance(one, Mapping))
    return _last_not_empty(answers)


def _passages(trace: Mapping[str, JsonValue]) -> list[str]:
    retrievals = [*_listed(trace.get("retrievals")), *(span.get("retrieval") for span in _spans(trace))]
    texts = (_hit_text(hit) for retrieval in retrievals for hit in _hits(retrieval))
    return list(dict.fromkeys(text for text in texts if text.strip()))


def _hits(retrieval: JsonValue) -> Iterator[JsonValue]:
    if isinstance(retrieval, list):
        for one in retrieval:
            yield from _hits(one)
    elif isinstance(retrieval, Mapping):
        yield from _listed(retrieval.get("hits") or retrieval.get("documents"))


def _hit_text(hit: JsonValue) -> str:
    if not isinstance(hit, Mapping):
        return _text(hit)
    return next((text for name in _HIT_TEXTS if (text := _text(hit.get(name)))), "")


def _expected(trace: Mapping[str, JsonValue]) -> JsonValue:
    metadata = trace.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    custom = metadata.get("custom_fields")
    places = (trace, metadata, custom if isinstance(custom, Mapping) else {})
    return next((place["expected"] for place in places if place.get("expected") is not None), None)


def _tool_calls(messages: Iterable[Mapping[str, JsonValue]]) -> list[JsonValue]:
    return [
        call for message in messages if _speaker(message) == "assistant" for call in _listed(message.get("tool_calls"))
    ]


def _spans(trace: Mapping[str, JsonValue]) -> list[Mapping[str, JsonValue]]:
    return [span for span in _listed(trace.get("spans")) if isinstance(span, Mapping)]


def _listed(value: JsonValue) -> list[JsonValue]:
    """The entries of a list, or of an object by key; none of anything else."""
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []
