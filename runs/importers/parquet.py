"""Reads Parquet a batch of rows at a time. Imported only when such a file is met: Arrow takes 40 MB of a process."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from evalhub.core.errors import Invalid
from runs.importers.rows import MAX_COLUMNS, Parsed, checked, dump_in_order, reject, unique_names
from runs.importers.source import Source

_BATCH_ROWS = 500


def read(source: Source) -> Iterator[Parsed]:
    """Yield the rows, counted from 1. Raises `Invalid` for a damaged file."""
    source.file.seek(0)
    try:
        file = pq.ParquetFile(source.file, pre_buffer=False)
        yield from _rows(file)
    except (pa.ArrowException, OSError, UnicodeError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise Invalid(
            "parquet_damaged",
            f"The Parquet file cannot be read: {reason}. It may be cut off; write it anew and send it again.",
        ) from error


def _rows(file: pq.ParquetFile) -> Iterator[Parsed]:
    names = unique_names(file.schema_arrow.names)
    if len(names) > MAX_COLUMNS:
        raise Invalid("too_many_columns", f"The file has {len(names):,} columns; at most {MAX_COLUMNS:,} are taken.")
    number = 0
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
        for values in batch.rename_columns(names).to_pylist():
            number += 1
            yield _row(number, values)


def _row(number: int, values: dict[str, object]) -> Parsed:
    try:
        raw = dump_in_order(values)
    except ValueError as error:
        return reject(number, f"The row cannot be kept as JSON: {error}.", str(values)[:2_000])
    # Read back, so that times, decimals and bytes become what they are as JSON.
    return checked(number, orjson.loads(raw), raw)
