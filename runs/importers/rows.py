"""What every parser yields: a row with its line, or a rejection with its reason; and the limits all of them keep."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

JsonValue = Any

MAX_ROW_BYTES = 32 * 1024 * 1024
MAX_CELL_BYTES = 5 * 1024 * 1024
MAX_COLUMNS = 1_000
MAX_DEPTH = 64
_EXCERPT_LENGTH = 2_000
_REASON_LENGTH = 500


@dataclass(slots=True)
class ParsedRow:
    """One row of a file: where it begins (counted from 1), its cells by column, and itself as JSON text.

    `left` says what of the row an item has no place for, in words that are the same for every such row.
    """

    line: int
    values: dict[str, JsonValue]
    raw: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that cannot be used, why, and its beginning."""

    line: int
    reason: str
    raw: str


Parsed = ParsedRow | Rejection


def reject(line: int, reason: str, raw: str | bytes = "") -> Rejection:
    """A rejection whose reason and excerpt are short enough to keep and free of what a database text cannot hold."""
    start = raw[:_EXCERPT_LENGTH]
    text = start.decode("utf-8", "replace") if isinstance(start, bytes) else start
    return Rejection(line, storable(reason)[:_REASON_LENGTH], storable(text))


def storable(text: str) -> str:
    """The text with NUL characters and broken bytes made visible."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode()


def checked(line: int, values: dict[str, JsonValue], raw: str) -> Parsed:
    """The row, or its rejection when it is over a limit or holds what the database cannot keep."""
    fault = _fault(values, raw)
    return reject(line, fault, raw) if fault else ParsedRow(line, values, raw)


def _fault(values: dict[str, JsonValue], raw: str) -> str:
    """Why the row cannot be used, "" when it can; what is costly to find is looked for where `raw` hints at it."""
    if len(values) > MAX_COLUMNS:
        return f"The row has {len(values):,} columns; at most {MAX_COLUMNS:,} are taken."
    # A character takes at most four bytes, so a shorter row holds no cell above the limit.
    if len(raw) * 4 > MAX_CELL_BYTES and (large := _largest_cell(values)):
        return large
    if raw.count("{") + raw.count("[") > MAX_DEPTH and depth(values) > MAX_DEPTH:
        return f"The row is nested more than {MAX_DEPTH} levels deep."
    if "\\u0000" in raw and any("\x00" in text for text in texts_in(values)):
        return "The row holds a NUL character, which no text in the database can; remove it and send the row again."
    return ""


def _largest_cell(values: Mapping[str, JsonValue]) -> str:
    for name, value in values.items():
        size = len(value.encode("utf-8", "replace")) if isinstance(value, str) else len(dump_json(value))
        if size > MAX_CELL_BYTES:
            limit = MAX_CELL_BYTES // (1024 * 1024)
            return f'Column "{name[:80]}" holds {size / (1024 * 1024):.1f} MB; a cell may hold at most {limit} MB.'
    return ""


def depth(value: JsonValue) -> int:
    """How many lists and objects lie in each other, found without recursion."""
    deepest, waiting = 0, [(value, 1)]
    while waiting and deepest <= MAX_DEPTH:
        part, level = waiting.pop()
        if isinstance(part, dict | list):
            deepest = max(deepest, level)
            waiting.extend((inner, level + 1) for inner in (part.values() if isinstance(part, dict) else part))
    return deepest


def texts_in(value: JsonValue) -> Iterator[str]:
    """Every text in the value, names of keys included."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            yield from part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def dump_json(value: JsonValue) -> bytes:
    """Compact JSON with sorted keys: equal values give equal bytes. Raises `ValueError` for what JSON cannot say."""
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise ValueError(str(error)) from error


def dump_in_order(value: JsonValue) -> str:
    """Compact JSON text that keeps the order of keys. Raises `ValueError` for what JSON cannot say."""
    try:
        return orjson.dumps(value, default=_plain).decode()
    except orjson.JSONEncodeError as error:
        raise ValueError(str(error)) from error


def _plain(value: object) -> JsonValue:
    """What a typed file may hold beyond JSON: decimals, bytes, whole numbers of more than 64 bits."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return str(value)


def unique_names(names: Iterable[str]) -> list[str]:
    """Column names that tell columns apart: an empty one is called by its place, a repeated one is numbered."""
    taken: dict[str, int] = {}
    unique = []
    for place, given in enumerate(names, start=1):
        name = given.strip() or f"column {place}"
        taken[name] = taken.get(name, 0) + 1
        unique.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
    return unique
