"""The rows of an uploaded CSV as items, by the exact names that this vendor gives its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from evalhub.core.errors import Invalid
from runs.importers.mapping import NewItem
from runs.importers.rows import Parsed, ParsedRow, Rejection

# Of several names the first that a file has.
COLUMNS = {
    "input": ("query",),
    "expected": ("expected_response", "ground_truth", "expected_output", "expected"),
    "output": ("output", "response", "actual_output"),
    "context": ("context", "retrieved_context"),
}


def mapping_of(columns: Iterable[str]) -> dict[str, str]:
    """Part of an item to the column that holds it. Raises `Invalid` without the one that is needed."""
    there = set(columns)
    found = {part: next((name for name in names if name in there), "") for part, names in COLUMNS.items()}
    if not found["input"]:
        raise Invalid("query_missing", 'The file has no column "query"; its first line must name the columns.')
    return {part: column for part, column in found.items() if column}


def items_of(rows: Iterable[Parsed]) -> Iterator[NewItem]:
    """Items of the rows. Raises `Invalid`, with its line, for a row that cannot be one; blank rows are passed over."""
    mapping: dict[str, str] = {}
    for row in rows:
        if isinstance(row, Rejection):
            raise Invalid("row_invalid", f"Line {row.line:,}: {row.reason}")
        mapping = mapping or mapping_of(row.values)
        if any(str(cell).strip() for cell in row.values.values()):
            yield _item(row, mapping)


def _item(row: ParsedRow, mapping: Mapping[str, str]) -> NewItem:
    cells: dict[str, str] = row.values
    parts = {part: cells[column] for part, column in mapping.items()}
    if not parts["input"].strip():
        raise Invalid("query_empty", f'Line {row.line:,}: the column "query" is empty.')
    taken = set(mapping.values())
    return NewItem(
        input=parts["input"],
        output=_unless_blank(parts.get("output")),
        expected=_unless_blank(parts.get("expected")),
        context=_passages(_unless_blank(parts.get("context"))),
        metadata={column: cell for column, cell in cells.items() if column not in taken and cell},
        raw=row.raw,
    )


def _unless_blank(cell: str | None) -> str | None:
    return cell if cell and cell.strip() else None


def _passages(cell: str | None) -> list[Any] | None:
    """A JSON list of passages, or the one passage that the cell is."""
    if cell is None:
        return None
    try:
        passages = orjson.loads(cell)
    except orjson.JSONDecodeError:
        passages = None
    if not isinstance(passages, list) or "\\u0000" in cell:
        return [cell]
    return [one if isinstance(one, str | dict) else orjson.dumps(one).decode() for one in passages]
