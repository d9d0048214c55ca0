"""Streams of JSON records out of other tools' files: from a list, from lines, or from a list deep in one object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import ijson
import orjson

from runs.importers import json
from runs.importers.formats.nulls import NullForNan, without_nan
from runs.importers.jsonl import parse_line
from runs.importers.rows import JsonValue, Parsed, ParsedRow, dump_in_order
from runs.importers.source import Line, Source, physical_lines


def records_at(source: Source, prefix: str) -> Iterator[Parsed]:
    """The objects of the list at the prefix, in ijson's words, counted from 1."""
    return json.rows_at(_stream(source), prefix)


def pairs_at(source: Source, prefix: str) -> Iterator[Parsed]:
    """The entries of the object at the prefix as rows of `name` and `value`, counted from 1."""
    for number, (name, value) in json.pairs_at(_stream(source), prefix):
        yield json.json_row(number, {"name": name, "value": value})


def lists_at(source: Source, prefix: str) -> Iterator[Parsed]:
    """The lists in the list at the prefix as rows of `cells`, counted from 1."""
    for number, value in json.values_at(_stream(source), prefix):
        yield json.json_row(number, {"cells": value})


def names_at_top(source: Source) -> list[str]:
    """The names in the object that the file is, up to where it stops being JSON."""
    names = []
    try:
        for prefix, event, value in ijson.parse(json.Meter(_stream(source))):
            if not prefix and event == "map_key":
                names.append(value)
    except (ijson.JSONError, UnicodeError):
        pass
    return names


def stream_records(stream: BinaryIO, prefix: str) -> Iterator[Parsed]:
    """The objects of the list at the prefix of a stream, for what is packed in another file."""
    return json.rows_at(cast(BinaryIO, NullForNan(stream)), prefix)


def records(source: Source, *places: str) -> Iterator[Parsed]:
    """The objects of a list, one of each line, or of the lists at the places in one object; else that object itself."""
    if _first_character(source) == b"[":
        yield from records_at(source, "item")
    elif _is_lines(source):
        yield from _lines(source)
    else:
        found = False
        for place in places:
            for parsed in records_at(source, place):
                found = True
                yield parsed
        if not found:
            yield from records_at(source, "")


def _lines(source: Source) -> Iterator[Parsed]:
    for line in physical_lines(source.utf8()):
        line.content = without_nan(line.content.strip())
        if line.content:
            yield parse_line(line)


def _is_lines(source: Source) -> bool:
    """Whether the first line is an object of its own and others follow it."""
    lines = (line for line in physical_lines(source.utf8()) if line.content.strip())
    first, second = next(lines, None), next(lines, None)
    if first is None or second is None or first.is_cut:
        return False
    return isinstance(parse_line(Line(first.number, without_nan(first.content.strip()))), ParsedRow)


def value_at(source: Source, prefix: str) -> JsonValue:
    """The first value at the prefix; None where there is none. What stands behind it is not read."""
    return _first(_stream(source), prefix)


def part(source: Source, prefix: str) -> dict[str, Any]:
    """The object at the prefix; an empty one where there is none. What stands behind it is not read."""
    found = value_at(source, prefix)
    return found if isinstance(found, dict) else {}


def stream_part(stream: BinaryIO, prefix: str) -> dict[str, Any]:
    """The object at the prefix of a stream; an empty one where there is none."""
    found = _first(cast(BinaryIO, NullForNan(stream)), prefix)
    return found if isinstance(found, dict) else {}


def _first(stream: BinaryIO, prefix: str) -> JsonValue:
    try:
        return next(ijson.items(json.Meter(stream), prefix, use_float=True), None)
    except (ijson.JSONError, UnicodeError):
        # Reading the records comes to the same place and says it.
        return None


def plain_json(content: bytes) -> JsonValue:
    """One JSON text. Raises `ValueError` for what is none."""
    return orjson.loads(without_nan(content))


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
