"""What "contains" finds, and how it says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.heuristics.contains import Contains
from metrics.scoring import JsonValue, ScoreResult, ScoringInput


def contains(expected: JsonValue, output: str) -> ScoreResult:
    return Contains().score(ScoringInput(input="", output=output, expected=expected))


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("Paris", "It is Paris.", 1.0),
        ("paris", "It is Paris.", 0.0),
        (" Paris", "Paris", 0.0),
        ("", "anything", 1.0),
        ("", "", 1.0),
        ("a", "", 0.0),
        (["red", "blue"], "blue and red", 1.0),
        (["red", "blue"], "only red", 0.0),
        ({"a": 1, "b": [2]}, 'x {"a":1,"b":[2]} y', 1.0),
        (42, "the answer is 42", 1.0),
        (True, "that is true", 1.0),
        ([1, 2], "1 and 2", 1.0),
        ("é", "cafe\u0301", 0.0),
        ("日本", "これは日本です", 1.0),
    ],
)
def test_every_expected_text_has_to_be_in_the_output(expected: JsonValue, output: str, value: float) -> None:
    assert contains(expected, output).value == value


@pytest.mark.parametrize("expected", [None, []])
def test_nothing_expected_is_unscored(expected: JsonValue) -> None:
    result = contains(expected, "text")
    assert (result.value, result.reason, result.is_error) == (None, "expected_missing", False)
    assert "no expected answer" in result.explanation


def test_it_says_where_the_text_was_found() -> None:
    assert contains("Paris", "It is\nin Paris.").explanation == (
        "Looked for “Paris” and found it at character 10 (line 2) of the output."
    )


def test_it_says_what_was_missing_and_that_only_the_case_differs() -> None:
    explanation = contains("PARIS", "In Paris.").explanation
    assert explanation == (
        "Looked for “PARIS” and did not find it in the output, “In Paris.”. Only upper and lower case differ."
    )


def test_of_a_list_it_names_what_is_missing() -> None:
    assert contains(["red", "blue", "green"], "red").explanation == (
        "Looked for 3 texts; 2 not found in the output: “blue”, “green”."
    )


@given(st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.integers()), st.text(max_size=2_000))
def test_the_explanation_is_never_empty_and_never_long(expected: JsonValue, output: str) -> None:
    assert 0 < len(contains(expected, output).explanation) < 1_000


@given(st.text(), st.text(), st.text())
def test_whatever_stands_between_two_texts_is_found(before: str, middle: str, after: str) -> None:
    assert contains(middle, before + middle + after).value == 1.0
