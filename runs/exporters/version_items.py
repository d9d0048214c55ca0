"""The items of a dataset version as a file, in the shape that an import takes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from runs.exporters import csv, jsonl, parquet
from runs.exporters.columns import Column, Kind, json_text
from runs.models import DatasetVersion, Item

CONTENT_TYPES = {"ndjson": jsonl.CONTENT_TYPE, "csv": csv.CONTENT_TYPE, "parquet": parquet.CONTENT_TYPE}
# A few hundred rows keep the database busy enough; a body may be megabytes long.
_CHUNK = 500
_TEXTS = ("key", "input", "output")
_JSON = ("expected", "context", "metadata", "trace", "given_scores", "human")


def write_items(version: DatasetVersion, file_format: str) -> Iterator[bytes]:
    """The file in pieces, the items in their order; `file_format` is one of `CONTENT_TYPES`."""
    return write_chunks(item_chunks(version), file_format)


def write_chunks(chunks: Iterable[Sequence[Item]], file_format: str) -> Iterator[bytes]:
    """The same of items that were read already."""
    match file_format:
        case "csv":
            return csv.write_csv(chunks, _columns())
        case "parquet":
            return parquet.write_parquet(chunks, _columns())
        case _:
            return _write_ndjson(chunks)


def item_chunks(version: DatasetVersion) -> Iterator[list[Item]]:
    """The items in their order, a few at a time.

    Read behind the last item each time, so that no snapshot is held open for as long as somebody downloads.
    """
    items = version.items.defer("raw").order_by("ordinal")
    last = -1
    while rows := list(items.filter(ordinal__gt=last)[:_CHUNK]):
        yield rows
        last = rows[-1].ordinal


def _write_ndjson(chunks: Iterable[Sequence[Item]]) -> Iterator[bytes]:
    for items in chunks:
        yield b"".join(orjson.dumps(_record(item), option=orjson.OPT_APPEND_NEWLINE) for item in items)


def _record(item: Item) -> dict[str, Any]:
    """What the item has; an empty recorded answer is an answer."""
    held = {name: getattr(item, name) for name in (*_TEXTS, *_JSON)}
    return {name: value for name, value in held.items() if value not in (None, {}) and (name != "key" or value)}


def _columns() -> list[Column[Item]]:
    return [*(_column(name, is_json=False) for name in _TEXTS), *(_column(name, is_json=True) for name in _JSON)]


def _column(name: str, *, is_json: bool) -> Column[Item]:
    def read(item: Item) -> str | None:
        value = getattr(item, name)
        return json_text(value) if is_json else value

    return Column(name, Kind.TEXT, read, name)
