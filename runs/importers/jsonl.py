"""Reads JSON Lines: one object per physical line; a broken line is rejected and the others go on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson

from runs.importers.rows import MAX_ROW_BYTES, Parsed, checked, reject
from runs.importers.source import Line, Source, physical_lines

_NOT_A_NUMBER = re.compile(rb"[:\[,\s]-?(NaN|Infinity)\b")
_KINDS = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number", type(None): "null"}


def read(source: Source) -> Iterator[Parsed]:
    """Yield the rows of the file; empty lines are passed over."""
    for line in physical_lines(source.utf8()):
        line.content = line.content.strip()
        if line.content:
            yield parse_line(line)


def parse_line(line: Line) -> Parsed:
    """The object of one line, or why it is none."""
    if line.is_cut:
        return reject(
            line.number,
            f"The line is longer than {MAX_ROW_BYTES // (1024 * 1024)} MB, the limit of a row.",
            line.content,
        )
    try:
        values = orjson.loads(line.content)
    except orjson.JSONDecodeError as error:
        return reject(line.number, _why_broken(line.content, error), line.content)
    if not isinstance(values, dict):
        return reject(line.number, not_an_object(values), line.content)
    return checked(line.number, values, line.content.decode())


def _why_broken(content: bytes, error: orjson.JSONDecodeError) -> str:
    if _NOT_A_NUMBER.search(content):
        return "Not valid JSON: NaN and Infinity are no JSON numbers; write null or a text instead."
    try:
        content.decode()
    except UnicodeDecodeError as broken:
        byte = content[broken.start]
        return f"Byte 0x{byte:02X} at position {broken.start + 1:,} of the line is not UTF-8."
    return f"Not valid JSON: {error.msg}, at character {error.pos + 1:,} of the line."


def not_an_object(value: object) -> str:
    """Why a JSON value that is no object cannot be a row."""
    return f"The row is {_KINDS.get(type(value), 'something else')}, not an object with named fields."
