"""Parquet, written in row groups to a file that leaves memory when it grows, and sent from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from tempfile import SpooledTemporaryFile

import pyarrow as pa
import pyarrow.parquet as pq

from runs.exporters.columns import Column, Kind, Row

CONTENT_TYPE = "application/vnd.apache.parquet"
IN_MEMORY = 8 * 1024 * 1024
PIECE = 256 * 1024
_GROUP_BYTES = 8 * 1024 * 1024
_TYPES = {
    Kind.TEXT: pa.large_string(),
    Kind.NUMBER: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.BOOLEAN: pa.bool_(),
}


def write_parquet(chunks: Iterable[Sequence[Row]], columns: Sequence[Column[Row]]) -> Iterator[bytes]:
    """The file in pieces. Its end says where its parts are, so nothing is sent before all of it is written."""
    schema = pa.schema([pa.field(column.name, _TYPES[column.kind]) for column in columns])
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for group in _groups(pa.table(_arrays(rows, columns, schema), schema=schema) for rows in chunks):
                writer.write_table(group)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The tables put together until they are worth a row group; small ones pack badly."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(each.nbytes for each in waiting) >= _GROUP_BYTES:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _arrays(rows: Sequence[Row], columns: Sequence[Column[Row]], schema: pa.Schema) -> list[pa.Array]:
    return [
        pa.array([column.read(row) for row in rows], type=field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
