"""Token F1, ROUGE-L and BLEU against values worked out by other programs, and against the textbook."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.heuristics.bleu import Bleu
from metrics.heuristics.rouge_l import RougeL
from metrics.heuristics.token_f1 import TokenF1
from metrics.scoring import JsonValue, Scorer, ScoreResult, ScoringInput

SENTENCES = st.lists(st.sampled_from(["red", "green", "blue", "cat", "dog", "sat"]), max_size=12).map(" ".join)
FOX = "the quick brown fox jumps over the lazy dog"


def score(scorer: Scorer, expected: JsonValue, output: str) -> ScoreResult:
    return scorer.score(ScoringInput(input="", output=output, expected=expected))


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("The Eiffel Tower", "eiffel tower!", 1.0),
        ("in 1492", "It was 1492.", 0.4),
        ("cat cat dog", "cat dog dog", 2 / 3),
        ("Paris", "London", 0.0),
        ("", "the", 1.0),
        ("", "word", 0.0),
        (["London", "the city of Paris"], "Paris", 0.5),
        ("東京都", "東京", 0.8),
    ],
)
def test_token_f1_is_that_of_squad(expected: JsonValue, output: str, value: float) -> None:
    assert score(TokenF1(), expected, output).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    # By Google's rouge_score 0.1.2 without stemming; the last one by hand.
    [
        ("the cat sat on the mat", "the cat is on the mat", 0.8333333333333334),
        ("police killed the gunman", "the gunman police killed", 0.5),
        ("police killed the gunman", "police kill the gunman", 0.75),
        ("A long, long reference text.", "long text", 0.5714285714285715),
        ("x-y z", "X y Z!", 1.0),
        (["nothing alike", "police killed the gunman"], "police kill the gunman", 0.75),
        ("私は猫が好き", "私は犬が好き", 5 / 6),
    ],
)
def test_rouge_l_is_that_of_other_programs(expected: JsonValue, output: str, value: float) -> None:
    assert score(RougeL(), expected, output).value == pytest.approx(value)


def test_rouge_l_gives_recall_or_precision_where_that_is_asked_for() -> None:
    assert score(RougeL(measure="recall"), "A long, long reference text.", "long text").value == 0.4
    assert score(RougeL(measure="precision"), "A long, long reference text.", "long text").value == 1.0


def textbook_lcs(first: list[str], second: list[str]) -> int:
    row = [0] * (len(second) + 1)
    for one in first:
        above = row[:]
        for place, other in enumerate(second, 1):
            row[place] = above[place - 1] + 1 if one == other else max(row[place - 1], above[place])
    return row[-1]


@given(SENTENCES, SENTENCES)
def test_rouge_l_agrees_with_the_textbook(expected: str, output: str) -> None:
    first, second = expected.split(), output.split()
    total = len(first) + len(second)
    value = 2 * textbook_lcs(first, second) / total if total else 1.0
    assert score(RougeL(), expected, output).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    # By NLTK 3.10's sentence_bleu.
    [
        ("the fast brown fox jumps over the lazy dog", FOX, 0.7506238537503395),
        ("the cat is on the mat", "the cat is on the mat today", 0.8091067115702212),
        (FOX, "the quick brown fox jumps", 0.44932896411722156),
        (FOX, FOX, 1.0),
        (FOX, "", 0.0),
        ("", "words", 0.0),
        ([FOX, "a lazy dog sleeps all day"], "a lazy dog sleeps all day", 1.0),
    ],
)
def test_bleu_is_that_of_other_programs(expected: JsonValue, output: str, value: float) -> None:
    assert score(Bleu(), expected, output).value == pytest.approx(value)


def textbook_bleu(expected: list[str], output: list[str]) -> float:
    """Papineni's formula of one reference, orders that are longer than the output left out."""
    precisions = []
    for order in range(1, min(4, len(output)) + 1):
        grams = Counter(tuple(output[i : i + order]) for i in range(len(output) - order + 1))
        wanted = Counter(tuple(expected[i : i + order]) for i in range(len(expected) - order + 1))
        precisions.append((grams & wanted).total() / grams.total())
    if not precisions or not all(precisions):
        return math.nan
    brevity = min(1.0, math.exp(1 - len(expected) / len(output)))
    return brevity * math.exp(sum(map(math.log, precisions)) / len(precisions))


@given(SENTENCES, SENTENCES)
def test_bleu_agrees_with_the_textbook_where_every_order_is_met(expected: str, output: str) -> None:
    wanted = textbook_bleu(expected.split(), output.split())
    if not math.isnan(wanted):
        assert score(Bleu(), expected, output).value == pytest.approx(wanted)


@pytest.mark.parametrize("tokenize", ["13a", "intl", "zh", "char"])
def test_bleu_cuts_words_as_it_is_told(tokenize: str) -> None:
    assert score(Bleu(tokenize=tokenize), "我喜欢猫和狗", "我喜欢猫和狗").value == pytest.approx(1.0)
    by_character = score(Bleu(tokenize="char"), "我喜欢猫和狗", "我喜欢猫和鸟").value
    assert by_character is not None
    assert by_character > 0.6


@pytest.mark.parametrize("scorer", [TokenF1(), RougeL(), Bleu()])
@pytest.mark.parametrize("expected", [None, []])
def test_nothing_expected_is_unscored(scorer: Scorer, expected: JsonValue) -> None:
    assert score(scorer, expected, "text").reason == "expected_missing"


@pytest.mark.parametrize("scorer", [RougeL(), Bleu()])
def test_texts_too_long_to_compare_are_unscored_and_say_so(scorer: Scorer) -> None:
    result = score(scorer, "word " * 100_000, "text " * 200_000)
    assert (result.value, result.reason) == (None, "too_long")


def test_they_say_what_was_shared() -> None:
    assert score(RougeL(), "police killed the gunman", "police kill the gunman").explanation == (
        "Longest sequence of words in common with the expected text, “police killed the gunman”: "
        "3 of the output's 4 and of the 4 expected: precision 0.75, recall 0.75, F1 0.75."
    )
    assert "2 of the output's 2 and of the 2 expected" in score(TokenF1(), "a red cat", "Cat, red!").explanation
    assert "5 of 5 words, 4 of 4 pairs" in score(Bleu(), FOX, "the quick brown fox jumps").explanation
    assert "too short by the factor 0.4493" in score(Bleu(), FOX, "the quick brown fox jumps").explanation
