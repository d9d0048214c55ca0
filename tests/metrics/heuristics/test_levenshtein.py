"""How far apart two texts are, and that long ones hold up nobody."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.heuristics.levenshtein import Levenshtein
from metrics.scoring import JsonValue, ScoreResult, ScoringInput


def levenshtein(expected: JsonValue, output: str) -> ScoreResult:
    return Levenshtein().score(ScoringInput(input="", output=output, expected=expected))


def textbook_distance(first: str, second: str) -> int:
    """Wagner and Fischer's table, row by row."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("", "", 1.0),
        ("", "abc", 0.0),
        ("abc", "", 0.0),
        ("kitten", "sitting", 1 - 3 / 7),
        ("Paris", "paris", 0.8),
        ("ab", "ba", 0.0),
        ("é", "e", 0.0),
        ("👩‍👩", "👩👩", 1 - 1 / 3),
        (["far away", "sitting"], "kitten", 1 - 3 / 7),
        (12.5, "12.0", 0.75),
    ],
)
def test_the_share_of_characters_that_need_no_edit(expected: JsonValue, output: str, value: float) -> None:
    assert levenshtein(expected, output).value == value


@pytest.mark.parametrize("expected", [None, []])
def test_nothing_expected_is_unscored(expected: JsonValue) -> None:
    assert levenshtein(expected, "text").reason == "expected_missing"


@given(st.text(max_size=40), st.text(max_size=40))
def test_it_agrees_with_the_textbook(expected: str, output: str) -> None:
    longer = max(len(expected), len(output))
    value = 1 - textbook_distance(expected, output) / longer if longer else 1.0
    assert levenshtein(expected, output).value == value


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5), st.text(max_size=20))
def test_of_a_list_the_best_entry_counts(expected: list[str], output: str) -> None:
    assert levenshtein(expected, output).value == max(levenshtein(entry, output).value or 0.0 for entry in expected)


def test_it_says_how_far_apart_and_from_which_text() -> None:
    assert levenshtein(["far away", "sitting"], "kitten").explanation == (
        "The output “kitten” is 3 edits (a character added, removed or replaced) from the closest of 2 accepted "
        "texts, “sitting”: 1 − 3 / 7 = 0.5714."
    )
    assert levenshtein("same", "same").explanation == "The output is the same as the expected text, “same”."


def test_texts_too_long_to_compare_are_unscored_at_once_and_say_so() -> None:
    started = time.perf_counter()
    result = levenshtein("a" * 1_000_000, "b" * 10_000_000)
    assert time.perf_counter() - started < 1
    assert (result.value, result.reason) == (None, "too_long")
    assert "10,000,000 characters" in result.explanation


def test_a_long_output_against_a_short_answer_is_still_compared() -> None:
    assert levenshtein("x", "x" * 10_000_000).value == pytest.approx(1e-7)
