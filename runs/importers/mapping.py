"""Which column of a file becomes which part of an item, and making items by it. Pure."""

from __future__ import annotations

from collections.abc import Mapping as Cells
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from evalhub.core.errors import Invalid
from runs.importers.guesses import NAMES, as_number, guess_fields, guess_ignored, guess_scores
from runs.importers.rows import JsonValue, ParsedRow, Rejection, dump_in_order, dump_json, reject

MAX_KEY_LENGTH = 300
FIELDS = tuple(NAMES)
# Roles of a column beside the fields: one given score each, or left out of the metadata.
SCORE = "score"
IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Fields and the columns they come from; columns named nowhere become metadata."""

    fields: Cells[str, str] = field(default_factory=dict)
    scores: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The form in which it is kept: field to column, and the two lists where they are not empty."""
        lists = {"scores": list(self.scores), "ignored": list(self.ignored)}
        return {**self.fields, **{name: columns for name, columns in lists.items() if columns}}

    @classmethod
    def from_json(cls, stored: Cells[str, Any]) -> Mapping:
        return cls(
            fields={name: column for name, column in stored.items() if name in FIELDS and column},
            scores=tuple(stored.get("scores", ())),
            ignored=tuple(stored.get("ignored", ())),
        )

    @classmethod
    def from_roles(cls, roles: Cells[str, str]) -> Mapping:
        """From column to role, as people choose. Raises `Invalid` for two columns in one role, or none as input."""
        fields: dict[str, str] = {}
        for column, role in roles.items():
            if role in fields:
                raise Invalid(
                    "field_twice", f'Both "{fields[role]}" and "{column}" are mapped to {role}; keep one of them.'
                )
            if role in FIELDS:
                fields[role] = column
        if "input" not in fields:
            raise Invalid("input_unmapped", "No column is mapped to input; choose the one that holds what was asked.")
        return cls(
            fields,
            tuple(column for column, role in roles.items() if role == SCORE),
            tuple(column for column, role in roles.items() if role == IGNORED),
        )

    def corrected(self, choices: Cells[str, str], columns: Sequence[str]) -> Mapping:
        """With a program's own choices (field to column, "" for none) over it. Raises `Invalid` for unknown names."""
        fields = dict(self.fields)
        for name, column in choices.items():
            if name not in FIELDS:
                known = ", ".join(FIELDS)
                raise Invalid("field_unknown", f'"{name}" is no field of an item; there are: {known}.', field=name)
            if column and column not in columns:
                known = ", ".join(columns)
                raise Invalid("column_unknown", f'The file has no column "{column}"; it has: {known}.', field=name)
            fields = {field: mapped for field, mapped in fields.items() if field != name and mapped != column}
            if column:
                fields[name] = column
        taken = set(fields.values())
        return Mapping(fields, tuple(score for score in self.scores if score not in taken), self.ignored)

    def role_of(self, column: str) -> str:
        """The role of a column; "" where it is other metadata."""
        if column in self.scores:
            return SCORE
        if column in self.ignored:
            return IGNORED
        return next((name for name, mapped in self.fields.items() if mapped == column), "")


def guess_mapping(columns: Sequence[str], samples: Sequence[Cells[str, JsonValue]]) -> Mapping:
    """What the names and first values of the columns speak for; people can correct it."""
    fields = guess_fields(columns, samples)
    free = [column for column in columns if column not in fields.values()]
    return Mapping(fields, tuple(guess_scores(free, samples)), tuple(guess_ignored(free, samples)))


@dataclass(slots=True)
class NewItem:
    """One item before it is stored; the fields are those of `Item`."""

    input: str
    output: str | None = None
    key: str = ""
    expected: JsonValue = None
    context: list[JsonValue] | None = None
    metadata: dict[str, JsonValue] = field(default_factory=dict)
    trace: JsonValue = None
    given_scores: dict[str, JsonValue] | None = None
    human: JsonValue = None
    raw: str = ""


def key_twice(key: str, first_line: int) -> str:
    """Why the second row with a key is rejected."""
    return f'The key "{key[:100]}" is on line {first_line:,} already; keys tell items apart.'


class _UnusableError(Exception):
    """Why a row cannot become an item."""


class ItemMaker:
    """Makes items of rows by one mapping. `reads_cells`: every value is text, so lists and objects are read from it."""

    def __init__(self, mapping: Mapping, *, reads_cells: bool) -> None:
        self._mapping = mapping
        self._column = {name: mapping.fields.get(name) for name in FIELDS}
        self._reads_cells = reads_cells
        # All that is not other metadata.
        self._placed = frozenset((*mapping.fields.values(), *mapping.scores, *mapping.ignored))

    def make(self, row: ParsedRow) -> NewItem | Rejection:
        try:
            return self._make(row)
        except _UnusableError as error:
            return reject(row.line, str(error), row.raw)

    def _make(self, row: ParsedRow) -> NewItem:
        cells = row.values
        return NewItem(
            input=self._input(cells),
            output=_text(self._raw_cell(cells, "output")),
            key=self._key(cells),
            expected=self._cell(cells, "expected"),
            context=_passages(self._cell(cells, "context")),
            metadata=self._metadata(cells),
            trace=self._cell(cells, "trace"),
            given_scores=self._given_scores(cells),
            human=_human(self._cell(cells, "human")),
            raw=row.raw,
        )

    def _raw_cell(self, cells: dict[str, JsonValue], name: str) -> JsonValue:
        column = self._column[name]
        return cells.get(column) if column is not None else None

    def _cell(self, cells: dict[str, JsonValue], name: str) -> JsonValue:
        """The cell of a field that may be more than text; an empty cell of a table is none."""
        column = self._column[name]
        if column is None:
            return None
        value = cells.get(column)
        return self._read(value) if self._reads_cells else value

    def _read(self, value: JsonValue) -> JsonValue:
        if not self._reads_cells or not isinstance(value, str):
            return value
        stripped = value.strip()
        if not stripped:
            return None
        return _read_json(value) if stripped[0] in "[{" else value

    def _input(self, cells: dict[str, JsonValue]) -> str:
        column = self._column["input"]
        if column not in cells:
            raise _UnusableError(f'The row has no "{column}", the column mapped to input.')
        text = _text(cells[column])
        if not text or text.isspace():
            raise _UnusableError(f'"{column}", the column mapped to input, is empty.')
        return text

    def _key(self, cells: dict[str, JsonValue]) -> str:
        key = (_text(self._raw_cell(cells, "key")) or "").strip()
        if len(key) > MAX_KEY_LENGTH:
            raise _UnusableError(f"The key has {len(key):,} characters; at most {MAX_KEY_LENGTH} are taken.")
        return key

    def _metadata(self, cells: dict[str, JsonValue]) -> dict[str, JsonValue]:
        given = self._cell(cells, "metadata")
        metadata = dict(given) if isinstance(given, dict) else {}
        if given is not None and not isinstance(given, dict):
            metadata[str(self._column["metadata"])] = given
        model = self._raw_cell(cells, "model")
        if model not in (None, ""):
            metadata.setdefault("model", model)
        for column, value in cells.items():
            if column not in self._placed and value not in (None, ""):
                metadata[column if column not in metadata else f"{column} (column)"] = self._read(value)
        return metadata

    def _given_scores(self, cells: dict[str, JsonValue]) -> dict[str, JsonValue] | None:
        judge = self._cell(cells, "judge")
        scores = _judged(judge, str(self._column["judge"])) if judge is not None else {}
        for column in self._mapping.scores:
            value = cells.get(column)
            if value is None or value == "":
                continue
            number = as_number(value)
            if number is None:
                raise _UnusableError(f'"{column}", mapped to a given score, holds "{str(value)[:60]}", not a number.')
            scores[column] = {"score": number}
        return scores or None


def _text(value: JsonValue) -> str | None:
    """Text as it is; anything else as compact JSON; None for nothing."""
    if value is None or isinstance(value, str):
        return value
    return dump_in_order(value)


def _read_json(text: str) -> JsonValue:
    """The list or object that a cell spells; the text itself where it spells none, or one the database cannot hold."""
    if "\\u0000" in text:
        return text
    try:
        value = orjson.loads(text)
        dump_json(value)
    except ValueError:
        return text
    return value


def _passages(value: JsonValue) -> list[JsonValue] | None:
    """A list of passages: texts, or objects with their text and source."""
    if value is None:
        return None
    passages = value if isinstance(value, list) else [value]
    return [passage if isinstance(passage, str | dict) else dump_in_order(passage) for passage in passages]


def _human(value: JsonValue) -> JsonValue:
    """What people said, as an object; a bare number or text becomes its score or label."""
    if value is None or value == "" or isinstance(value, dict):
        return value or None
    number = as_number(value) if not isinstance(value, list) else None
    if isinstance(value, list):
        return {"annotators": value}
    return {"score": number} if number is not None else {"label": value}


def _judged(value: JsonValue, column: str) -> dict[str, JsonValue]:
    """Metric to `{score, reason, model}`; a bare number is the score of the metric or, alone, of the column's name."""
    if isinstance(value, dict):
        return {
            str(metric): said if isinstance(said, dict) else {"score": as_number(said)}
            for metric, said in value.items()
        }
    number = as_number(value)
    if number is None:
        raise _UnusableError(f'"{column}", mapped to judge scores, holds neither an object of metrics nor a number.')
    return {column: {"score": number}}
