"""What counts as JSON, and where an output stops being it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.heuristics.json_valid import JsonValid
from metrics.scoring import ScoreResult, ScoringInput

FENCED = '```json\n{"a": 1}\n```'


def json_valid(output: str, *, allow_fence: bool = False) -> ScoreResult:
    return JsonValid(allow_fence=allow_fence).score(ScoringInput(input="", output=output))


@pytest.mark.parametrize(
    ("output", "value"),
    [
        ('{"a": [1, 2.5e3, null, true]}', 1.0),
        (" \n[]\n", 1.0),
        ('"text"', 1.0),
        ("12", 1.0),
        ("", 0.0),
        ("   ", 0.0),
        ('{"a": 1,}', 0.0),
        ("{'a': 1}", 0.0),
        ('{"a": 1} // done', 0.0),
        ("NaN", 0.0),
        ('Here it is: {"a": 1}', 0.0),
        ('{"a": 1}{"b": 2}', 0.0),
        (FENCED, 0.0),
    ],
)
def test_only_one_whole_value_by_the_standard_counts(output: str, value: float) -> None:
    assert json_valid(output).value == value


def test_a_code_fence_counts_where_it_is_allowed() -> None:
    assert json_valid(FENCED, allow_fence=True).value == 1.0
    assert json_valid("```\nnonsense\n```", allow_fence=True).value == 0.0
    assert json_valid('{"a": 1}', allow_fence=True).value == 1.0


def test_it_says_where_json_ends_and_why() -> None:
    assert json_valid('{\n "a": 1,\n}').explanation == (
        'The output is not JSON from character 10 (line 2) on, “{\n "a": 1,\n}”: trailing comma is not allowed.'
    )
    assert json_valid(FENCED).explanation.endswith("What stands inside the code fence is JSON.")
    assert json_valid("").explanation == "The output is empty, and nothing is not JSON."
    assert json_valid('{"a": 1}').explanation == "The output is JSON: an object with 1 key."


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), st.lists, max_leaves=8))
def test_whatever_python_writes_as_json_is_json(value: object) -> None:
    assert json_valid(json.dumps(value)).value == 1.0


@given(st.text(max_size=30))
def test_it_agrees_with_the_standard_library_on_any_text(text: str) -> None:
    try:
        json.loads(text, parse_constant=int)  # NaN and Infinity are no integers, and no JSON
    except ValueError:
        assert json_valid(text).value == 0.0
    else:
        assert json_valid(text).value == 1.0


def test_nesting_without_end_is_answered_at_once() -> None:
    assert json_valid("[" * 1_000_000).value == 0.0
