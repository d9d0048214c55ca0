"""Calls made against calls expected: names, arguments, order, and calls too many."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.heuristics.call_matching import pairs_in_any_order, pairs_in_order
from metrics.heuristics.tool_call_match import ToolCallMatch
from metrics.scoring import JsonValue, ScoreResult, ScoringInput

TABLES = st.integers(0, 5).flatmap(lambda n: st.lists(st.lists(st.booleans(), min_size=n, max_size=n), max_size=5))


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def match(expected: JsonValue, made: JsonValue, **parameters: Any) -> ScoreResult:
    item = ScoringInput(input="", output="", expected=expected, metadata={"tool_calls": made})
    return ToolCallMatch(**parameters).score(item)


WEATHER, TIME = call("weather", city="Paris", days=2), call("time", zone="CET")


@pytest.mark.parametrize(
    ("expected", "made", "value"),
    [
        ([WEATHER], [WEATHER], 1.0),
        (WEATHER, [WEATHER], 1.0),
        ([WEATHER, TIME], [TIME, WEATHER], 1.0),
        ([WEATHER, TIME], [TIME], 0.5),
        ([WEATHER], [WEATHER, TIME], 0.5),
        ([WEATHER], [WEATHER, WEATHER], 0.5),
        ([], [], 1.0),
        ([], [TIME], 0.0),
        ([TIME], [], 0.0),
        ([WEATHER], [call("weather", city="Paris", days=2.0)], 1.0),
        ([WEATHER], [call("weather", city="Paris", days="2")], 0.0),
        ([WEATHER], [call("weather", city="Paris")], 0.0),
        ([WEATHER], [call("weather", city="Paris", days=2, unit="C")], 0.0),
        ([call("set", on=True)], [call("set", on=1)], 0.0),
        ([call("math.sum", of=[1, 2])], [call("math_sum", of=[1.0, 2.0])], 1.0),
        ([call("sum", of=[1, 2])], [call("sum", of=[2, 1])], 0.0),
        ([{"function": {"name": "time", "arguments": '{"zone": "CET"}'}}], [TIME], 1.0),
        ('[{"name": "time", "arguments": {"zone": "CET"}}]', [TIME], 1.0),
    ],
)
def test_the_share_of_calls_that_are_right(expected: JsonValue, made: JsonValue, value: float) -> None:
    assert match(expected, made).value == value


@pytest.mark.parametrize(
    ("made", "value"),
    [
        (call("area", base=10, height=5), 1.0),
        (call("area", base=10.0, height=5, unit="cm"), 1.0),
        (call("area", base=10, height=5, unit="m"), 0.0),
        (call("area", base=10), 0.0),
        (call("area", base=10, height=5, size={"w": 1}), 1.0),
        (call("area", base=10, height=5, size={"w": 1, "h": 3}), 0.0),
    ],
)
def test_accepted_values_may_be_several_and_an_empty_text_among_them_means_optional(
    made: dict[str, Any], value: float
) -> None:
    accepted = {"base": [10], "height": [5, 6], "unit": ["cm", ""], "size": ["", {"w": [1, 2], "h": ["", 4]}]}
    assert match([{"area": accepted}], [made]).value == value


def test_an_argument_that_is_one_list_is_not_taken_for_choices() -> None:
    assert match([call("sum", of=[1, 2])], [call("sum", of=1)]).value == 0.0


def test_the_order_counts_where_it_is_asked_for() -> None:
    assert match([WEATHER, TIME], [TIME, WEATHER], order="same").value == 0.5
    assert match([WEATHER, TIME], [WEATHER, TIME], order="same").value == 1.0


def test_calls_too_many_do_no_harm_where_that_is_allowed() -> None:
    assert match([WEATHER], [TIME, WEATHER, TIME], allow_more=True).value == 1.0


def test_case_and_punctuation_of_texts_count_for_nothing_where_that_is_allowed() -> None:
    made = [call("weather", city="paris ", days=2)]
    assert match([WEATHER], made).value == 0.0
    assert match([WEATHER], made, loose_text=True).value == 1.0


def test_each_expected_call_gets_its_own_even_when_the_first_fits_several() -> None:
    wanted = [{"f": {"x": [1, 2]}}, {"f": {"x": [1]}}]
    assert match(wanted, [call("f", x=1), call("f", x=2)]).value == 1.0


@pytest.mark.parametrize(
    "expected", ["Paris", 3, ["Paris"], [{"a": 1, "b": 2}], [call("f") | {"arguments": "not json"}]]
)
def test_an_expected_that_holds_no_calls_is_unscored(expected: JsonValue) -> None:
    assert match(expected, [TIME]).reason == "expected_not_calls"


def test_an_item_that_says_nothing_of_calls_is_unscored() -> None:
    item = ScoringInput(input="", output="It is sunny.", expected=[WEATHER])
    assert ToolCallMatch().score(item).reason == "calls_unknown"
    assert match(None, [TIME]).reason == "expected_missing"


def test_more_calls_than_can_be_compared_are_unscored() -> None:
    assert match([TIME], [TIME] * 301).reason == "too_long"


def test_it_says_what_was_expected_and_what_is_wrong_with_the_nearest_call() -> None:
    made = [call("weather", city="Rome", days=2), call("search", q="x")]
    assert match([WEATHER, TIME], made).explanation == (
        "Expected weather, time; called was weather, search. 0 of 2 right. "
        'Wrong: weather: city is "Rome", expected was "Paris"; time: was not called; weather was called besides; '
        "search was called besides."
    )
    assert match([WEATHER], [WEATHER]).explanation == "Expected weather; called was weather. All calls are right."


def most_pairs(fits: list[list[bool]], row: int = 0, used: frozenset[int] = frozenset(), *, after: int = -2) -> int:
    """Every way there is, tried out; with `after`, only columns behind the last one may follow."""
    if row == len(fits):
        return 0
    best = most_pairs(fits, row + 1, used, after=after)
    for column, is_fit in enumerate(fits[row]):
        if is_fit and column not in used and (after == -2 or column > after):
            best = max(best, 1 + most_pairs(fits, row + 1, used | {column}, after=-2 if after == -2 else column))
    return best


@given(TABLES)
def test_as_many_calls_are_paired_as_can_be(fits: list[list[bool]]) -> None:
    pairs = pairs_in_any_order(fits)
    assert all(fits[row][column] for row, column in pairs)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert len(pairs) == most_pairs(fits)


@given(TABLES)
def test_in_order_too_and_then_they_do_not_cross(fits: list[list[bool]]) -> None:
    pairs = pairs_in_order(fits)
    assert all(fits[row][column] for row, column in pairs)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(pairs))
    assert len(pairs) == most_pairs(fits, after=-1)
