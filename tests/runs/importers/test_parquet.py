"""Parquet: typed columns become what they are as JSON."""

from __future__ import annotations

import datetime
import io
import subprocess
import sys
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evalhub.core.errors import Invalid
from tests.runs.importers.reading import read


def parquet(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=400)
    return buffer.getvalue()


def test_lists_objects_and_empty_cells_come_through() -> None:
    table = pa.table(
        {
            "input": ["a", "b"],
            "expected": [["x", "y"], []],
            "metadata": [{"lang": "de", "n": 1}, None],
            "score": [0.5, float("nan")],
        }
    )
    rows, rejections = read(parquet(table), "rows.parquet")
    assert not rejections
    assert [row.values for row in rows] == [
        {"input": "a", "expected": ["x", "y"], "metadata": {"lang": "de", "n": 1}, "score": 0.5},
        {"input": "b", "expected": [], "metadata": None, "score": None},
    ]


def test_times_decimals_and_bytes_become_json() -> None:
    table = pa.table(
        {
            "at": [datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC)],
            "price": [Decimal("1.25")],
            "text": [b"abc"],
            "binary": [b"\xff\x00"],
        }
    )
    rows, _ = read(parquet(table), "rows.parquet")
    assert rows[0].values == {"at": "2026-01-02T03:04:00+00:00", "price": 1.25, "text": "abc", "binary": "/wA="}


def test_rows_are_counted_across_groups() -> None:
    rows, _ = read(parquet(pa.table({"input": [f"q{n}" for n in range(1_234)]})), "rows.parquet")
    assert [row.line for row in rows] == list(range(1, 1_235))


def test_a_nul_character_rejects_its_row() -> None:
    rows, rejections = read(parquet(pa.table({"input": ["a\x00", "b"]})), "rows.parquet")
    assert [row.line for row in rows] == [2]
    assert rejections[0].line == 1


@pytest.mark.parametrize("cut", [4, 60])
def test_a_damaged_file_is_refused(cut: int) -> None:
    content = parquet(pa.table({"input": ["a", "b"]}))
    with pytest.raises(Invalid, match="Parquet file cannot be read"):
        read(content[:-cut], "rows.parquet")


def test_arrow_is_not_loaded_before_a_parquet_file_is_met() -> None:
    code = (
        "import sys, runs.importers.registry, runs.importers.recognise, runs.importers.mapping;"
        "sys.exit('pyarrow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
