"""Context passages and marked spans are read whatever shape they came in."""

from __future__ import annotations

import pytest

from runs.rendering.marks import Part, mark_spans
from runs.rendering.passages import MAX_CHARS, MAX_PASSAGES, Passage, read_passages, read_used_passages


def test_texts_are_ranked_in_their_order() -> None:
    assert read_passages(["a", "b"]) == [Passage(1, "a"), Passage(2, "b")]


def test_an_object_says_its_source_its_rank_and_whether_it_was_used() -> None:
    given = [{"text": "a", "source": "faq.md", "rank": 3, "used": True}, {"page_content": "b", "used": False}]
    assert read_passages(given) == [Passage(3, "a", "faq.md", True), Passage(2, "b", "", False)]


@pytest.mark.parametrize(("context", "text"), [("one text", "one text"), ([{"x": 1}], '{"x": 1}'), ([3], "3")])
def test_other_shapes_are_shown_as_they_are(context: object, text: str) -> None:
    assert [passage.text for passage in read_passages(context)] == [text]


def test_no_context_is_no_passage() -> None:
    assert read_passages(None) == []


def test_long_and_many_passages_are_cut() -> None:
    passages = read_passages(["x" * (MAX_CHARS + 5)] * (MAX_PASSAGES + 5))
    assert len(passages) == MAX_PASSAGES
    assert (len(passages[0].text), passages[0].left_out) == (MAX_CHARS, 5)


def test_a_marked_part_carries_its_labels_also_where_marks_overlap() -> None:
    spans = [{"start": 0, "end": 4, "label": "a"}, {"start": 2, "end": 6, "label": "b"}]
    assert mark_spans("01234567", spans) == [
        Part("01", ("a",)),
        Part("23", ("a", "b")),
        Part("45", ("b",)),
        Part("67"),
    ]


@pytest.mark.parametrize(
    "span",
    [None, {}, {"start": 5, "end": 2}, {"start": -1, "end": 2}, {"start": 90, "end": 99}, {"start": "0", "end": 3}],
)
def test_a_mark_that_is_not_in_the_text_marks_nothing(span: object) -> None:
    assert mark_spans("0123", [span]) == [Part("0123")]


def test_a_mark_beyond_the_end_stops_at_the_end() -> None:
    assert mark_spans("0123", [{"start": 2, "end": 99}]) == [Part("01"), Part("23", ("marked",))]


def test_how_much_of_a_passage_was_used_is_said_where_it_is_known() -> None:
    told = read_passages([{"text": "a", "chunk_used": True, "chunk_usage_pct": 12.5, "source_name": "faq.md"}, "b"])
    assert [(one.is_used, one.percent, one.source) for one in told] == [(True, 12.5, "faq.md"), (None, None, "")]


def test_the_marks_are_those_that_the_scores_go_by() -> None:
    context = ["Parcels take three working days.", {"text": "Returns are free.", "used": True}, "Nothing of this."]
    marked = read_used_passages(context, output="They take three working days.", question="How long?")
    assert [(one.is_used, one.percent) for one in marked] == [(True, 80.0), (True, 0.0), (False, 0.0)]
    assert read_used_passages(None, output="x", question="y") == []
