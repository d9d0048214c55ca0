"""Which number of a text is the answer, and how near is near enough."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.heuristics.numbers import last_number
from metrics.heuristics.numeric_closeness import NumericCloseness
from metrics.scoring import JsonValue, ScoreResult, ScoringInput


def closeness(expected: JsonValue, output: str, **parameters: Any) -> ScoreResult:
    return NumericCloseness(**parameters).score(ScoringInput(input="", output=output, expected=expected))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16 - 7 = 9 eggs", 9.0),
        ("She makes $18.", 18.0),
        ('```json\n{"reasoning": "2 + 2", "answer": "1,200"}\n```', 1200.0),
        ("1,234,567.89", 1234567.89),
        ("3, 5", 5.0),
        ("3,5", 5.0),
        ("-5", -5.0),
        ("x=\u22122", -2.0),
        ("(-3)", -3.0),
        ("-$5", -5.0),
        ("7-3", 3.0),
        ("10 to 20", 20.0),
        ("1.5e3 m", 1500.0),
        (".5", 0.5),
        ("３円", 3.0),
        ("答えは18です", 18.0),
        ("\\boxed{7}", 7.0),
        ("2 + 2 = 4\n#### 42 apples, of 50", 42.0),
        ("#### nothing after 6", 6.0),
        ("the answer is 6 ####", 6.0),
    ],
)
def test_the_number_that_is_the_answer(text: str, value: float) -> None:
    found = last_number(text)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize("text", ["", "eighteen", "GPT4", "user_2", "1e999", "9" * 400])
def test_texts_without_a_number_that_can_be_compared(text: str) -> None:
    assert last_number(text) is None


@given(st.floats(-1e15, 1e15), st.sampled_from(["{:.6f}", "{:,.6f}", "${:,.6f} in all", "about {:.6f}.", "{:e}"]))
def test_a_number_that_python_writes_is_read_back(number: float, form: str) -> None:
    found = last_number(form.format(number).replace("$-", "-$"))
    assert found is not None
    assert math.isclose(found.value, number, rel_tol=1e-5, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("18", "$18.00", 1.0),
        ("18", "18.00001", 1.0),
        ("18", "18.01", 0.0),
        (18, "18", 1.0),
        (["17", "18"], "It is 18", 1.0),
        ("2,125", "2125", 1.0),
        ("steps... #### 72", "72", 1.0),
        ("0", "0.0", 1.0),
        ("0", "0.1", 0.0),
        ("0.45", "45%", 1.0),
        ("45", "45 %", 1.0),
        ("45%", "0.45", 1.0),
        ("45%", "4500%", 0.0),
        ("0.45%", "45%", 0.0),
        ("18", "I do not know", 0.0),
    ],
)
def test_the_same_number_in_another_dress_is_the_same(expected: JsonValue, output: str, value: float) -> None:
    assert closeness(expected, output).value == value


@pytest.mark.parametrize(
    ("absolute", "relative", "value"),
    [(0.0, 0.0, 0.0), (1.0, 0.0, 1.0), (0.5, 0.0, 0.0), (0.0, 0.01, 1.0), (0.5, 0.01, 1.0)],
)
def test_the_wider_tolerance_holds(absolute: float, relative: float, value: float) -> None:
    result = closeness("100", "101", absolute_tolerance=absolute, relative_tolerance=relative)
    assert result.value == value


@pytest.mark.parametrize(
    ("expected", "reason"), [(None, "expected_missing"), ([], "expected_missing"), ("Paris", "expected_not_numeric")]
)
def test_nothing_to_compare_with_is_unscored(expected: JsonValue, reason: str) -> None:
    assert closeness(expected, "18").reason == reason


def test_it_says_which_numbers_it_compared() -> None:
    assert closeness("18", "It is 20.").explanation == (
        "The output's last number is “20”, expected was “18”: 2 apart, where up to 1.8e-05 is allowed."
    )
    assert closeness("18", "None.").explanation == "There is no number in the output, “None.”."


def test_a_text_of_nothing_but_numbers_is_answered_in_time() -> None:
    started = time.perf_counter()
    assert closeness("1", "1," * 5_000_000).value == 1.0
    assert time.perf_counter() - started < 20
