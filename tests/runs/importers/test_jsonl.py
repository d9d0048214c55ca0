"""JSON Lines: each line stands for itself."""

from __future__ import annotations

import pytest

from runs.importers.rows import MAX_CELL_BYTES
from tests.runs.importers.reading import read

GOOD = b'{"input": "a"}\n'


def test_a_broken_line_is_rejected_with_its_number_and_the_others_load() -> None:
    rows, rejections = read(GOOD * 6 + b'{"input": "x", \n' + GOOD * 3, "rows.jsonl")
    assert [row.line for row in rows] == [1, 2, 3, 4, 5, 6, 8, 9, 10]
    assert [(rejection.line, rejection.raw) for rejection in rejections] == [(7, '{"input": "x",')]
    assert "Not valid JSON" in rejections[0].reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[1, 2]", "a list, not an object"),
        (b'"text"', "a text, not an object"),
        (b"null", "null, not an object"),
        (b"12", "a number, not an object"),
        (b"true", "true or false, not an object"),
        (b'{"input": NaN}', "NaN and Infinity are no JSON numbers"),
        (b'{"input": "a", "x": [1, -Infinity]}', "NaN and Infinity are no JSON numbers"),
        (b'{"input": "a\\u0000b"}', "NUL character"),
        (b'{"input": "a\x00b"}', "Not valid JSON"),
        (b'{"a\\u0000": "b"}', "NUL character"),
        (b'{"input": "\\ud800"}', "Not valid JSON"),
        (b'{"input": ' + b"[" * 200 + b"]" * 200 + b"}", "more than 64 levels deep"),
        (b'{"input": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "Not valid JSON"),
        (b'{"input": "' + b"x" * 10_000_000 + b'"}', "at most 5 MB"),
        (b"{" + b",".join(b'"c%d": 1' % n for n in range(1_001)) + b"}", "1,001 columns"),
    ],
    ids=lambda value: value[:30].decode("utf-8", "replace") if isinstance(value, bytes) else "",
)
def test_a_line_that_cannot_be_a_row_says_why(line: bytes, reason: str) -> None:
    rows, rejections = read(GOOD + line + b"\n" + GOOD, "rows.jsonl")
    assert [row.line for row in rows] == [1, 3]
    assert rejections[0].line == 2
    assert reason in rejections[0].reason
    assert len(rejections[0].raw) <= 2_000
    assert "\x00" not in rejections[0].raw


def test_a_byte_that_is_not_utf8_rejects_its_row_when_utf8_is_chosen() -> None:
    rows, rejections = read(GOOD + b'{"input": "\xe9t\xe9"}\n' + GOOD, "rows.jsonl", encoding="utf-8")
    assert [row.line for row in rows] == [1, 3]
    assert "Byte 0xE9 at position 12 of the line is not UTF-8" in rejections[0].reason


def test_a_backslash_before_u0000_is_no_nul_character() -> None:
    rows, rejections = read(b'{"input": "a\\\\u0000b"}\n', "rows.jsonl")
    assert rows[0].values == {"input": "a\\u0000b"}
    assert not rejections


def test_a_cell_at_the_limit_is_taken() -> None:
    rows, _ = read(b'{"input": "' + b"x" * MAX_CELL_BYTES + b'"}\n', "rows.jsonl")
    assert len(rows[0].values["input"]) == MAX_CELL_BYTES


def test_a_line_above_the_limit_of_a_row_is_passed_over() -> None:
    rows, rejections = read(GOOD + b'{"input": "' + b"x" * 40_000_000 + b'"}\n' + GOOD, "rows.jsonl")
    assert [row.line for row in rows] == [1, 3]
    assert "longer than 32 MB" in rejections[0].reason


def test_empty_lines_count_but_are_no_rows() -> None:
    rows, rejections = read(b"\n" + GOOD + b"\r\n  \n" + GOOD, "rows.jsonl")
    assert [row.line for row in rows] == [2, 5]
    assert not rejections


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_unicode_encoding_reads_alike(encoding: str) -> None:
    rows, _ = read('{"input": "Grüße 👋 日本"}\n{"input": "b"}\n'.encode(encoding), "rows.jsonl")
    assert [row.values["input"] for row in rows] == ["Grüße 👋 日本", "b"]
    assert rows[0].raw == '{"input": "Grüße 👋 日本"}'
