"""How the tests of other tools' files read them: those made up here, and the real ones beside the repository."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings

from runs.importers.formats.found import ITEM_MAPPING
from runs.importers.mapping import ItemMaker, NewItem
from runs.importers.recognise import recognise
from runs.importers.registry import read_rows
from runs.importers.rows import ParsedRow
from runs.importers.source import Source

DATA = Path(settings.BASE_DIR).parent / "shared" / "data" / "formats"


def items_of(content: bytes, *, tool: str) -> list[NewItem]:
    """The items of a file in a tool's format, recognised by content alone; none of its rows may be rejected."""
    file = io.BytesIO(content)
    recognised = recognise(file, "file")
    assert recognised.file_format == tool
    maker = ItemMaker(ITEM_MAPPING, reads_cells=False)
    items = []
    for parsed in read_rows(Source(file, recognised.encoding), recognised.file_format):
        assert isinstance(parsed, ParsedRow), parsed
        item = maker.make(parsed)
        assert isinstance(item, NewItem), item
        items.append(item)
    return items


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
