"""What a pattern finds, which patterns are refused, and that none runs away."""

from __future__ import annotations

import time

import pytest

from metrics.heuristics import regex_match
from metrics.heuristics.regex_match import RegexMatch
from metrics.scoring import JsonValue, ScoreResult, ScoringInput


def match(expected: JsonValue, output: str) -> ScoreResult:
    return RegexMatch().score(ScoringInput(input="", output=output, expected=expected))


@pytest.mark.parametrize(
    ("pattern", "output", "value"),
    [
        (r"\d{4}", "in 1989", 1.0),
        ("paris", "Paris", 0.0),
        ("(?i)paris", "PARIS", 1.0),
        ("^b", "a\nb", 0.0),
        ("(?m)^b$", "a\nb\nc", 1.0),
        ("", "", 1.0),
        ("", "anything", 1.0),
        ("a.c", "a\nc", 0.0),
        (["x+", "y+"], "y", 1.0),
        (["x+", "y+"], "z", 0.0),
        (42, "it is 42", 1.0),
    ],
)
def test_a_pattern_is_found_anywhere(pattern: JsonValue, output: str, value: float) -> None:
    assert match(pattern, output).value == value


@pytest.mark.parametrize("expected", [None, []])
def test_nothing_expected_is_unscored(expected: JsonValue) -> None:
    assert match(expected, "text").reason == "expected_missing"


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?=a)b", "(?<!a)b", "(", "[a", "a**", "*a", "(?>a)b", "x{1,99999}"])
def test_a_pattern_that_cannot_be_used_is_an_error_that_names_it(pattern: str) -> None:
    result = match(pattern, "aab")
    assert (result.value, result.reason, result.is_error) == (None, "bad_pattern", True)
    assert f"“{pattern}”" in result.explanation
    assert "RE2" in result.explanation


def test_one_bad_pattern_of_several_spoils_only_what_no_other_finds() -> None:
    assert match(["(", "a+"], "aa").value == 1.0
    assert match(["(", "b+"], "aa").reason == "bad_pattern"


def test_an_endless_pattern_is_an_error() -> None:
    assert match("(?:" + "a|" * 10_000 + "b)", "b").reason == "bad_pattern"


@pytest.mark.parametrize(
    "pattern", [r"(x+x+)+y", r"(x|x)*y", r"^(([a-z])+.)+[A-Z]([a-z])+$", "(?:x?){500}y", r"(.*){1,100}y"]
)
def test_patterns_that_run_away_elsewhere_end_soon(pattern: str) -> None:
    started = time.perf_counter()
    assert match(pattern, "x" * 200_000).value == 0.0
    assert time.perf_counter() - started < 5


def test_a_pattern_too_costly_for_a_long_output_is_unscored_and_says_so() -> None:
    result = match("[a-h ]*a[a-h ]{900}[.]", "abcdefgh " * 200_000)
    assert (result.value, result.reason) == (None, "too_long")
    assert "1,800,000 characters" in result.explanation


def test_a_long_bad_pattern_is_quoted_in_part() -> None:
    explanation = match("(" + "long " * 1_000, "text").explanation
    assert len(explanation) < 500
    assert "missing )" in explanation


def test_few_patterns_are_kept_compiled() -> None:
    for number in range(100):
        match(f"a{number}+", "text")
    assert regex_match._compiled.cache_info().currsize <= 16


def test_it_says_what_was_found_and_where() -> None:
    assert match(r"\d+", "über 42").explanation == (
        "Searched for the pattern “\\d+” and found “42” at character 6 of the output."
    )
    assert match(r"\d+", "none").explanation == (
        "Searched for the pattern “\\d+” and found no match in the output, “none”."
    )
