"""Length, latency, cost and completeness of an item."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.heuristics.completeness import Completeness
from metrics.heuristics.cost import Cost
from metrics.heuristics.latency import Latency
from metrics.heuristics.length import Length
from metrics.scoring import Scorer, ScoringInput


def item(**fields: Any) -> ScoringInput:
    return ScoringInput(**{"input": "question", "output": "", **fields})


@pytest.mark.parametrize(
    ("unit", "output", "count"),
    [
        ("characters", "", 0),
        ("characters", "naïve 👩‍👩", 9),
        ("words", "", 0),
        ("words", "It's 3 o'clock, isn't it?", 5),
        ("words", "a well-kept _word_ -- 2", 4),
        ("words", "東京 station", 3),
    ],
)
def test_length_counts_what_it_is_told_to(unit: str, output: str, count: int) -> None:
    assert Length(unit=unit).score(item(output=output)).value == count


@pytest.mark.parametrize(
    ("scorer", "measured", "value", "says"),
    [
        (Latency(), {"milliseconds": 1234.0}, 1234.0, "The answer took 1,234 ms."),
        (Latency(), {"milliseconds": 0.0}, 0.0, "The answer took 0 ms."),
        (Cost(), {"cost": 0.0021}, 0.0021, "The answer cost $0.002100."),
        (
            Cost(),
            {"cost": 0.5, "input_tokens": 1200, "output_tokens": 30},
            0.5,
            "The answer cost $0.500000 for 1,200 tokens read and 30 written.",
        ),
        (Length(unit="tokens"), {"output_tokens": 30}, 30.0, "The output has 30 tokens."),
    ],
)
def test_what_was_measured_is_the_value(scorer: Scorer, measured: dict[str, Any], value: float, says: str) -> None:
    result = scorer.score(item(**measured))
    assert (result.value, result.explanation) == (value, says)


@pytest.mark.parametrize(
    ("scorer", "reason"),
    [(Latency(), "latency_missing"), (Cost(), "cost_missing"), (Length(unit="tokens"), "tokens_missing")],
)
def test_what_nobody_measured_is_unscored_and_not_nought(scorer: Scorer, reason: str) -> None:
    result = scorer.score(item(output="text"))
    assert (result.value, result.reason) == (None, reason)
    assert result.explanation


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("output", 1.0),
        ("input", 1.0),
        ("expected", 0.0),
        ("context", 0.0),
        ("title", 1.0),
        ("metadata.title", 1.0),
        ("author", 0.0),
        ("tags", 0.0),
        ("price", 1.0),
        ("is_new", 1.0),
        ("page.url", 1.0),
        ("page.author", 0.0),
        ("page.url.host", 0.0),
        ("a.b", 1.0),
        ("missing", 0.0),
    ],
)
def test_a_field_is_complete_when_it_holds_something(field: str, value: float) -> None:
    metadata = {
        "title": "T",
        "author": " \n",
        "tags": [],
        "price": 0,
        "is_new": False,
        "page": {"url": "https://example.org", "author": None},
        "a.b": "dots in the key",
    }
    result = Completeness(field=field).score(item(output="answer", metadata=metadata, context=[]))
    assert result.value == value
    assert f"“{field}”" in result.explanation
