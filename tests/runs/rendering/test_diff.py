"""The word diff says what an output has and the expected answer has not, and never takes long."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.rendering.diff import Segment, answer_to_compare, word_diff


def test_changed_words_stand_beside_those_that_stayed() -> None:
    assert word_diff("The cat sat.", "The dog sat down.") == [
        Segment("same", "The "),
        Segment("removed", "cat"),
        Segment("added", "dog"),
        Segment("same", " sat"),
        Segment("added", " down"),
        Segment("same", "."),
    ]


def test_equal_texts_are_one_segment_and_empty_ones_none() -> None:
    assert word_diff("a b", "a b") == [Segment("same", "a b")]
    assert word_diff("", "") == []


@given(st.text(alphabet="ab \n.é", max_size=60), st.text(alphabet="ab \n.é", max_size=60))
def test_both_texts_can_be_read_from_the_segments(expected: str, output: str) -> None:
    segments = word_diff(expected, output)
    assert "".join(segment.text for segment in segments if segment.kind != "added") == expected
    assert "".join(segment.text for segment in segments if segment.kind != "removed") == output


@pytest.mark.parametrize("separator", [" ", "\n"], ids=["one line", "many lines"])
def test_texts_of_a_megabyte_are_compared_soon(separator: str) -> None:
    dice = random.Random(1)
    texts = [separator.join(f"w{dice.randrange(5000)}" for _ in range(180_000)) for _ in "ab"]
    started = time.process_time()
    segments = word_diff(*texts)
    assert time.process_time() - started < 3
    assert "".join(segment.text for segment in segments if segment.kind != "removed") == texts[1]


def test_many_words_in_few_lines_are_compared_by_line() -> None:
    line = "word " * 20_000
    segments = word_diff(f"{line}\nold\n", f"{line}\nnew\n")
    assert segments == [Segment("same", f"{line}\n"), Segment("removed", "old\n"), Segment("added", "new\n")]


def test_the_closest_of_several_answers_is_compared() -> None:
    assert answer_to_compare(["Berlin", "Paris, France", "Rome"], "It is Paris, France") == (
        "Paris, France",
        "It is Paris, France",
    )


def test_json_is_compared_with_json_whatever_its_spacing() -> None:
    compared = answer_to_compare({"b": [1, 2.5], "a": True}, '{"a":true,"b":[1,2.5]}')
    assert compared is not None
    assert compared[0] == compared[1]


@pytest.mark.parametrize("expected", [None, {"a": 1}, [{"name": "book"}], 3])
def test_what_cannot_be_compared_is_not(expected: object) -> None:
    assert answer_to_compare(expected, "some prose") is None
