"""Which passages stand in an output, and the two metrics that say how many and how much."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.chunks import chunk_uses
from metrics.heuristics.chunk_use import ChunkAttribution, ChunkShare
from metrics.scoring import ScoreResult, ScoringInput

QUESTION = "When does the museum open on Sunday?"
HOURS = "Opening hours: Tuesday to Saturday 9 to 17, Sunday from ten in the morning."
PRICES = "Admission for adults is fourteen francs, children enter free of charge."
UNRELATED = "When does the museum shop open on Sunday is a question that many visitors ask."
OUTPUT = "The museum opens on Sunday from ten in the morning."


def used(context: list[Any], output: str = OUTPUT, question: str = QUESTION) -> list[tuple[bool, float]]:
    return [(use.is_used, round(use.percent, 1)) for use in chunk_uses(context, output=output, question=question)]


def score(scorer: ChunkAttribution | ChunkShare, context: list[Any] | None, output: str = OUTPUT) -> ScoreResult:
    return scorer.score(ScoringInput(input=QUESTION, output=output, context=context))


def test_a_passage_whose_wording_stands_in_the_output_is_used() -> None:
    assert used([HOURS, PRICES]) == [(True, 42.9), (False, 0.0)]


def test_a_passage_that_only_repeats_the_question_is_not() -> None:
    assert used([UNRELATED], output="When does the museum open on Sunday? At ten.") == [(False, 0.0)]


def test_a_number_is_enough_and_so_is_an_answer_of_one_word() -> None:
    assert used(["Adults CHF 14."], output="It costs 14 francs.") == [(True, 33.3)]
    assert used(["The capital is Paris."], output="Paris", question="Which one?")[0][0]
    assert used(["The capital is Paris."], output="Paris", question="Paris or Rome?")[0][0]


def test_text_without_spaces_is_compared_character_by_character() -> None:
    assert used(["博物馆星期日十点开门。"], output="星期日十点开门", question="几点?")[0][0]


def test_a_passage_that_says_itself_how_it_was_used_is_believed() -> None:
    told = [
        {"text": HOURS, "used": False},
        {"text": PRICES, "chunk_used": True},
        {"text": PRICES, "chunk_usage_pct": 12.5},
    ]
    assert used(told) == [(False, 0.0), (True, 0.0), (True, 12.5)]


def test_attribution_is_the_percent_of_the_passages() -> None:
    result = score(ChunkAttribution(), [HOURS, PRICES, {"text": UNRELATED}, PRICES])
    assert result.value == 25.0
    assert result.explanation == "1 of 4 passages are used. Used: passage 1 (43 % of its words)."


def test_use_is_the_percent_of_their_words() -> None:
    result = score(ChunkShare(), [HOURS, PRICES])
    assert result.value == pytest.approx(100 * 6 / (14 + 11))


def test_nothing_used_is_nought_and_no_passage_is_no_value() -> None:
    assert score(ChunkAttribution(), [PRICES]).value == 0.0
    assert score(ChunkShare(), [PRICES], output="").value == 0.0
    assert score(ChunkShare(), [""]).value == 0.0
    assert score(ChunkAttribution(), None).reason == score(ChunkShare(), []).reason == "context_missing"
