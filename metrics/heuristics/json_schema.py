"""JSON Schema: the output is JSON and fits a schema, that of the metric or that of the item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import jsonschema_rs
import orjson

from metrics.heuristics.expected import compact_json
from metrics.heuristics.json_text import NotJsonError, described, read_json
from metrics.heuristics.json_valid import ALLOW_FENCE
from metrics.heuristics.quoting import QUOTES_LISTED, cut
from metrics.parameters import Kind, Parameter, ParameterError
from metrics.scoring import JsonValue, ScoreResult, ScoringInput

PARAMETERS = (
    Parameter(
        "schema",
        Kind.OBJECT,
        "The JSON Schema that every output has to fit; without it, each item's expected holds its own.",
        is_fixed=True,
        stands_for="expected",
    ),
    ALLOW_FENCE,
)
SCHEMA_MISSING = "schema_missing"
# An object with none of these is data rather than a schema, and as a schema would let everything through.
_TELLING_KEYWORDS = frozenset(
    {"$ref", "allOf", "anyOf", "const", "enum", "items", "not", "oneOf", "pattern", "properties", "required", "type"}
    | {"if", "contains", "prefixItems", "patternProperties", "additionalProperties", "minimum", "maximum"}
)


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """1 if the output is JSON that fits the schema, else 0. Formats are checked; nothing is fetched from anywhere.

    Patterns run in linear time, without lookaheads. Raises `ParameterError` for a schema that cannot be used.
    """

    schema: Mapping[str, JsonValue] | None = None
    allow_fence: bool = False

    def __post_init__(self) -> None:
        if self.schema is None:
            return
        if not _is_schema(self.schema):
            raise ParameterError('The parameter "schema" says nothing that JSON could fit, such as "type".')
        try:
            _validator(compact_json(self.schema))
        except ValueError as error:
            raise ParameterError(f'The parameter "schema" cannot be used: {_reason(error)}.') from error

    def score(self, item: ScoringInput) -> ScoreResult:
        schema = self.schema if self.schema is not None else _schema_of(item.expected)
        if schema is None:
            return ScoreResult.unscored(
                SCHEMA_MISSING, "Neither the metric nor this item's expected holds a JSON Schema to check against."
            )
        try:
            validator = _validator(compact_json(schema))
        except ValueError as error:
            return ScoreResult.errored("bad_schema", f"The item's schema cannot be used: {_reason(error)}.")
        try:
            value = read_json(item.output, allow_fence=self.allow_fence)
        except NotJsonError as error:
            return ScoreResult.scored(0.0, str(error))
        return _checked(validator, value)


def _schema_of(expected: JsonValue) -> JsonValue:
    """The schema in an item's expected, as JSON or as its text; None where there is none."""
    if isinstance(expected, str):
        try:
            expected = orjson.loads(expected)
        except orjson.JSONDecodeError:
            return None
    return expected if _is_schema(expected) else None


def _is_schema(value: JsonValue) -> bool:
    return isinstance(value, Mapping) and not _TELLING_KEYWORDS.isdisjoint(value)


@lru_cache(maxsize=16)
def _validator(schema: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        orjson.loads(schema), pattern_options=jsonschema_rs.RegexOptions(), validate_formats=True, offline=True
    )


def _checked(validator: jsonschema_rs.Validator, value: JsonValue) -> ScoreResult:
    faults: list[str] = []
    more = 0
    for error in validator.iter_errors(value):
        if len(faults) < QUOTES_LISTED:
            faults.append(f"{_path(error)}: {cut(error.message)}")
        else:
            more += 1
    if not faults:
        return ScoreResult.scored(1.0, f"The output, {described(value)}, fits the schema.")
    rest = f"; and {more:,} more" if more else ""
    return ScoreResult.scored(
        0.0, f"The output, {described(value)}, does not fit the schema. {'; '.join(faults)}{rest}."
    )


def _path(error: jsonschema_rs.ValidationError) -> str:
    """Where in the output, as "items[2].name"."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
    return cut("".join(steps).removeprefix(".")) or "At the top"


def _reason(error: ValueError) -> str:
    message = error.message if isinstance(error, jsonschema_rs.ValidationError) else str(error)
    return cut(message).rstrip(".")
