"""Values that come with the data."""

from __future__ import annotations

import pytest

from metrics.imported import Imported
from metrics.scoring import JsonValue, ScoreResult, ScoringInput


def rated(value: JsonValue, *, low: float | None = 1.0, high: float | None = 5.0) -> ScoreResult:
    item = ScoringInput(input="", output="", given={"rating": value})
    return Imported(source="rating", minimum=low, maximum=high).score(item)


@pytest.mark.parametrize(
    ("value", "number"), [(4, 4.0), (4.5, 4.5), (True, 1.0), ({"score": 2}, 2.0), (1, 1.0), (5, 5.0)]
)
def test_a_number_is_taken_as_it_is(value: JsonValue, number: float) -> None:
    result = rated(value)
    assert result.value == number
    assert result.explanation == f"The data gave {number:g} as “rating”, without a reason."


def test_reason_and_model_come_along() -> None:
    result = rated({"score": 3, "reason": " Half of it. ", "model": "judge-1"})
    assert (result.value, result.explanation, result.judge_model) == (3.0, "Half of it.", "judge-1")


@pytest.mark.parametrize(
    "value", [None, {}, {"score": None}, "good", {"score": [1]}, float("nan"), float("inf"), 10**400]
)
def test_no_readable_number_is_unscored_and_says_so(value: JsonValue) -> None:
    result = rated(value)
    assert (result.value, result.reason, result.is_error) == (None, "no_value", False)
    assert "rating" in result.explanation


def test_a_missing_value_keeps_its_reason() -> None:
    assert rated({"score": None, "reason": "I cannot judge this."}).explanation == "I cannot judge this."


def test_an_item_without_the_source_is_unscored() -> None:
    assert Imported(source="rating").score(ScoringInput(input="", output="")).reason == "no_value"


@pytest.mark.parametrize("value", [0.99, 5.01, -3])
def test_a_value_off_the_scale_is_an_error(value: float) -> None:
    result = rated(value)
    assert (result.value, result.reason, result.is_error) == (None, "out_of_range", True)
    assert "1 to 5" in result.explanation


def test_without_ends_every_number_is_on_the_scale() -> None:
    assert rated(-12_345.6, low=None, high=None).value == -12_345.6
