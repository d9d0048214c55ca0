"""What every reader of another tool's file makes: rows with the parts of an item under EvalHub's names for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from metrics.choices import Direction
from runs.importers.formats.opening import Opening
from runs.importers.guesses import as_number
from runs.importers.mapping import Mapping, NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow, checked, dump_in_order, reject
from runs.importers.source import Source

# The columns of the rows made here; they need no guessing.
ITEM_COLUMNS = ("key", "input", "output", "expected", "context", "metadata", "trace", "human", "judge")
ITEM_MAPPING = Mapping({name: name for name in ITEM_COLUMNS})


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFormat:
    """A tool's result file: how it is known and read, and what of it an item has no place for."""

    label: str
    is_one: Callable[[Opening], bool]
    read: Callable[[Source], Iterator[Parsed]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFile:
    """A file that a tool writes beside its results, without items in it; `advice` says what to send instead."""

    label: str
    is_one: Callable[[Opening], bool]
    advice: str


def found_row(line: int, item: NewItem, *, left: Iterable[str] = ()) -> Parsed:
    """The item as a row of a file; `item.raw` is the tool's own record."""
    values = {name: getattr(item, name) for name in ITEM_COLUMNS[:-1]}
    values["judge"] = item.given_scores
    values["metadata"] = {name: value for name, value in item.metadata.items() if value not in (None, "", [], {})}
    try:
        # Numbers that JSON cannot say come to light here.
        dump_in_order(values)
    except ValueError as error:
        return reject(line, f"The record cannot be kept as JSON: {error}.", item.raw)
    row = checked(line, values, item.raw)
    if isinstance(row, ParsedRow):
        row.left = tuple(dict.fromkeys(left))
    return row


class Scores(dict[str, JsonValue]):
    """Given scores by metric; a metric that comes twice is numbered."""

    def say(
        self,
        metric: str,
        score: JsonValue,
        *,
        reason: JsonValue = None,
        model: JsonValue = None,
        direction: Direction | None = None,
    ) -> None:
        """Note a score; yes and no stay what they are. A missing one stays missing, with its reason if there is one."""
        number = score if isinstance(score, bool) else as_number(score)
        if number is None and not reason:
            return
        said = {"score": number, "reason": as_text(reason), "model": as_text(model), "direction": direction}
        self[self._free(metric)] = {name: value for name, value in said.items() if name == "score" or value}

    def _free(self, metric: str) -> str:
        names = (metric, *(f"{metric} ({number})" for number in range(2, len(self) + 3)))
        return next(name for name in names if name not in self)


class Keys(Counter[str]):
    """Keys of items given out once each: one that comes again is numbered, so that no row is lost."""

    def free(self, key: str) -> str:
        self[key] += 1
        return key if self[key] == 1 else f"{key} ({self[key]})"


def as_text(value: JsonValue) -> str | None:
    """Text as it is, anything else as JSON, None for nothing."""
    return value if value is None or isinstance(value, str) else dump_in_order(value)


def as_dict(value: JsonValue) -> dict[str, Any]:
    """The object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: JsonValue) -> list[Any]:
    """The list, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def message_text(content: JsonValue) -> str:
    """What a chat message says: its text, or the texts among its parts."""
    if isinstance(content, list):
        texts = (part if isinstance(part, str) else as_dict(part).get("text") for part in content)
        return "\n".join(text for text in texts if isinstance(text, str))
    return as_text(content) or ""


def last_asked(messages: JsonValue) -> str:
    """The last thing a user says in a chat; what is said last where no user speaks."""
    said = [as_dict(message) for message in as_list(messages)]
    asked = [message for message in said if message.get("role") in {"user", "human"}] or said
    return message_text(asked[-1].get("content")) if asked else ""


def chat_of(text: JsonValue) -> list[dict[str, Any]]:
    """The chat messages that a prompt spells as JSON; none where it is plain text."""
    if not isinstance(text, str) or not text.lstrip().startswith("["):
        return []
    try:
        messages = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    is_chat = isinstance(messages, list) and all(isinstance(message, dict) for message in messages)
    return [message for message in messages if message_text(message.get("content"))] if is_chat else []
