"""Rows of a program or of a file, made into a body that can be sent: packed, on disk, of any length."""

from __future__ import annotations

import contextlib
import csv
import gzip
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from evalhub.client.errors import Misused
from evalhub.client.transport import Upload

NDJSON = "application/x-ndjson"
CONTENT_TYPES = {
    ".jsonl": NDJSON,
    ".ndjson": NDJSON,
    ".json": "application/json",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
}
# The server knows such a file by what is in it.
ANY_FILE = "application/octet-stream"
EVALUATION_SUFFIXES = frozenset({".yaml", ".yml"})
# Parts of an item that are lists or objects; a cell of a table holds them as JSON text.
_NESTED = frozenset({"context", "metadata", "trace", "scores", "human"})
_LONGEST_CELL = 2**31 - 1

Row = Mapping[str, Any]


@contextlib.contextmanager
def packed_file(path: Path, content_type: str) -> Iterator[Upload]:
    """The file as it is, packed unless its format is. Raises `Misused` for one that cannot be read."""
    with _opened(path) as file:
        if path.suffix.lower() == ".parquet":
            yield Upload(file, content_type)
            return
        with TemporaryFile() as packed:
            with gzip.GzipFile(fileobj=packed, mode="wb") as zipped:
                shutil.copyfileobj(file, zipped)
            yield Upload(cast(BinaryIO, packed), content_type, "gzip")


@contextlib.contextmanager
def packed_items(path: Path) -> Iterator[Upload]:
    """The items of a file with recorded answers; the rows of a CSV file become lines of JSON."""
    if path.suffix.lower() != ".csv":
        with packed_file(path, content_type_of(path)) as upload:
            yield upload
        return
    with _opened(path):
        pass  # a file that is not there is told of before anything else
    with path.open(encoding="utf-8-sig", newline="") as file, packed_rows(_csv_rows(file, path)) as upload:
        yield upload


@contextlib.contextmanager
def packed_rows(rows: Iterable[Row]) -> Iterator[Upload]:
    """Rows as packed NDJSON."""
    with TemporaryFile() as packed:
        with gzip.GzipFile(fileobj=packed, mode="wb") as zipped:
            for row in rows:
                zipped.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        yield Upload(cast(BinaryIO, packed), NDJSON, "gzip")


def content_type_of(path: Path) -> str:
    content_type = CONTENT_TYPES.get(path.suffix.lower())
    if content_type is None:
        raise Misused(f"{path} is none of: {', '.join(CONTENT_TYPES)}.")
    return content_type


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Misused(f"{path} cannot be read: {error.strerror}.") from error


def _csv_rows(file: Iterable[str], path: Path) -> Iterator[Row]:
    """The rows with their cells; an empty cell says nothing."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.DictReader(file)
    try:
        for row in reader:
            if None in row:
                raise Misused(f"{path}, line {reader.line_num}: more cells than the first line has names.")
            yield {name: _cell(name, cell) for name, cell in row.items() if cell}
    except (csv.Error, UnicodeDecodeError) as error:
        raise Misused(f"{path} cannot be read as CSV in UTF-8: {error}.") from error


def _cell(name: str, cell: str) -> Any:  # noqa: ANN401  # JSON or text
    if name not in _NESTED:
        return cell
    try:
        return json.loads(cell)
    except ValueError:
        return cell
