"""How the scores of parts make one, and which definitions are taken."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.composite import Composite, CompositeError, Part, PartScore, Rule, composite_of
from metrics.scale import Scale
from metrics.scoring import ScoreResult

SHARE, STARS, ENDLESS = Scale(), Scale(minimum=1.0, maximum=5.0), Scale(minimum=0.0, maximum=None)
LOW_IS_GOOD = Scale(higher_is_better=False, minimum=0.0, maximum=10.0)
SHARES = st.floats(0, 1)


def said(value: float | None, scale: Scale = SHARE, threshold: float | None = None) -> PartScore:
    result = ScoreResult.unscored("x", "Nothing there.") if value is None else ScoreResult.scored(value, "Because.")
    return PartScore(result, scale, threshold)


def weighted(**weights: float) -> Composite:
    return Composite(Rule.WEIGHTED, tuple(Part(key, weight) for key, weight in weights.items()))


def rule_of(rule: Rule, *parts: Part) -> Composite:
    return Composite(rule, parts)


def test_a_weighted_mean_lays_every_part_on_the_same_scale() -> None:
    result = weighted(a=1, b=2, c=1).combine({"a": said(0.5), "b": said(4.0, STARS), "c": said(2.0, LOW_IS_GOOD)})
    assert result.value == pytest.approx((1 * 0.5 + 2 * 0.75 + 1 * 0.8) / 4)
    assert result.explanation == (
        "Weighted mean, each on a scale from 0 to 1: 1 × 0.5 (a 0.5) + 2 × 0.75 (b 4) + 1 × 0.8 (c 2), by 4."
    )


@given(st.lists(st.tuples(SHARES, st.floats(0.01, 100)), min_size=2, max_size=8))
def test_a_weighted_mean_stays_between_the_worst_part_and_the_best(parts: list[tuple[float, float]]) -> None:
    composite = weighted(**{f"p{place}": weight for place, (_, weight) in enumerate(parts)})
    value = composite.combine({f"p{place}": said(share) for place, (share, _) in enumerate(parts)}).value
    assert value is not None
    assert min(share for share, _ in parts) - 1e-9 <= value <= max(share for share, _ in parts) + 1e-9


def test_a_part_without_weight_takes_no_part_but_has_to_be_there() -> None:
    composite = weighted(a=1, b=0)
    assert composite.combine({"a": said(1.0), "b": said(700.0, ENDLESS)}).value == 1.0
    assert composite.combine({"a": said(1.0)}).reason == "part_missing"


@pytest.mark.parametrize(
    ("values", "all_of", "any_of"),
    [((0.9, 0.9), 1.0, 1.0), ((0.9, 0.1), 0.0, 1.0), ((0.1, 0.1), 0.0, 0.0), ((0.7, 0.7), 1.0, 1.0)],
)
def test_all_or_any_of_the_parts_have_to_pass(values: tuple[float, float], all_of: float, any_of: float) -> None:
    scores = dict(zip("ab", (said(value, threshold=0.7) for value in values), strict=True))
    assert rule_of(Rule.ALL_OF, Part("a"), Part("b")).combine(scores).value == all_of
    assert rule_of(Rule.ANY_OF, Part("a"), Part("b")).combine(scores).value == any_of


def test_a_part_passes_in_its_own_direction_by_its_own_threshold_before_that_of_the_run() -> None:
    composite = rule_of(Rule.ALL_OF, Part("ms", threshold=500), Part("a"))
    quick_is_good = Scale(higher_is_better=False, minimum=0.0, maximum=None)
    result = composite.combine({"ms": said(450, quick_is_good, threshold=100), "a": said(0.6, threshold=0.7)})
    assert result.value == 0.0
    assert result.explanation == (
        "All of the parts have to pass. Passed: ms 450 (wanted ≤ 500). Failed: a 0.6 (wanted ≥ 0.7)."
    )


@pytest.mark.parametrize("rule", Rule)
def test_a_part_without_a_score_leaves_the_item_unscored_and_is_named(rule: Rule) -> None:
    composite = rule_of(rule, Part("a"), Part("b"))
    result = composite.combine({"a": said(0.9, threshold=0.5), "b": said(None, threshold=0.5)})
    assert (result.value, result.reason) == (None, "part_missing")
    assert result.explanation == "The part “b” has no score for this item. Nothing there."
    assert (
        "“b” has no score for this item. It is not measured"
        in composite.combine({"a": said(1, SHARE, 0.5)}).explanation
    )


def test_a_part_without_ends_cannot_be_weighed_and_one_without_threshold_not_decided_by() -> None:
    endless = {"a": said(5.0, ENDLESS), "b": said(1.0)}
    assert weighted(a=1, b=1).combine(endless).reason == "part_without_ends"
    assert rule_of(Rule.ANY_OF, Part("a"), Part("b")).combine(endless).reason == "threshold_missing"


def test_a_definition_is_read() -> None:
    parts = [{"key": "contains", "weight": 2}, {"key": "latency", "threshold": 500}]
    assert composite_of({"rule": "all_of", "parts": parts}) == Composite(
        Rule.ALL_OF, (Part("contains", weight=2.0), Part("latency", threshold=500.0))
    )


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        ({}, "rule must be one of weighted, all_of, any_of"),
        ({"rule": "weighted"}, "a list of 2 to 50 parts"),
        ({"rule": "weighted", "parts": [{"key": "a"}]}, "a list of 2 to 50 parts"),
        ({"rule": "weighted", "parts": ["a", "b"]}, 'an object with the "key"'),
        ({"rule": "weighted", "parts": [{"key": "a"}, {"key": "a"}]}, '"a" is there twice'),
        ({"rule": "weighted", "parts": [{"key": "a"}, {"key": "b", "weight": -1}]}, 'weight of "b"'),
        ({"rule": "weighted", "parts": [{"key": "a"}, {"key": "b", "weight": True}]}, 'weight of "b"'),
        ({"rule": "weighted", "parts": [{"key": "a", "weight": 0}, {"key": "b", "weight": 0}]}, "weights are 0"),
        ({"rule": "all_of", "parts": [{"key": "a"}, {"key": "b", "threshold": "high"}]}, 'threshold of "b"'),
        ({"rule": "all_of", "parts": [{"key": "a"}, {"key": "b", "least": 1}]}, 'no "least"'),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(definition: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CompositeError, match=sentence):
        composite_of(definition)
