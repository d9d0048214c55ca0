"""Completeness: a field of the item is there and not blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.heuristics.expected import compact_json
from metrics.heuristics.quoting import quoted
from metrics.parameters import Kind, Parameter
from metrics.scoring import JsonValue, ScoreResult, ScoringInput

PARAMETERS = (
    Parameter(
        "field",
        Kind.TEXT,
        "The field to be filled: input, output, expected, context, or a key of the metadata (inner ones by dots).",
    ),
)
_PARTS = ("input", "output", "expected", "context", "metadata")


@dataclass(frozen=True, slots=True)
class Completeness:
    """1 if the field holds something, else 0. Blank texts and empty lists hold nothing; 0 and false are values."""

    field: str = "output"

    def score(self, item: ScoringInput) -> ScoreResult:
        value = _field(item, self.field.strip())
        if value is None:
            return ScoreResult.scored(0.0, f"Looked for “{self.field}”; the item has no such field, or it is null.")
        if _is_blank(value):
            return ScoreResult.scored(0.0, f"Looked for “{self.field}”; it is there, but empty.")
        text = value if isinstance(value, str) else compact_json(value)
        return ScoreResult.scored(1.0, f"“{self.field}” is filled: {quoted(text)}.")


def _field(item: ScoringInput, path: str) -> JsonValue:
    if path in _PARTS:
        return getattr(item, path)
    if path in item.metadata:
        return item.metadata[path]
    value: JsonValue = item.metadata
    for key in path.removeprefix("metadata.").split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _is_blank(value: JsonValue) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, (list, tuple, Mapping)) and not value
