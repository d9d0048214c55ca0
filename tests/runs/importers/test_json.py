"""JSON arrays as streams, and the objects around them."""

from __future__ import annotations

import io
import json
from itertools import islice

import pytest

from evalhub.core.errors import Invalid
from runs.importers.registry import FileFormat, read_rows
from runs.importers.rows import ParsedRow
from runs.importers.source import Source
from tests.runs.importers.reading import read

ROWS = [{"input": "a", "n": 1.5}, {"input": "b", "n": 10**18}]


@pytest.mark.parametrize(
    "document",
    [ROWS, {"rows": ROWS}, {"version": 2, "tags": ["x"], "data": ROWS, "end": {"rows": []}}],
    ids=["array", "object", "object with more"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_rows_are_found_wherever_they_are(document: object, indent: int | None) -> None:
    rows, rejections = read(json.dumps(document, indent=indent).encode(), "rows.json")
    assert [row.line for row in rows] == [1, 2]
    assert not rejections
    assert rows[0].values == {"input": "a", "n": 1.5}


def test_elements_that_are_no_objects_are_rejected_by_their_place() -> None:
    rows, rejections = read(b'[{"input": "a"}, 3, {"input": "b"}, "text"]', "rows.json")
    assert [row.line for row in rows] == [1, 3]
    assert [(rejection.line, rejection.reason[:17]) for rejection in rejections] == [
        (2, "The row is a numb"),
        (4, "The row is a text"),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'[{"input": "a"}, {"input": "b"}, {"input": ]', "after row 2"),
        (b'[{"input": "a"}, {"input": NaN}]', "after row 1"),
        (b'[{"input": "a"}', "after row 1"),
        (b'{\n"config": {"x": 1}\n}', "holds no list of objects"),
        (b'{\n"a": [{"x": 1}], "b": [{"y": 2}]}', 'several lists of rows: "a", "b"'),
        (b'[{"input": "' + b"x" * 40_000_000 + b'"}]', "larger than 32 MB"),
    ],
    ids=["broken", "NaN", "cut off", "no rows", "two lists", "huge row"],
)
def test_a_document_that_cannot_be_read_says_where_and_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        read(content, "rows.json")


def test_deep_nesting_is_rejected() -> None:
    _, rejections = read(b'[{"input": ' + b"[" * 500 + b"]" * 500 + b"}]", "rows.json")
    assert rejections[0].line == 1


def test_nesting_without_end_is_refused_at_once() -> None:
    with pytest.raises(Invalid, match="1,000 levels"):
        read(b'[{"input": ' + b"[" * 5_000_000, "rows.json")


def test_a_number_that_no_program_can_hold_rejects_its_row_alone() -> None:
    rows, rejections = read(b'[{"input": "a", "n": 12345678901234567890123}, {"input": "b"}]', "rows.json")
    assert len(rows) == 1
    assert "64-bit" in rejections[0].reason


def test_nul_characters_are_rejected() -> None:
    rows, rejections = read(b'[{"input": "a\\u0000"}, {"input": "b"}]', "rows.json")
    assert len(rows) == 1
    assert "NUL character" in rejections[0].reason


def test_utf16_documents_read() -> None:
    rows, _ = read('[{"input": "Grüße"}]'.encode("utf-16"), "rows.json")
    assert rows[0].values == {"input": "Grüße"}


def test_the_rows_are_not_held_in_memory() -> None:
    """The second row comes before the end of the document has been read."""
    document = io.BytesIO(b'[{"input": "a"}, {"input": "b"}' + b', {"input": "c"}' * 300_000 + b"]")
    from_start = read_two(document)
    assert from_start == ["a", "b"]
    assert document.tell() < 1_000_000


def read_two(document: io.BytesIO) -> list[str]:
    rows = read_rows(Source(document), FileFormat.JSON)
    return [row.values["input"] for row in islice(rows, 2) if isinstance(row, ParsedRow)]
