"""The client's rows as items, and their parts as the client is shown them again. No Django here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from evalhub.core.errors import Invalid
from runs.importers.mapping import NewItem
from runs.importers.rows import MAX_DEPTH, depth, dump_in_order

JsonValue = Any

_PLACED = frozenset({"input", "output", "expected", "context", "metadata"})


def items_of_rows(rows: JsonValue) -> list[NewItem]:
    """The rows as items. Raises `Invalid` that names the first row that cannot be used."""
    if not isinstance(rows, list) or not rows:
        raise Invalid("dataset_invalid", "`dataset` must be a list of at least one object.", field="dataset")
    return [item_of_row(row, name=f"Row {number:,} of `dataset`") for number, row in enumerate(rows, start=1)]


def item_of_row(row: JsonValue, *, name: str, trace: JsonValue = None) -> NewItem:
    """The row as an item; what it holds beside the known keys stands with its metadata. Raises `Invalid`."""
    if not isinstance(row, dict):
        raise Invalid("row_invalid", f"{name} is not an object.", field="dataset")
    missing = next((key for key in ("input", "output") if key not in row), None)
    if missing:
        raise Invalid("row_incomplete", f"{name} has no `{missing}`.", field="dataset")
    metadata = row.get("metadata")
    if not isinstance(metadata, dict | None):
        raise Invalid("row_metadata_invalid", f"The `metadata` of {name} is not an object.", field="dataset")
    return NewItem(
        input=as_text(row["input"]),
        output=as_text(row["output"]),
        expected=row.get("expected"),
        context=_passages(row.get("context")),
        metadata={**{key: value for key, value in row.items() if key not in _PLACED}, **(metadata or {})},
        trace=trace,
        raw=check_storable(row, name),
    )


def check_storable(value: JsonValue, name: str) -> str:
    """The value as compact JSON text, its keys in order. Raises `Invalid` for what cannot be kept or shown."""
    try:
        dumped = dump_in_order(value)
    except ValueError as error:
        raise Invalid("json_unusable", f"{name} cannot be stored: {error}.") from None
    if dumped.count("{") + dumped.count("[") > MAX_DEPTH and depth(value) > MAX_DEPTH:
        raise Invalid("json_too_deep", f"{name} is nested more than {MAX_DEPTH} levels deep.")
    if "\\u0000" in dumped and "\x00" in _texts(value):
        raise Invalid("text_with_nul", f"{name} holds a NUL character, which cannot be stored; leave it out.")
    return dumped


def _texts(value: JsonValue) -> str:
    """All texts in the value, one after the other."""
    found, waiting = [], [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, dict):
            found.extend(part)
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return "".join(found)


def as_text(value: JsonValue) -> str:
    """Text as it is, anything else as compact JSON."""
    return value if isinstance(value, str) else dump_in_order(value)


def _passages(context: JsonValue) -> list[JsonValue] | None:
    """A text is one passage; none at all is no context."""
    passages = context if isinstance(context, list) else [] if context in (None, "") else [context]
    return [as_text(passage) for passage in passages] or None


def context_text(passages: JsonValue) -> str | None:
    """The passages as one text, a blank line between them."""
    if not passages:
        return None
    listed = passages if isinstance(passages, list) else [passages]
    return "\n\n".join(_passage_text(passage) for passage in listed)


def _passage_text(passage: JsonValue) -> str:
    text = passage.get("text") if isinstance(passage, Mapping) else passage
    return as_text(passage if text is None else text)


def sent_metadata(raw: str) -> dict[str, JsonValue]:
    """The metadata of a row as it was sent, without what stood beside it."""
    row = orjson.loads(raw) if raw else {}
    metadata = row.get("metadata") if isinstance(row, dict) else None
    return metadata if isinstance(metadata, dict) else {}
