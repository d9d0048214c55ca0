"""What a version's rows hold, counted while they stream by: fields, columns, metadata values, given scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from metrics.choices import Direction, ValueType
from runs.importers.guesses import as_number
from runs.importers.mapping import NewItem
from runs.importers.rows import MAX_COLUMNS, JsonValue, dump_in_order

MAX_METADATA_KEYS = 50
MAX_METADATA_VALUES = 50
# Until a key has shown so many different values, all of them are counted, so that the most frequent are known.
_COUNTED_VALUES = 1_000
_LONGEST_VALUE = 200
_MAX_GIVEN_METRICS = 500
_MAX_JUDGE_MODELS = 20
_DIRECTIONS = tuple(Direction.values)  # asked of every score


class Census:
    """Counts over the items of one version, in memory that does not grow with their number."""

    def __init__(self) -> None:
        self.items = 0
        self._with = dict.fromkeys(("output", "expected", "context", "trace", "human"), 0)
        self._columns: dict[str, None] = {}
        self._metadata: dict[str, _Values] = {}
        self._metrics: dict[str, _GivenMetric] = {}

    def add(self, item: NewItem, columns: Iterable[str] = ()) -> None:
        self.items += 1
        self._with["output"] += item.output is not None
        self._with["expected"] += item.expected is not None
        self._with["context"] += bool(item.context)
        self._with["trace"] += bool(item.trace)
        self._with["human"] += bool(item.human)
        self._add_columns(columns)
        for key, value in item.metadata.items():
            self._add_metadata(key, value)
        for metric, said in (item.given_scores or {}).items():
            self._add_score(metric, said)

    def _add_columns(self, columns: Iterable[str]) -> None:
        if len(self._columns) < MAX_COLUMNS:
            self._columns.update(dict.fromkeys(columns))

    def _add_metadata(self, key: str, value: JsonValue) -> None:
        values = self._metadata.get(key)
        if values is None:
            if len(self._metadata) >= MAX_METADATA_KEYS:
                return
            values = self._metadata[key] = _Values()
        values.add(value)

    def _add_score(self, metric: str, said: JsonValue) -> None:
        given = self._metrics.get(metric)
        if given is None:
            if len(self._metrics) >= _MAX_GIVEN_METRICS:
                return
            given = self._metrics[metric] = _GivenMetric()
        given.add(said if isinstance(said, dict) else {"score": said})

    def facts(self) -> dict[str, Any]:
        """The fields of `DatasetVersion` that say what is in it."""
        return {
            "item_count": self.items,
            **{f"with_{name}": count for name, count in self._with.items()},
            "columns": list(self._columns)[:MAX_COLUMNS],
            "metadata_keys": {key: values.to_json() for key, values in self._metadata.items()},
            "given_metrics": [{"key": metric, **given.to_json()} for metric, given in self._metrics.items()],
        }


class _Values:
    """The values of one metadata key: how many items have it, and its most frequent values as the text filters use."""

    def __init__(self) -> None:
        self._items = 0
        self._counts: Counter[str] = Counter()
        self._has_more = False

    def add(self, value: JsonValue) -> None:
        self._items += 1
        text = metadata_text(value)
        if text is None:
            self._has_more = True
        elif len(self._counts) < _COUNTED_VALUES or text in self._counts:
            self._counts[text] += 1
        else:
            self._has_more = True

    def to_json(self) -> dict[str, Any]:
        return {
            "items": self._items,
            "values": [[value, count] for value, count in self._counts.most_common(MAX_METADATA_VALUES)],
            "has_more": self._has_more or len(self._counts) > MAX_METADATA_VALUES,
        }


def metadata_text(value: JsonValue) -> str | None:
    """The text by which a metadata value is filtered, equal to the database's `->>`; None for long and nested ones."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_VALUE else None
    if value is None or isinstance(value, list | dict):
        return None
    return str(value) if type(value) is int else dump_in_order(value)


class _GivenMetric:
    """The scores of one metric that came with the rows."""

    def __init__(self) -> None:
        self._count = 0
        self._minimum: float | None = None
        self._maximum: float | None = None
        self._has_reason = False
        self._models: dict[str, None] = {}
        self._yes_or_no = 0
        self._direction: str | None = None

    def add(self, said: Mapping[str, JsonValue]) -> None:
        self._has_reason = self._has_reason or bool(said.get("reason"))
        model = said.get("model")
        if isinstance(model, str) and len(self._models) < _MAX_JUDGE_MODELS:
            self._models[model[:_LONGEST_VALUE]] = None
        if said.get("direction") in _DIRECTIONS:
            self._direction = str(said["direction"])
        score = as_number(said.get("score"))
        if score is None:
            return
        self._count += 1
        self._yes_or_no += isinstance(said.get("score"), bool)
        self._minimum = score if self._minimum is None else min(self._minimum, score)
        self._maximum = score if self._maximum is None else max(self._maximum, score)

    def to_json(self) -> dict[str, Any]:
        return {
            "count": self._count,
            "minimum": self._minimum,
            "maximum": self._maximum,
            "has_reason": self._has_reason,
            "models": list(self._models),
            **({"direction": self._direction} if self._direction else {}),
            **({"value_type": ValueType.BOOLEAN} if self._count and self._yes_or_no == self._count else {}),
        }
