"""Comma-separated values, safe to open in a spreadsheet."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from runs.exporters.columns import Cell, Column, Kind
from runs.exporters.rows import ExportRow

CONTENT_TYPE = "text/csv; charset=utf-8"
# A spreadsheet takes a cell that begins so for a formula, and runs it.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?\Z", re.ASCII)


def write_csv(
    chunks: Iterable[Sequence[ExportRow]], columns: Sequence[Column], *, with_mark: bool = False
) -> Iterator[bytes]:
    """The file in pieces; `with_mark` puts the byte order mark first, by which old spreadsheets know UTF-8."""
    if with_mark:
        yield codecs.BOM_UTF8
    yield _lines([[defused(column.name) for column in columns]])
    for rows in chunks:
        yield _lines([_cell(column, row) for column in columns] for row in rows)


def defused(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would run it; plain numbers stay as they are."""
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN_NUMBER.match(text) else text


def _cell(column: Column, row: ExportRow) -> Cell:
    cell = column.read(row)
    if column.kind == Kind.BOOLEAN and cell is not None:
        return "true" if cell else "false"
    return defused(cell) if isinstance(cell, str) else cell


def _lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows(rows)
    return lines.getvalue().encode()
