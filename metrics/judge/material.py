"""The parts of an item as a judge reads them: as text, each cut where it is too long; none where the item lacks it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from metrics.scoring import JsonValue, ScoringInput
from metrics.tool_calls import Step, ToolCall, calls_made, read_steps, tools_offered

# Characters of a part that a judge gets to see: about 4 to a token of English, so that all parts together fit every
# usual model, and the parts that are judged closely get the most.
LIMITS = {
    "input": 16_000,
    "output": 32_000,
    "expected": 16_000,
    "context": 48_000,
    "conversation": 16_000,
    "tool_calls": 32_000,
    "tools": 16_000,
    "metadata": 4_000,
}
METADATA = "metadata."
_LONGEST_STEP = 4_000
_SHORTEST_PASSAGE = 400
_HISTORIES = ("conversation_before", "conversation_history", "chat_history", "history", "conversation")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the material with the title that its fence gets."""

    title: str
    text: str


def texts_of(part: str, item: ScoringInput) -> list[Text]:
    """The item's texts for a placeholder's name; none where the item lacks the part. An empty output is an output."""
    if part.startswith(METADATA):
        value = _looked_up(item.metadata, part.removeprefix(METADATA))
        return [] if value is None else [Text(_title(part), cut(as_text(value), LIMITS["metadata"]))]
    return _READERS[part](item)


def is_part(name: str) -> bool:
    """Whether a template may name this part."""
    return name in _READERS or (name.startswith(METADATA) and all(name.split(".")))


def parts() -> tuple[str, ...]:
    """The names that a template may use, beside `metadata.` and a key."""
    return tuple(_READERS)


def cut(text: str, limit: int) -> str:
    """The text, or its two ends with a note in the middle that says how much is left out."""
    if len(text) <= limit:
        return text
    head, tail = limit - limit // 3, limit // 3
    left_out = len(text) - limit
    return f"{text[:head]}\n[{left_out:,} characters left out here to save space]\n{text[-tail:]}"


def as_text(value: JsonValue) -> str:
    """Text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _one(part: str, value: str) -> list[Text]:
    return [Text(_title(part), cut(value, LIMITS[part]))]


def _title(part: str) -> str:
    # What stands in a fence's line is one word of letters, whatever a metadata key is called.
    return "".join(character if character.isalnum() else "_" for character in part)[:60].upper()


def _expected(item: ScoringInput) -> list[Text]:
    return [] if item.expected in (None, [], {}) else _one("expected", as_text(item.expected))


def _context(item: ScoringInput) -> list[Text]:
    """Each passage by itself; when together they are too long, the longest are cut first."""
    passages = [_passage(passage) for passage in item.context or ()]
    limit = _limit_each([len(passage) for passage in passages], LIMITS["context"])
    total = len(passages)
    return [
        Text(f"CONTEXT PASSAGE {number} OF {total}", cut(passage, limit))
        for number, passage in enumerate(passages, start=1)
    ]


def _passage(passage: JsonValue) -> str:
    if not isinstance(passage, Mapping):
        return as_text(passage)
    text = next((passage[name] for name in ("text", "content", "page_content") if name in passage), None)
    if not isinstance(text, str):
        return as_text(passage)
    named = [str(passage[name]) for name in ("title", "source") if isinstance(passage.get(name), str | int)]
    return f"({', '.join(named)})\n{text}" if named else text


def _limit_each(lengths: Sequence[int], total: int) -> int:
    """The length that no text may pass so that all of them together keep to the total."""
    left, waiting = total, len(lengths)
    for length in sorted(lengths):
        if length * waiting > left:
            return max(left // waiting, _SHORTEST_PASSAGE)
        left -= length
        waiting -= 1
    return total


def _conversation(item: ScoringInput) -> list[Text]:
    """What came before the output: a history in the metadata, else the trace up to the answer, calls included."""
    steps = _history(item) or _turns_before(item)
    return _one("conversation", "\n".join(_numbered(steps))) if steps else []


def _history(item: ScoringInput) -> list[Step]:
    return next((steps for name in _HISTORIES if (steps := _messages(item.metadata.get(name)))), [])


def _messages(value: JsonValue) -> list[Step]:
    steps = read_steps(value) if isinstance(value, list | Mapping) else []
    return steps if any(step.who for step in steps) else []


def _turns_before(item: ScoringInput) -> list[Step]:
    steps = _messages(item.trace)
    answers = [
        place for place, step in enumerate(steps) if _is_answer(step) and step.text.strip() == item.output.strip()
    ]
    steps = steps[: answers[-1]] if answers else steps
    while steps and _is_answer(steps[-1]):
        steps.pop()
    if steps and steps[-1] == Step("said", who="user", text=item.input):
        steps.pop()
    return steps


def _is_answer(step: Step) -> bool:
    return step.kind == "said" and step.who == "assistant"


def _tool_calls(item: ScoringInput) -> list[Text]:
    """The trace with its calls and results in order, else the calls alone; none where nothing says what was called."""
    calls = calls_made(item)
    if calls is None:
        return []
    steps = _messages(item.trace) or [Step("call", call=call) for call in calls]
    told = "\n".join(_numbered([*_history(item), *steps]))
    return _one("tool_calls", told if calls else f"{told}\n(no tool was called)".lstrip())


def _numbered(steps: Sequence[Step]) -> Iterator[str]:
    number = 0
    for step in steps:
        number += step.kind == "call"
        yield f"call {number}: {_told(step)}" if step.kind == "call" else _told(step)


def _told(step: Step) -> str:
    """A step as text; only its first line begins at the margin, so that no step can pass for two."""
    who = step.who or "unnamed"
    told = {"said": f"{who}: ", "result": f"result of {who}: ", "call": ""}[step.kind]
    said = _call(step.call) if step.call else cut(step.text, _LONGEST_STEP)
    return "\n".join(f"  {line}" if place and line else line for place, line in enumerate((told + said).splitlines()))


def _call(call: ToolCall) -> str:
    return f"{call.name} {cut(as_text(call.arguments), _LONGEST_STEP)}"


def _tools(item: ScoringInput) -> list[Text]:
    tools = tools_offered(item)
    if isinstance(tools, list):
        return _one("tools", "\n".join(map(as_text, tools)))
    return [] if tools is None else _one("tools", as_text(tools))


def _looked_up(metadata: Mapping[str, JsonValue], path: str) -> JsonValue:
    """The value under a key, or under keys inside one another; keys only, never attributes."""
    if path in metadata:
        return metadata[path]
    value: JsonValue = metadata
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


_READERS: dict[str, Callable[[ScoringInput], list[Text]]] = {
    "input": lambda item: _one("input", item.input),
    "output": lambda item: _one("output", item.output),
    "expected": _expected,
    "context": _context,
    "conversation": _conversation,
    "tool_calls": _tool_calls,
    "tools": _tools,
}
