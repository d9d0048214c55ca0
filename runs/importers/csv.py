"""Reads comma, semicolon or tab separated text; cells stay the text they are, line breaks in quotes included."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice

from evalhub.core.errors import Invalid
from runs.importers.rows import MAX_COLUMNS, MAX_ROW_BYTES, Parsed, checked, dump_in_order, reject, unique_names
from runs.importers.source import Source, physical_lines

_DELIMITERS = (",", ";", "\t")
_SNIFFED_BYTES = 256 * 1024
# The standard library's limit of 128 kB a cell is the process's; ours is checked cell by cell, with a reason.
csv.field_size_limit(MAX_ROW_BYTES)


def read(source: Source) -> Iterator[Parsed]:
    """Yield the rows under the header. A row's line is the one it begins on; empty lines are passed over."""
    delimiter = _delimiter(source)
    lines = _Lines(source)
    records = _records(csv.reader(lines, delimiter=delimiter, strict=True), lines)
    header = _header(records)
    for line, cells in records:
        if isinstance(cells, str):
            yield reject(line, cells, lines.first)
        elif cells:
            yield _row(line, header, cells)


def _header(records: Iterator[tuple[int, list[str] | str]]) -> list[str]:
    for _, cells in records:
        if isinstance(cells, str):
            raise Invalid("header_broken", f"The first line, which names the columns, cannot be read: {cells}")
        if len(cells) > MAX_COLUMNS:
            raise Invalid(
                "too_many_columns", f"The file has {len(cells):,} columns; at most {MAX_COLUMNS:,} are taken."
            )
        if cells:
            return unique_names(cells)
    return []


def _row(line: int, header: list[str], cells: list[str]) -> Parsed:
    if len(cells) != len(header):
        cell = "cell" if len(cells) == 1 else "cells"
        reason = f"The row has {len(cells)} {cell}, the header has {len(header)}; a quote or delimiter may be missing."
        return reject(line, reason, ", ".join(cells))
    values = dict(zip(header, cells, strict=True))
    try:
        return checked(line, values, dump_in_order(values))
    except ValueError:
        return reject(line, "The row holds bytes that are not UTF-8; choose the file's encoding.", ", ".join(cells))


def _records(reader: Iterator[list[str]], lines: _Lines) -> Iterator[tuple[int, list[str] | str]]:
    """Each record with the line it begins on; in place of one that cannot be read, the reason."""
    while True:
        lines.start_record()
        try:
            cells: list[str] | str = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = _why_broken(error, lines)
        if lines.is_cut:
            cells = f"The row is longer than {MAX_ROW_BYTES // (1024 * 1024)} MB, the limit of a row."
        yield lines.start, cells


def _why_broken(error: csv.Error, lines: _Lines) -> str:
    if "unexpected end" in str(error):
        return f"A quote opened in this row is never closed, so lines {lines.start:,} to {lines.number:,} are one cell."
    if "field larger" in str(error):
        limit = MAX_ROW_BYTES // (1024 * 1024)
        span = f"from line {lines.start:,} to {lines.number:,}"
        return f"A quoted cell runs on {span} and over {limit} MB; is a quote missing?"
    return f"The quotes do not match: {error}."


class _Lines:
    """The file's lines as text, remembering where the current record began."""

    def __init__(self, source: Source) -> None:
        self._lines = physical_lines(source.utf8())
        self.number = 0
        self.start_record()

    def start_record(self) -> None:
        self.start, self.first, self.is_cut = self.number + 1, "", False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number = line.number
        text = line.content.decode("utf-8", "surrogateescape")
        self.first = self.first or text[:4_000]
        if not line.is_cut:
            return text
        self.is_cut = True
        # The cut line is rejected; its stand-in opens or closes a quoted cell exactly as the whole line did.
        return '"\n' if line.quotes % 2 else "\n"


def _delimiter(source: Source) -> str:
    """The delimiter that cuts the first records into the most cells, alike in every record."""
    sample = source.utf8().read(_SNIFFED_BYTES).decode("utf-8", "replace").splitlines(keepends=True)
    return max(_DELIMITERS, key=lambda delimiter: _fit(sample, delimiter))


def _fit(sample: list[str], delimiter: str) -> tuple[int, int]:
    """How many of the first records are as wide as the header, if it has more than one cell; and how wide that is."""
    widths: list[int] = []
    try:
        widths.extend(len(record) for record in islice(csv.reader(sample, delimiter=delimiter), 50) if record)
    except csv.Error:
        return (0, 0)
    if not widths or widths[0] < 2:
        return (0, 0)
    return (sum(width == widths[0] for width in widths), widths[0])
