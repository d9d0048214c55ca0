"""The client's rows as items."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.core.errors import Invalid
from evalhub.facades.valiqor.rows import context_text, item_of_row, items_of_rows, sent_metadata

ROW = {"input": "q", "output": "a"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ROW, {"input": "q", "output": "a", "expected": None, "context": None, "metadata": {}}),
        ({"input": "", "output": ""}, {"input": "", "output": ""}),
        ({"input": {"b": 1, "a": "ü"}, "output": [1, None]}, {"input": '{"b":1,"a":"ü"}', "output": "[1,null]"}),
        ({**ROW, "input": None, "output": 3}, {"input": "null", "output": "3"}),
        ({**ROW, "expected": ["x", "y"]}, {"expected": ["x", "y"]}),
        ({**ROW, "context": "one"}, {"context": ["one"]}),
        ({**ROW, "context": ["one", "two"]}, {"context": ["one", "two"]}),
        ({**ROW, "context": []}, {"context": None}),
        (
            {**ROW, "metadata": {"k": 1}, "tool_calls": [{"name": "f"}]},
            {"metadata": {"tool_calls": [{"name": "f"}], "k": 1}},
        ),
    ],
)
def test_a_row_becomes_an_item(row: dict[str, Any], expected: dict[str, Any]) -> None:
    item = item_of_row(row, name="Row 1")
    assert {name: getattr(item, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (None, "at least one object"),
        ([], "at least one object"),
        ({"input": "q"}, "at least one object"),
        ([ROW, "text"], "Row 2 of `dataset` is not an object"),
        ([{"output": "a"}], "Row 1 of `dataset` has no `input`"),
        ([ROW, ROW, {"input": "q"}], "Row 3 of `dataset` has no `output`"),
        ([{**ROW, "metadata": "m"}], "`metadata` of Row 1"),
        ([{**ROW, "extra": "a\x00b"}], "NUL"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(rows: object, complaint: str) -> None:
    with pytest.raises(Invalid, match=complaint):
        items_of_rows(rows)


def test_a_row_that_is_nested_without_end_is_refused() -> None:
    nested: Any = "end"
    for _ in range(80):
        nested = [nested]
    with pytest.raises(Invalid, match="nested more than 64 levels"):
        items_of_rows([{**ROW, "extra": nested}])


@pytest.mark.parametrize(
    ("passages", "text"),
    [
        (None, None),
        ([], None),
        (["one"], "one"),
        (["one", "two"], "one\n\ntwo"),
        ([{"text": "one", "source": "s"}, {"page": 2}], 'one\n\n{"page":2}'),
    ],
)
def test_context_is_shown_as_one_text(passages: object, text: str | None) -> None:
    assert context_text(passages) == text


def test_metadata_is_shown_as_it_was_sent() -> None:
    raw = item_of_row({**ROW, "metadata": {"k": [1]}, "tool_calls": []}, name="Row 1").raw
    assert sent_metadata(raw) == {"k": [1]}
    assert sent_metadata(item_of_row({**ROW, "difficulty": 3}, name="Row 1").raw) == {}
