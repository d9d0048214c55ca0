"""Tables of text: delimiters, quotes, ragged rows."""

from __future__ import annotations

import pytest

from evalhub.core.errors import Invalid
from tests.runs.importers.reading import read


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_also_among_others_in_the_text(delimiter: str) -> None:
    lines = ["question|answer", '"a, b; c"|"d"', "e|f", "g|h"]
    rows, _ = read("\n".join(lines).replace("|", delimiter).encode(), "rows.csv")
    assert [row.values for row in rows] == [
        {"question": "a, b; c", "answer": "d"},
        {"question": "e", "answer": "f"},
        {"question": "g", "answer": "h"},
    ]


def test_a_row_with_line_breaks_in_quotes_is_named_by_the_line_it_begins_on() -> None:
    rows, rejections = read(b'input,output\r\n"a\r\nb\r\nc",d\r\n\r\ne,f\r\ng\r\n', "rows.csv")
    assert [(row.line, row.values) for row in rows] == [
        (2, {"input": "a\r\nb\r\nc", "output": "d"}),
        (6, {"input": "e", "output": "f"}),
    ]
    assert [(rejection.line, rejection.raw) for rejection in rejections] == [(7, "g")]


def test_ragged_rows_are_rejected_with_both_counts() -> None:
    rows, rejections = read(b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n", "rows.csv")
    assert len(rows) == 1
    assert [rejection.line for rejection in rejections] == [3, 4]
    assert "has 2 cells, the header has 3" in rejections[0].reason
    assert "has 4 cells" in rejections[1].reason


def test_a_quote_that_is_never_closed_names_the_lines_it_swallowed() -> None:
    rows, rejections = read(b'a,b\n1,2\n3,"4\n5,6\n7,8\n', "rows.csv")
    assert [row.line for row in rows] == [2]
    assert rejections[0].line == 3
    assert "lines 3 to 5 are one cell" in rejections[0].reason


def test_text_behind_a_closing_quote_rejects_only_its_row() -> None:
    rows, rejections = read(b'a,b\n1,2\n"x"y,3\n4,5\n', "rows.csv")
    assert [row.line for row in rows] == [2, 4]
    assert rejections[0].line == 3
    assert "quotes do not match" in rejections[0].reason


def test_repeated_and_empty_column_names_are_told_apart() -> None:
    rows, _ = read(b"input,input,,output\na,b,c,d\n", "rows.csv")
    assert rows[0].values == {"input": "a", "input (2)": "b", "column 3": "c", "output": "d"}


def test_formulas_and_scripts_stay_the_text_they_are() -> None:
    content = b'input,output\n=1+1,"<script>alert(1)</script>"\n@SUM(A1),-2\n'
    rows, _ = read(content, "rows.csv")
    assert [list(row.values.values()) for row in rows] == [
        ["=1+1", "<script>alert(1)</script>"],
        ["@SUM(A1)", "-2"],
    ]


def test_nul_bytes_and_broken_bytes_reject_their_row() -> None:
    content = b"input,output\na\x00b,c\nd,e\nf\xe9,g\n"
    rows, rejections = read(content, "rows.csv", encoding="utf-8")
    assert [row.line for row in rows] == [3]
    assert [rejection.line for rejection in rejections] == [2, 4]
    assert "NUL character" in rejections[0].reason
    assert "not UTF-8" in rejections[1].reason


def test_a_cell_of_ten_megabytes_is_rejected_and_the_next_row_read() -> None:
    rows, rejections = read(b'input,output\n"' + b"x\n" * 5_000_000 + b'",b\nc,d\n', "rows.csv")
    assert [row.values for row in rows] == [{"input": "c", "output": "d"}]
    assert rejections[0].line == 2
    assert '"input" holds 9.5 MB' in rejections[0].reason


@pytest.mark.parametrize("quoted", [True, False])
def test_a_line_above_the_limit_of_a_row_spoils_only_itself(quoted: bool) -> None:
    cell = b'"' + b"x" * 40_000_000 + b'"' if quoted else b"x" * 40_000_000
    rows, rejections = read(b"input,output\na,b\n" + cell + b",y\nc,d\n", "rows.csv")
    assert [row.line for row in rows] == [2, 4]
    assert rejections[0].line == 3
    assert "longer than 32 MB" in rejections[0].reason


def test_only_a_header_gives_no_rows() -> None:
    assert read(b"input,output\n", "rows.csv") == ([], [])


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(Invalid, match="1,001 columns"):
        read(b",".join(b"c%d" % n for n in range(1_001)) + b"\n", "rows.csv")


def test_windows_text_reads_in_the_proposed_encoding() -> None:
    rows, _ = read("input,output\ncafé,“naïve”\n".encode("cp1252"), "rows.csv")
    assert rows[0].values == {"input": "café", "output": "“naïve”"}
