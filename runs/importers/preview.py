"""The beginning of a file, as rows and as items, for people to look at before they say yes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from evalhub.core.errors import Invalid
from runs.importers.mapping import ItemMaker, Mapping, NewItem, key_twice
from runs.importers.registry import FileFormat, read_rows
from runs.importers.rows import MAX_COLUMNS, Parsed, ParsedRow, Rejection, reject
from runs.importers.source import Source

_SAMPLE_ROWS = 200
_SAMPLE_BYTES = 8 * 1024 * 1024
# So far on, where what comes first is too large to be used: without one good row nobody can say what columns mean.
_SEARCHED_BYTES = 128 * 1024 * 1024
_PREVIEW_ROWS = 5_000
_SHOWN_ITEMS = 10
_SHOWN_REJECTIONS = 50


@dataclass(slots=True)
class Sample:
    """The first rows of a file, and the names of all columns in them."""

    columns: list[str] = field(default_factory=list)
    rows: list[ParsedRow] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


def sample_rows(source: Source, file_format: FileFormat) -> Sample:
    """Read the beginning of a file. Raises `Invalid` for one whose beginning cannot be read at all."""
    sample = Sample()
    columns: dict[str, None] = {}
    for parsed in _beginning(source, file_format, _SAMPLE_ROWS):
        if isinstance(parsed, Rejection):
            sample.rejections.append(parsed)
        else:
            sample.rows.append(parsed)
            columns.update(dict.fromkeys(parsed.values))
    sample.columns = list(columns)[:MAX_COLUMNS]
    return sample


@dataclass(slots=True)
class Preview:
    """What the beginning of a file would become: items with their lines, and rows that would be rejected.

    `problem` says why reading stopped, where the file itself and not one row is at fault. `metrics` are the names of
    given scores, `left` counts the rows by what of them an item has no place for.
    """

    items: list[tuple[int, NewItem]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    rows: int = 0
    rejected: int = 0
    is_whole: bool = True
    problem: str = ""
    metrics: dict[str, None] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)


def preview(source: Source, file_format: FileFormat, mapping: Mapping) -> Preview:
    """Map the beginning of a file, as loading it would."""
    seen = Preview()
    maker = ItemMaker(mapping, reads_cells=file_format == FileFormat.CSV)
    keys: dict[str, int] = {}
    try:
        for parsed in _beginning(source, file_format, _PREVIEW_ROWS):
            seen.rows += 1
            _show(seen, parsed, _mapped(parsed, maker, keys))
        seen.is_whole = seen.rows < _PREVIEW_ROWS and source.file.tell() < _SAMPLE_BYTES
    except Invalid as error:
        seen.problem = error.message
    return seen


def _mapped(parsed: Parsed, maker: ItemMaker, keys: dict[str, int]) -> NewItem | Rejection:
    if isinstance(parsed, Rejection):
        return parsed
    item = maker.make(parsed)
    if isinstance(item, NewItem) and item.key and (first := keys.setdefault(item.key, parsed.line)) != parsed.line:
        return reject(parsed.line, key_twice(item.key, first), parsed.raw)
    return item


def _show(seen: Preview, parsed: Parsed, item: NewItem | Rejection) -> None:
    if isinstance(item, Rejection):
        seen.rejected += 1
        if len(seen.rejections) < _SHOWN_REJECTIONS:
            seen.rejections.append(item)
        return
    seen.metrics.update(dict.fromkeys(item.given_scores or ()))
    if isinstance(parsed, ParsedRow):
        seen.left.update(parsed.left)
    if len(seen.items) < _SHOWN_ITEMS:
        seen.items.append((parsed.line, item))


def _beginning(source: Source, file_format: FileFormat, rows: int) -> Iterator[Parsed]:
    """The first rows, fewer where they are large, but one that can be read if there is one."""
    has_row = False
    for count, parsed in enumerate(read_rows(source, file_format), start=1):
        yield parsed
        has_row = has_row or isinstance(parsed, ParsedRow)
        if count >= rows or source.file.tell() > (_SAMPLE_BYTES if has_row else _SEARCHED_BYTES):
            return
