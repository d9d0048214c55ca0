"""Writing cells that a spreadsheet shows as text, whatever they begin with."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

# A spreadsheet takes a cell that begins so for a formula and computes it.
_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defused(value: object) -> object:
    """The cell, with an apostrophe before a text that would be computed."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS) else value


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Lines of CSV, one row at a time."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([defused(cell) for cell in row])


class _Echo:
    """Gives back what is written instead of keeping it."""

    def write(self, line: str) -> str:
        return line
