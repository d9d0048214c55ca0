"""Items as comma-separated values."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence

from evalhub.core.spreadsheet import csv_rows
from runs.exporters.columns import Cell, Column, Kind, Row

CONTENT_TYPE = "text/csv; charset=utf-8"


def write_csv(
    chunks: Iterable[Sequence[Row]], columns: Sequence[Column[Row]], *, with_mark: bool = False
) -> Iterator[bytes]:
    """The file in pieces; `with_mark` puts the byte order mark first, by which old spreadsheets know UTF-8."""
    if with_mark:
        yield codecs.BOM_UTF8
    yield csv_rows([[column.name for column in columns]])
    for rows in chunks:
        yield csv_rows([_cell(column, row) for column in columns] for row in rows)


def _cell(column: Column[Row], row: Row) -> Cell:
    cell = column.read(row)
    if column.kind == Kind.BOOLEAN and cell is not None:
        return "true" if cell else "false"
    return cell
