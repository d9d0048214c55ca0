"""What "equals" takes for the same, and how it shows a difference."""

from __future__ import annotations

from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.heuristics.equals import Equals, common_length
from metrics.scoring import JsonValue, ScoreResult, ScoringInput


def equals(expected: JsonValue, output: str) -> ScoreResult:
    return Equals().score(ScoringInput(input="", output=output, expected=expected))


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("Paris", "Paris", 1.0),
        ("Paris", "paris", 0.0),
        ("Paris", "Paris ", 0.0),
        ("", "", 1.0),
        ("", " ", 0.0),
        (["a", "b"], "b", 1.0),
        (["a", "b"], "ab", 0.0),
        ({"a": "ü"}, '{"a":"ü"}', 1.0),
        (4, "4", 1.0),
        (4, "4.0", 0.0),
        ("é", "e\u0301", 0.0),
    ],
)
def test_only_the_same_characters_are_equal(expected: JsonValue, output: str, value: float) -> None:
    assert equals(expected, output).value == value


@pytest.mark.parametrize("expected", [None, []])
def test_nothing_expected_is_unscored(expected: JsonValue) -> None:
    assert equals(expected, "text").reason == "expected_missing"


@pytest.mark.parametrize(
    ("expected", "output", "explanation"),
    [
        ("Paris", "Paris", "The output is exactly “Paris”, as expected."),
        ("", "", "The output is exactly the empty text, as expected."),
        ("cat", "cut", "Differs from character 2 on: expected was “cat”, the output has “cut”."),
        ("Paris", "Par", "The output “Par” ends too early; expected was “Paris”."),
        ("Paris", "Parish", "The output goes on after the expected text “Paris”: “Parish”."),
        (["a", "b"], "c", "The output “c” is none of the 2 accepted texts: “a”, “b”."),
    ],
)
def test_it_shows_the_first_difference(expected: JsonValue, output: str, explanation: str) -> None:
    assert equals(expected, output).explanation == explanation


def test_a_late_difference_is_shown_with_a_little_of_what_stands_before() -> None:
    explanation = equals("x" * 500 + "right", "x" * 500 + "wrong").explanation
    assert explanation == (
        f"Differs from character 501 on: expected was “…{'x' * 20}right”, the output has “…{'x' * 20}wrong”."
    )


def test_it_tells_when_only_spaces_or_only_the_case_differ() -> None:
    assert equals("Paris", "Paris\n").explanation.endswith("Only spaces or line breaks at the ends differ.")
    assert equals("Paris", "PARIS").explanation.endswith("Only upper and lower case differ.")


@given(st.text(), st.text())
def test_the_common_start_is_the_longest(first: str, second: str) -> None:
    pairs = zip(first, second, strict=False)
    assert common_length(first, second) == len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


@given(st.text(max_size=2_000) | st.lists(st.text()), st.text(max_size=2_000))
def test_the_explanation_is_never_empty_and_never_long(expected: JsonValue, output: str) -> None:
    assert 0 < len(equals(expected, output).explanation) < 1_000
