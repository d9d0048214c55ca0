"""What the beginning of a file shows, by which tools' files are told apart."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

import ijson

from evalhub.core.errors import Invalid
from runs.importers.formats.nulls import without_nan
from runs.importers.nesting import Nesting
from runs.importers.source import Source

_HEAD = 256 * 1024
_FIRST_RECORDS = 5


@dataclass(frozen=True, slots=True)
class Opening:
    """Dotted paths of the first JSON value (of a list: of its elements), first records of a table, names in a zip.

    `columns` are the texts in the first value's list of that name: the header of a table kept as JSON.
    """

    paths: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    records: tuple[tuple[str, ...], ...] = ()
    members: frozenset[str] = frozenset()

    def has_any(self, *paths: str) -> bool:
        """Whether the first value has one of these."""
        return not self.paths.isdisjoint(paths)

    def has(self, *paths: str) -> bool:
        """Whether the first value has all of these."""
        return self.paths.issuperset(paths)


def opening_of_text(source: Source) -> Opening:
    """Look at the beginning of a text file."""
    head = source.utf8().read(_HEAD)
    opening = _of_json(without_nan(head)) if head.lstrip()[:1] in {b"{", b"["} else Opening()
    # The header of a table may begin with a bracket, too.
    return opening if opening.paths else Opening(records=_records(head.decode("utf-8", "replace")))


def opening_of_zip(file: BinaryIO) -> Opening:
    """Look at the names in a zip; nothing is found in a broken one."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return Opening(members=frozenset(archive.namelist()))
    except (zipfile.BadZipFile, OSError, ValueError):
        return Opening()


def _of_json(head: bytes) -> Opening:
    paths: set[str] = set()
    columns: list[str] = []
    try:
        Nesting().follow(head)
        for path, event, value in ijson.parse(head):
            paths.add(path.removeprefix("item."))
            if path == "columns.item" and event == "string":
                columns.append(value)
    except (ijson.JSONError, UnicodeError, Invalid):
        # The head ends in the middle of a value, behind the first line, or is refused by whoever reads it.
        pass
    return Opening(paths=frozenset(paths - {"", "item"}), columns=tuple(columns))


def _records(head: str) -> tuple[tuple[str, ...], ...]:
    records: list[tuple[str, ...]] = []
    try:
        for record in csv.reader(head.splitlines(keepends=True)):
            records.append(tuple(record))
            if len(records) == _FIRST_RECORDS:
                break
    except csv.Error:
        return ()
    return tuple(records)
