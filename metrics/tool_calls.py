"""Tool calls and what stands around them, read from a trace of messages or from data about calls. No Django here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from metrics.scoring import JsonValue, ScoringInput

Kind = Literal["said", "call", "result"]

_ARGUMENT_NAMES = ("arguments", "args", "input", "parameters")
_CALL_PARTS = {"tool_use", "tool_call", "function_call"}
_RESULT_PARTS = {"tool_result", "function_call_output"}
_ROLES = {"human": "user", "ai": "assistant", "model": "assistant", "function": "tool", "developer": "system"}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call. `arguments` is an object where they can be read as one, else what stood there."""

    name: str
    arguments: JsonValue
    id: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing in a trace: something said by `who`, a call, or the result of the tool `who`.

    `is_error` where the trace itself marks a result as an error.
    """

    kind: Kind
    who: str = ""
    text: str = ""
    call: ToolCall | None = None
    is_error: bool = False


def calls_made(item: ScoringInput) -> tuple[ToolCall, ...] | None:
    """The calls that the target made for the item, in order; None where nothing says whether it made any.

    They stand in a trace of messages, else in the row's `tool_calls`, else in an output that is only calls as JSON.
    """
    steps = read_steps(item.trace)
    if any(step.who for step in steps):
        return tuple(step.call for step in steps if step.call)
    if "tool_calls" in item.metadata:
        return read_calls(item.metadata["tool_calls"])
    return read_calls(_parsed(item.output)) or None


def tools_offered(item: ScoringInput) -> JsonValue:
    """The descriptions of the tools that the target could call, as they came with the item; None where unknown."""
    beside = item.trace.get("tools") if isinstance(item.trace, Mapping) else None
    return beside or item.metadata.get("tools") or None


def read_calls(value: JsonValue) -> tuple[ToolCall, ...] | None:
    """Calls in any of the usual notations, one or a list; None for anything else.

    `{"name", "arguments"}`, the same inside `function`, and `{name: arguments}`; arguments as an object or as JSON
    text. An empty list is no calls.
    """
    entries = [value] if isinstance(value, Mapping) else _listed(_parsed(value))
    if entries is None:
        return None
    calls = [_call(entry) for entry in entries]
    return None if None in calls else tuple(call for call in calls if call)


def read_steps(trace: JsonValue) -> list[Step]:
    """What was said, called and answered, in order, from a list of messages or an object that holds one."""
    names: dict[str, str] = {}
    steps: list[Step] = []
    for entry in _entries(trace):
        for step in _steps_of(entry, names):
            if step.call and step.call.id:
                names[step.call.id] = step.call.name
            steps.append(step)
    return steps


def _entries(trace: JsonValue) -> Sequence[JsonValue]:
    if isinstance(trace, Mapping):
        lists = (_listed(trace.get(name)) for name in ("messages", "steps", "turns", "output"))
        return next((entries for entries in lists if entries is not None), [trace])
    return _listed(trace) or []


def _steps_of(entry: JsonValue, names: Mapping[str, str]) -> Iterator[Step]:
    if not isinstance(entry, Mapping):
        yield from _said("", entry)
        return
    message = _inner(entry)
    if message.get("type") in _CALL_PARTS | _RESULT_PARTS:
        yield from _part_steps("", message, names)
        return
    role = _role(message)
    if role == "tool":
        who = str(message.get("name") or names.get(str(message.get("tool_call_id")), ""))
        yield Step("result", who=who, text=_text(message.get("content")), is_error=_is_error(message))
        return
    for part in _parts(message.get("content")):
        yield from _part_steps(role, part, names)
    for call in (*(_listed(message.get("tool_calls")) or ()), message.get("function_call")):
        read = _call(call)
        if read:
            yield Step("call", who=role, call=read)


def _part_steps(role: str, part: JsonValue, names: Mapping[str, str]) -> Iterator[Step]:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind in _CALL_PARTS:
        call = _call(part)
        if call:
            yield Step("call", who=role or "assistant", call=call)
    elif kind in _RESULT_PARTS:
        answered = str(part.get("tool_use_id") or part.get("call_id") or "")
        text = _text(part.get("content", part.get("output")))
        yield Step("result", who=names.get(answered, ""), text=text, is_error=_is_error(part))
    else:
        yield from _said(role, part)


def _is_error(result: Mapping[str, JsonValue]) -> bool:
    return result.get("is_error") is True or str(result.get("status") or "").lower() == "error"


def _said(role: str, part: JsonValue) -> Iterator[Step]:
    text = _text(part)
    if text:
        yield Step("said", who=role, text=text)


def _inner(entry: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """The message itself where a framework keeps it inside (`{"type": "human", "data": {…}}`)."""
    inner = entry.get("data")
    if isinstance(inner, Mapping) and "content" in inner:
        return {"role": entry.get("type"), **inner}
    return entry


def _role(message: Mapping[str, JsonValue]) -> str:
    said = str(message.get("role") or message.get("type") or "").lower()
    return _ROLES.get(said, said)


def _parts(content: JsonValue) -> Sequence[JsonValue]:
    return _listed(content) or ([] if content in (None, []) else [content])


def _text(content: JsonValue) -> str:
    """What a content says: text as it is, the texts of parts one after the other, anything else as JSON."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, Mapping):
        text = content.get("text", content.get("content"))
        return text if isinstance(text, str) else _json(content)
    parts = _listed(content)
    return _json(content) if parts is None else "\n".join(filter(None, map(_text, parts)))


def _call(entry: JsonValue) -> ToolCall | None:
    if not isinstance(entry, Mapping):
        return None
    identity = str(entry.get("id") or entry.get("call_id") or "")
    function = entry["function"] if isinstance(entry.get("function"), Mapping) else entry
    name = function.get("name") or (entry.get("function") if isinstance(entry.get("function"), str) else None)
    if isinstance(name, str):
        arguments: JsonValue = next((function[key] for key in _ARGUMENT_NAMES if key in function), {})
        return ToolCall(name=name, arguments=_object(arguments), id=identity)
    if len(entry) == 1:
        name, by_name = next(iter(entry.items()))
        if isinstance(_object(by_name), Mapping):
            return ToolCall(name=str(name), arguments=_object(by_name))
    return None


def _object(arguments: JsonValue) -> JsonValue:
    """Arguments as an object where they are JSON text of one; none at all are an empty object."""
    if arguments in (None, ""):
        return {}
    parsed = _parsed(arguments)
    return parsed if isinstance(parsed, Mapping) else arguments


def _parsed(value: JsonValue) -> JsonValue:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _listed(value: JsonValue) -> Sequence[JsonValue] | None:
    return value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else None


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
