"""A file is known by its content, and what cannot be read is called by its name."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evalhub.core.errors import Invalid
from runs.importers.recognise import recognise


@pytest.mark.parametrize(
    ("content", "name", "file_format"),
    [
        (b'{"input": "a"}\n{"input": "b"}\n', "rows.jsonl", "jsonl"),
        (b'{"input": "a"}\n{"input": "b"}\n', "renamed.csv", "jsonl"),
        (b'{"input": "a", \n{"input": "b"}\n', "first-line-broken.txt", "jsonl"),
        (b'[{"input": "a"}]', "rows.json", "json"),
        (b'  \n[{"input": "a"}]', "rows.jsonl", "json"),
        (b'{\n  "rows": [{"input": "a"}]\n}', "pretty.json", "json"),
        (b'{"rows": [{"input": "a"}]}', "one-line.json", "json"),
        (b'{"v": 1, "rows": [\n{"input": "a"},\n{"input": "b"}\n]}', "half-pretty.json", "json"),
        (b'{"input": "a"}', "one-row.jsonl", "jsonl"),
        (b'{"input": "a", "trace": [{"role": "user"}]}', "one-row.jsonl", "jsonl"),
        (b"input,output\na,b\n", "rows.csv", "csv"),
        (b'"input","output"\n"a","b"\n', "renamed.jsonl", "csv"),
        (b"PAR1....", "renamed.csv", "parquet"),
    ],
)
def test_the_format_is_found_by_content(content: bytes, name: str, file_format: str) -> None:
    assert recognise(io.BytesIO(content), name).file_format == file_format


def test_a_real_parquet_file_is_known_whatever_its_name() -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"input": ["a"]}), buffer)
    assert recognise(buffer, "table.txt").file_format == "parquet"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\n ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"%PDF-1.7 ...", "PDF document"),
        (b"PK\x03\x04....[Content_Types].xml....xl/workbook.xml", "Excel workbook"),
        (b"PK\x03\x04....word/document.xml", "Word document"),
        (b"PK\x03\x04....rows.csv", "zip archive"),
        (b"\x1f\x8b\x08....", "gzip archive"),
        (b"\xd0\xcf\x11\xe0....", "old Excel"),
        (b"SQLite format 3\x00...", "SQLite database"),
        (b"<!DOCTYPE html><html>", "HTML page"),
        (b"\x89PNG\r\n", "PNG image"),
        (bytes(range(256)) * 8 + bytes(4000), "neither text nor Parquet"),
        (bytes(range(1, 256)) * 8, "neither text nor Parquet"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "UTF-32"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(content: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        recognise(io.BytesIO(content), "rows.csv")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("input\nGrüße\n".encode(), "utf-8"),
        ("input\nGrüße\n".encode("utf-8-sig"), "utf-8"),
        ("input\nGrüße\n".encode("utf-16"), "utf-16"),
        ("input\nGrüße\n".encode("utf-16-le"), "utf-16-le"),
        ("input\nGrüße\n".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_the_encoding_is_found(content: bytes, encoding: str) -> None:
    recognised = recognise(io.BytesIO(content), "rows.csv")
    assert (recognised.encoding, recognised.problem) == (encoding, "")


def test_a_wrong_encoding_is_named_with_its_byte_and_a_proposal() -> None:
    content = b"input\n" + b"a" * 400_000 + "é\n".encode("cp1252")
    recognised = recognise(io.BytesIO(content), "rows.csv")
    assert recognised.encoding == "cp1252"
    assert "0xE9 at offset 400,006" in recognised.problem
    assert "save the file as UTF-8" in recognised.problem


def test_a_character_cut_by_a_block_is_not_taken_for_a_broken_byte() -> None:
    content = b"input\n" + b"a" * (256 * 1024 - 7) + "é".encode() + b"\n"
    assert recognise(io.BytesIO(content), "rows.csv").problem == ""
