"""How the tests of other tools' files read them: those made up here, and the real ones beside the repository."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from runs.importers.formats.found import ITEM_MAPPING
from runs.importers.mapping import ItemMaker, NewItem
from runs.importers.recognise import recognise
from runs.importers.registry import read_rows
from runs.importers.rows import ParsedRow, Rejection
from runs.importers.source import Source

DATA = Path(settings.BASE_DIR).parent / "shared" / "data" / "formats"


def rows_of(content: bytes, *, tool: str) -> list[ParsedRow | Rejection]:
    """The rows of a file in a tool's format, recognised by content alone."""
    file = io.BytesIO(content)
    recognised = recognise(file, "file")
    assert recognised.file_format == tool
    return list(read_rows(Source(file, recognised.encoding), recognised.file_format))


def items_of(content: bytes, *, tool: str) -> list[NewItem]:
    """The items of such a file; none of its rows may be rejected."""
    maker = ItemMaker(ITEM_MAPPING, reads_cells=False)
    items = []
    for parsed in rows_of(content, tool=tool):
        assert isinstance(parsed, ParsedRow), parsed
        item = maker.make(parsed)
        assert isinstance(item, NewItem), item
        items.append(item)
    return items


def left_of(content: bytes, *, tool: str) -> set[str]:
    """What the rows of such a file say they leave behind."""
    return {left for row in rows_of(content, tool=tool) if isinstance(row, ParsedRow) for left in row.left}


def json_lines(*values: Any) -> bytes:
    return b"\n".join(json.dumps(value).encode() for value in values)


def real_items(name: str, *, tool: str) -> list[NewItem]:
    """The items of a real file; skips the test where the files are not."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no real file beside the repository: {path} is missing")
    return items_of(path.read_bytes(), tool=tool)


def score_of(item: NewItem, metric: str) -> float | None:
    """The given score of a metric, which must be there even where it has no value."""
    said = (item.given_scores or {})[metric]
    value: float | None = said["score"]
    return value
