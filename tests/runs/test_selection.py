"""Choosing and ordering a run's items gives what a plain loop over them gives."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from runs import text_search
from runs.choices import ReviewState
from runs.filters import ItemFilters, ScoreCondition, TextField, ValueRange
from runs.models import Review, Run
from runs.selection import Neighbours, select_items
from tests.runs.scored_runs import ERROR, Answer, make_scored_run

METRICS: dict[str, dict[str, object]] = {
    "relevance": {"threshold": 0.5},
    "toxicity": {"threshold": 0.2, "direction": "lower"},
    "length": {"range_min": None, "range_max": None},
}
ANSWERS = [
    Answer("Where is my order?", "On its way", {"relevance": 0.9, "toxicity": 0.1, "length": 10}, metadata={"t": "a"}),
    Answer("50% off?", "No_discount", {"relevance": 0.5, "toxicity": 0.2, "length": 11}, metadata={"t": "b"}),
    Answer("Straße?", "Ä\\B", {"relevance": None, "toxicity": 0.3, "length": 3}, "says ORDER", metadata={"t": "a"}),
    Answer("Refund", "", {"relevance": ERROR, "toxicity": 0.2, "length": 0}, error="timed out", metadata={"t": 5}),
    Answer("refund?", "50 off", {"relevance": 0.1, "toxicity": 0.9, "length": 6}),
]
ANSWERS = [
    replace(answer, overall=overall, passed=passed)
    for answer, overall, passed in zip(
        ANSWERS, [0.9, 0.5, None, None, 0.1], [True, True, None, None, False], strict=True
    )
]


@pytest.fixture
def run(project: Project) -> Run:
    return make_scored_run(project=project, answers=ANSWERS, metrics=METRICS)


def chosen(run: Run, **filters: object) -> list[int]:
    places: list[int] = select_items(run, ItemFilters(**filters)).places.tolist()  # type: ignore[arg-type]  # its fields
    return places


@pytest.mark.parametrize(
    ("filters", "places"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"is_failing": True}, [4]),
        ({"has_error": True}, [3]),
        ({"ranges": (ValueRange("relevance", 0.5, 0.9),)}, [0, 1]),
        ({"ranges": (ValueRange("relevance", 0.5, 0.9, excludes_high=True),)}, [1]),
        ({"ranges": (ValueRange("relevance", None, 0.5),)}, [1, 4]),
        ({"ranges": (ValueRange("length", 6, None), ValueRange("toxicity", 0.15, None))}, [1, 4]),
        ({"statuses": (("relevance", ScoreCondition.UNSCORED),)}, [2]),
        ({"statuses": (("relevance", ScoreCondition.ERRORED),)}, [3]),
        ({"statuses": (("relevance", ScoreCondition.SCORED),)}, [0, 1, 4]),
        ({"statuses": (("relevance", ScoreCondition.PASSING),)}, [0, 1]),
        ({"statuses": (("toxicity", ScoreCondition.PASSING),)}, [0, 1, 3]),
        ({"statuses": (("toxicity", ScoreCondition.FAILING),)}, [2, 4]),
        ({"statuses": (("length", ScoreCondition.FAILING),)}, []),
        ({"metadata": (("t", "a"),)}, [0, 2]),
        ({"metadata": (("t", "5"),)}, [3]),
        ({"metadata": (("t", "a"), ("t", "b"))}, []),
        ({"metadata": (("no such key", "a"),)}, []),
        ({"text": "refund"}, [3, 4]),
        ({"text": "order"}, [0, 2]),
        ({"text": "order", "within": (TextField.INPUT,)}, [0]),
        ({"text": "order", "within": (TextField.EXPLANATION,)}, [2]),
        ({"text": "50%"}, [1]),
        ({"text": "o_d"}, [1]),
        ({"text": "ä\\b"}, [2]),
        ({"text": "straSSe"}, []),
        ({"text": "STRAßE"}, [2]),
        ({"text": "refund", "is_failing": True}, [4]),
        ({"sort": "-ordinal"}, [4, 3, 2, 1, 0]),
        ({"sort": "overall"}, [4, 1, 0, 2, 3]),
        ({"sort": "-overall"}, [0, 1, 4, 2, 3]),
        ({"sort": "m.toxicity"}, [0, 1, 3, 2, 4]),
        ({"sort": "-m.toxicity", "has_error": False}, [4, 2, 1, 3, 0]),
        ({"sort": "-m.relevance", "metadata": (("t", "a"),)}, [0, 2]),
    ],
)
def test_each_filter_and_order_chooses_its_items(run: Run, filters: dict[str, object], places: list[int]) -> None:
    assert chosen(run, **filters) == places


def test_reviewed_items_are_found_by_their_state(run: Run) -> None:
    Review.objects.create(run=run, run_item=run.run_items.get(ordinal=1), state=ReviewState.OPEN)
    Review.objects.create(run=run, run_item=run.run_items.get(ordinal=4), state=ReviewState.FIXED)
    assert chosen(run, review="open") == [1]
    assert chosen(run, review="none") == [0, 2, 3]


def test_a_metric_that_the_run_lacks_is_named(run: Run) -> None:
    for filters in (ItemFilters(ranges=(ValueRange("nope", 0, 1),)), ItemFilters(sort="m.nope")):
        with pytest.raises(Invalid, match='"nope" is not in this run; it has: relevance, toxicity, length'):
            select_items(run, filters)


def test_repeats_are_places_of_their_own(project: Project) -> None:
    answers = [Answer("twice", f"answer {n}", {"relevance": n / 4}, metadata={"t": str(n // 2)}) for n in range(4)]
    run = make_scored_run(project=project, answers=answers, metrics={"relevance": {}}, repeats=2)
    assert chosen(run, sort="-m.relevance") == [3, 2, 1, 0]
    assert chosen(run, text="answer 2") == [2]
    assert chosen(run, text="TWICE") == [0, 1, 2, 3]
    assert chosen(run, metadata=(("t", "1"),)) == [2, 3]


def test_items_that_are_not_answered_yet_are_left_out(project: Project) -> None:
    run = make_scored_run(project=project, answers=ANSWERS, metrics=METRICS, is_over=False)
    run.item_count = 9
    assert chosen(run) == [0, 1, 2, 3, 4]
    assert chosen(run, review="none") == [0, 1, 2, 3, 4]


def test_pages_and_neighbours_follow_the_order(run: Run) -> None:
    selection = select_items(run, ItemFilters(sort="-overall"))
    assert [selection.page(number, 2).tolist() for number in (1, 2, 3, 4)] == [[0, 1], [4, 2], [3], []]
    assert selection.neighbours(0) == Neighbours(position=1, previous=None, next=1)
    assert selection.neighbours(4) == Neighbours(position=3, previous=1, next=2)
    assert selection.neighbours(3) == Neighbours(position=5, previous=2, next=None)


def test_a_place_outside_the_selection_is_followed_by_its_first(run: Run) -> None:
    selection = select_items(run, ItemFilters(is_failing=True))
    assert selection.neighbours(0) == Neighbours(position=None, previous=None, next=4)
    assert select_items(run, ItemFilters(text="nowhere")).neighbours(0) == Neighbours(None, None, None)


def test_an_impatient_search_says_how_far_it_came_and_goes_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_search, "FIRST_SLICE", 2)
    filters = ItemFilters(text="refund")
    steps = [select_items(run, filters, patience=0) for _ in range(3)]
    assert [step.cut and (step.cut.searched, step.cut.ordinals) for step in steps] == [(2, 5), (4, 5), None]
    assert [step.places.tolist() for step in steps] == [[], [3], [3, 4]]


def test_a_search_without_patience_limit_goes_to_the_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_search, "FIRST_SLICE", 1)
    whole = select_items(run, ItemFilters(text="refund"))
    assert (whole.cut, whole.places.tolist()) == (None, [3, 4])


VALUES = st.one_of(st.none(), st.just(ERROR), st.sampled_from([0.0, 0.2, 0.25, 0.5, 0.5, 0.75, 1.0]))
ENDS = st.one_of(st.none(), st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(VALUES, min_size=1, max_size=12),
    low=ENDS,
    high=ENDS,
    is_open=st.booleans(),
    sort=st.sampled_from(["ordinal", "-ordinal", "m.score", "-m.score"]),
)
def test_ranges_and_orders_agree_with_a_plain_loop(
    project: Project, values: list[float | str | None], low: float | None, high: float | None, is_open: bool, sort: str
) -> None:
    run = make_scored_run(
        project=project,
        answers=[Answer(scores={"score": value}) for value in values],
        metrics={"score": {}},
        dataset=f"d{Run.objects.count()}",
    )
    filters = ItemFilters(ranges=(ValueRange("score", low, high, excludes_high=is_open),), sort=sort)
    assert select_items(run, filters).places.tolist() == naive(values, filters)


def naive(values: list[float | str | None], filters: ItemFilters) -> list[int]:
    (wanted,) = filters.ranges
    low = -math.inf if wanted.low is None else wanted.low
    high = math.inf if wanted.high is None else wanted.high
    found = [
        (value, place)
        for place, value in enumerate(values)
        if isinstance(value, float) and low <= value and (value < high if wanted.excludes_high else value <= high)
    ]
    if filters.column == "ordinal":
        places = [place for _, place in found]
        return places[::-1] if filters.is_descending else places
    sign = -1 if filters.is_descending else 1
    return [place for _, place in sorted(found, key=lambda pair: (sign * pair[0], pair[1]))]
