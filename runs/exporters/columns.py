"""The columns of an export to a table: the item's own first, then those of each metric in rank order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

import orjson

from evalhub.core.errors import Invalid
from metrics.scoring import JsonValue
from runs.exporters.rows import ExportRow
from runs.models import Run, RunMetric

Cell = str | float | bool | None
Row = TypeVar("Row")
Read = Callable[[Row], Cell]


class Kind(StrEnum):
    """What the cells of a column hold; JSON is written as text."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column; `group` is the name by which it is chosen: its own, or its metric's."""

    name: str
    kind: Kind
    read: Read[Row]
    group: str


def columns_of(run: Run, chosen: Sequence[str] = ()) -> list[Column[ExportRow]]:
    """The columns of the run's export, or only those chosen. Raises `Invalid` for a name that is none of them."""
    columns = [*_ITEM_COLUMNS, *(column for metric in run.run_metrics.all() for column in _of_metric(metric))]
    known = list(dict.fromkeys(column.group for column in columns))
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise Invalid(
            "column_unknown", f'There is no column "{unknown[0]}"; there are: {", ".join(known)}.', field="columns"
        )
    return [column for column in columns if not chosen or column.group in chosen]


def json_text(value: JsonValue) -> str | None:
    """Text as it is, other values as JSON, None for none."""
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _item(name: str, kind: Kind, read: Read[ExportRow]) -> Column[ExportRow]:
    return Column(name, kind, read, name)


_ITEM_COLUMNS: tuple[Column[ExportRow], ...] = (
    _item("key", Kind.TEXT, lambda row: row.run_item.item.key),
    _item("ordinal", Kind.INTEGER, lambda row: row.run_item.ordinal),
    _item("repeat", Kind.INTEGER, lambda row: row.run_item.repeat),
    _item("input", Kind.TEXT, lambda row: row.run_item.item.input),
    _item("expected", Kind.TEXT, lambda row: json_text(row.run_item.item.expected)),
    _item("output", Kind.TEXT, lambda row: row.run_item.output),
    _item("context", Kind.TEXT, lambda row: json_text(row.context)),
    _item("metadata", Kind.TEXT, lambda row: json_text(row.run_item.item.metadata)),
    _item("trace", Kind.TEXT, lambda row: json_text(row.trace)),
    _item("error", Kind.TEXT, lambda row: row.run_item.error_message or row.run_item.error_code),
    _item("overall", Kind.NUMBER, lambda row: row.run_item.overall),
    _item("passed", Kind.BOOLEAN, lambda row: row.run_item.passed),
    _item("review", Kind.TEXT, lambda row: row.review_state),
)


def _of_metric(metric: RunMetric) -> Iterable[Column[ExportRow]]:
    """The metric's value under its key, of a category its label; how it came about under names that begin with it."""
    key = metric.key
    if metric.is_category:
        yield Column(key, Kind.TEXT, _from_score(key, "label"), key)
    else:
        yield Column(key, Kind.NUMBER, _from_score(key, "value"), key)
    for part, kind in _SCORE_PARTS:
        yield Column(f"{key}.{part}", kind, _from_score(key, part), key)


_SCORE_PARTS = (
    ("status", Kind.TEXT),
    ("label", Kind.TEXT),
    ("passed", Kind.BOOLEAN),
    ("reason", Kind.TEXT),
    ("explanation", Kind.TEXT),
    ("judge_model", Kind.TEXT),
)


def _from_score(key: str, part: str) -> Read[ExportRow]:
    def read(row: ExportRow) -> Cell:
        score = row.scores.get(key)
        cell: Cell = getattr(score, part) if score else None
        return cell

    return read
