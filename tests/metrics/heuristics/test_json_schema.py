"""Outputs against a schema: the metric's own, or the item's."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from metrics.heuristics.json_schema import JsonSchema
from metrics.parameters import ParameterError
from metrics.scoring import JsonValue, ScoreResult, ScoringInput

PERSON = {
    "type": "object",
    "required": ["name", "age"],
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "additionalProperties": False,
}


def json_schema(output: str, *, expected: JsonValue = None, **parameters: Any) -> ScoreResult:
    return JsonSchema(**parameters).score(ScoringInput(input="", output=output, expected=expected))


@pytest.mark.parametrize(
    ("output", "value"),
    [
        ('{"name": "Ada", "age": 36}', 1.0),
        ('{"name": "Ada", "age": 36.0}', 1.0),
        ('{"name": "Ada"}', 0.0),
        ('{"name": "Ada", "age": "36"}', 0.0),
        ('{"name": "Ada", "age": -1}', 0.0),
        ('{"name": "Ada", "age": 36, "born": 1815}', 0.0),
        ("[]", 0.0),
        ("Ada, 36", 0.0),
    ],
)
@pytest.mark.parametrize("place", ["metric", "item", "item as text"])
def test_an_output_fits_or_does_not(output: str, value: float, place: str) -> None:
    expected = {"metric": None, "item": PERSON, "item as text": json.dumps(PERSON)}[place]
    parameters = {"schema": PERSON} if place == "metric" else {}
    result = json_schema(output, expected=expected, **parameters)
    assert result.value == value


def test_the_schema_of_the_metric_goes_before_what_is_expected() -> None:
    assert json_schema("1", schema={"type": "integer"}, expected={"type": "string"}).value == 1.0


def test_every_fault_is_named_with_its_place() -> None:
    schema = {"type": "object", "properties": {"items": {"items": PERSON}}}
    result = json_schema('{"items": [{"name": "Ada", "age": 1}, {"name": 2, "age": -3}]}', schema=schema)
    assert "items[1].age: -3 is less than the minimum of 0" in result.explanation
    assert 'items[1].name: 2 is not of type "string"' in result.explanation


def test_of_many_faults_the_first_few_are_named_and_the_others_counted() -> None:
    result = json_schema("[1, 2, 3, 4, 5, 6, 7]", schema={"items": {"type": "string"}})
    assert result.explanation.endswith("; and 2 more.")


@pytest.mark.parametrize("expected", [None, "Paris", ["Paris"], {"city": "Paris"}, 3, {}])
def test_what_is_no_schema_leaves_the_item_unscored_instead_of_letting_everything_through(expected: JsonValue) -> None:
    result = json_schema("{}", expected=expected)
    assert (result.value, result.reason) == (None, "schema_missing")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "person"},
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"type": "string", "pattern": "(?=a)b"},
        {"properties": {"a": {"$ref": "#/definitions/none"}}},
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_in_a_metric_and_errored_in_an_item(schema: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="cannot be used"):
        JsonSchema(schema=schema)
    result = json_schema("{}", expected=schema)
    assert (result.is_error, result.reason) == (True, "bad_schema")


@pytest.mark.parametrize("schema", [{}, {"city": "Paris"}])
def test_a_schema_that_says_nothing_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="says nothing"):
        JsonSchema(schema=schema)


def test_formats_are_checked() -> None:
    assert json_schema('"2024-02-30"', schema={"type": "string", "format": "date"}).value == 0.0
    assert json_schema('"2024-02-29"', schema={"type": "string", "format": "date"}).value == 1.0


def test_a_pattern_that_would_run_away_does_not() -> None:
    output = '"' + "a" * 100_000 + '!"'
    started = time.perf_counter()
    assert json_schema(output, schema={"type": "string", "pattern": "^(a+)+$"}).value == 0.0
    assert time.perf_counter() - started < 2


def test_a_code_fence_counts_where_it_is_allowed() -> None:
    fenced = '```json\n{"name": "Ada", "age": 36}\n```'
    assert json_schema(fenced, schema=PERSON).value == 0.0
    assert json_schema(fenced, schema=PERSON, allow_fence=True).value == 1.0
