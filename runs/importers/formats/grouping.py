"""Records that belong together though they stand apart in a file, grouped without holding the file in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import orjson

from runs.importers.rows import MAX_ROW_BYTES, Parsed, ParsedRow, Rejection, reject

_MAX_RECORDS = 20_000


@dataclass(slots=True)
class Group:
    """The records under one name, in the order of the file, and the line of the first."""

    name: str
    line: int
    records: list[dict[str, Any]] = field(default_factory=list)


def grouped(rows: Iterable[Parsed], name_of: Callable[[dict[str, Any]], str]) -> Iterator[Group | Rejection]:
    """Each group once all of the file is read, in the order in which they begin. Rejections come as they are met."""
    # An unnamed database lies in a temporary file that SQLite takes away.
    with closing(sqlite3.connect("")) as kept:
        kept.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, name TEXT, line INTEGER, raw TEXT)")
        for parsed in rows:
            if isinstance(parsed, ParsedRow):
                row = (name_of(parsed.values), parsed.line, parsed.raw)
                kept.execute("INSERT INTO record (name, line, raw) VALUES (?, ?, ?)", row)
            else:
                yield parsed
        kept.execute("CREATE INDEX by_name ON record (name)")
        totals = "SELECT name, min(line), count(*), sum(length(raw)) FROM record GROUP BY name ORDER BY min(id)"
        for name, line, count, size in kept.execute(totals).fetchall():
            if count > _MAX_RECORDS or size > MAX_ROW_BYTES:
                limit = MAX_ROW_BYTES // (1024 * 1024)
                yield reject(line, f'"{name}" has {count:,} records; at most {_MAX_RECORDS:,} of {limit} MB are taken.')
                continue
            found = kept.execute("SELECT raw FROM record WHERE name = ? ORDER BY id", [name])
            yield Group(name, line, [orjson.loads(raw) for (raw,) in found])
