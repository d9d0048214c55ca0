"""Streams of JSON records out of other tools' files: from a list, from lines, or from a list deep in one object."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, cast

import ijson

from runs.importers.formats.nulls import NullForNan, without_nan
from runs.importers.json import Meter, rows_at
from runs.importers.jsonl import parse_line
from runs.importers.rows import JsonValue, Parsed, dump_in_order
from runs.importers.source import Source, physical_lines


def records_at(source: Source, prefix: str) -> Iterator[Parsed]:
    """The objects of the list at the prefix, in ijson's words, counted from 1."""
    return rows_at(_stream(source), prefix)


def records(source: Source) -> Iterator[Parsed]:
    """The objects of a list, or one of each line."""
    if _first_character(source) == b"[":
        yield from records_at(source, "item")
        return
    for line in physical_lines(source.utf8()):
        line.content = without_nan(line.content.strip())
        if line.content:
            yield parse_line(line)


def part(source: Source, prefix: str) -> dict[str, Any]:
    """The object at the prefix; an empty one where there is none. What stands behind it is not read."""
    found = next(ijson.items(Meter(_stream(source)), prefix, use_float=True), None)
    return found if isinstance(found, dict) else {}


def plain_json(content: bytes) -> JsonValue:
    """One JSON text. Raises `ijson.JSONError` for what is none."""
    return next(ijson.items(BytesIO(without_nan(content)), "", use_float=True))


def raw_of(record: JsonValue) -> str:
    """The record as it is kept beside its item."""
    return dump_in_order(record)


def _stream(source: Source) -> BinaryIO:
    return cast(BinaryIO, NullForNan(source.utf8()))


def _first_character(source: Source) -> bytes:
    stream = source.utf8()
    while block := stream.read(1024):
        if stripped := block.lstrip():
            return stripped[:1]
    return b""
