"""Reads a JSON array of objects, or an object that holds one such array, as a stream of any length."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

import ijson
import orjson

from evalhub.core.errors import Invalid
from runs.importers.jsonl import not_an_object
from runs.importers.nesting import Nesting
from runs.importers.rows import MAX_ROW_BYTES, Parsed, checked, dump_in_order, reject
from runs.importers.source import Source


def read(source: Source) -> Iterator[Parsed]:
    """Yield the rows, counted from 1. Raises `Invalid` where the file stops being JSON: what follows cannot be read."""
    prefix = rows_prefix(source.utf8())
    yield from rows_at(source.utf8(), prefix)


def rows_at(stream: BinaryIO, prefix: str) -> Iterator[Parsed]:
    """The objects of the list at the prefix, in ijson's words. Raises `Invalid` as `read` does."""
    for number, values in values_at(stream, prefix):
        yield json_row(number, values)


def values_at(stream: BinaryIO, prefix: str) -> Iterator[tuple[int, object]]:
    """The values at the prefix, counted from 1. Raises `Invalid` as `read` does."""
    yield from _counted(stream, lambda meter: ijson.items(meter, prefix))


def pairs_at(stream: BinaryIO, prefix: str) -> Iterator[tuple[int, tuple[str, object]]]:
    """The names and values of the object at the prefix, counted from 1. Raises `Invalid` as `read` does."""
    yield from _counted(stream, lambda meter: ijson.kvitems(meter, prefix))


def _counted(stream: BinaryIO, parse: Callable[[Meter], Iterable[Any]]) -> Iterator[tuple[int, Any]]:
    meter = Meter(stream)
    number = 0
    try:
        for number, value in enumerate(parse(meter), start=1):
            meter.start_row()
            yield number, value
    except (ijson.JSONError, UnicodeError) as error:
        raise _broken(error, after=number) from error


def json_row(number: int, values: object) -> Parsed:
    """The object as a row, or why it is none."""
    if not isinstance(values, dict):
        return reject(number, not_an_object(values), str(values))
    try:
        raw = dump_in_order(values)
        # Read back, since the stream's numbers are decimals.
        return checked(number, orjson.loads(raw), raw)
    except ValueError as error:
        return reject(number, f"The row cannot be kept as JSON: {error}.")


class Meter:
    """A file that refuses to go on when one row alone has taken too many bytes, or is nested without end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._taken = 0
        self._nesting = Nesting()

    def start_row(self) -> None:
        self._taken = 0

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._taken += len(block)
        if self._taken > MAX_ROW_BYTES:
            limit = MAX_ROW_BYTES // (1024 * 1024)
            raise Invalid("row_too_large", f"One row of the JSON file is larger than {limit} MB, the limit of a row.")
        self._nesting.follow(block)
        return block


def rows_prefix(stream: BinaryIO) -> str:
    """Where the rows are, in ijson's words. Raises `Invalid` when there is no array of rows, or more than one."""
    meter = Meter(stream)
    arrays: list[str] = []
    name, depth = "", 0
    try:
        for event, value in ijson.basic_parse(meter):
            meter.start_row()
            if depth == 0 and event == "start_array":
                return "item"
            if depth == 1 and event == "map_key":
                name = value
            elif depth == 2 and event == "start_map" and name not in arrays:
                arrays.append(name)
            depth += (event in {"start_array", "start_map"}) - (event in {"end_array", "end_map"})
    except (ijson.JSONError, UnicodeError) as error:
        raise _broken(error, after=0) from error
    return f"{_only(arrays)}.item"


def _only(arrays: list[str]) -> str:
    if not arrays:
        raise Invalid("no_rows", "The JSON file holds no list of objects; send a list, or one object per line.")
    if len(arrays) > 1:
        names = ", ".join(f'"{name[:60]}"' for name in arrays[:5])
        raise Invalid("rows_ambiguous", f"The JSON object holds several lists of rows: {names}; send one of them.")
    return arrays[0]


def _broken(error: Exception, *, after: int) -> Invalid:
    where = f"after row {after:,}" if after else "at its beginning"
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else "unexpected end"
    return Invalid(
        "json_broken",
        f"The file stops being valid JSON {where} ({first_line}); nothing behind that can be read. "
        "Mend the file, or send one object per line, where a broken line spoils only itself.",
    )
