"""Columns become parts of an item: guessed by name, corrected by people."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.core.errors import Invalid
from runs.importers.mapping import ItemMaker, Mapping, NewItem, guess_mapping
from runs.importers.rows import ParsedRow, Rejection


def make(values: dict[str, Any], *, reads_cells: bool = False, mapping: Mapping | None = None) -> NewItem | Rejection:
    mapping = mapping or guess_mapping(list(values), [values])
    return ItemMaker(mapping, reads_cells=reads_cells).make(ParsedRow(1, values, "{}"))


def item(values: dict[str, Any], **options: Any) -> NewItem:
    made = make(values, **options)
    assert isinstance(made, NewItem), made
    return made


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        ("id input output expected context", "key=id input=input output=output expected=expected context=context"),
        (
            "user_input response retrieved_contexts reference",
            "input=user_input output=response context=retrieved_contexts expected=reference",
        ),
        ("Question Answer GroundTruth", "input=Question output=Answer expected=GroundTruth"),
        ("expectedOutput actualOutput query", "expected=expectedOutput output=actualOutput input=query"),
        ("instruction completion label", "input=instruction output=completion expected=label"),
        ("question answers prediction", "input=question expected=answers output=prediction"),
        ("prompt ideal model messages", "input=prompt expected=ideal model=model trace=messages"),
        ("uuid question human", "key=uuid input=question human=human"),
        ("input question", "input=input"),
        ("colour size", ""),
    ],
)
def test_columns_are_guessed_by_name(columns: str, fields: str) -> None:
    guessed = guess_mapping(columns.split(), [dict.fromkeys(columns.split(), "x")])
    assert guessed.fields == dict(pair.split("=") for pair in fields.split())


def test_judge_and_metadata_are_guessed_only_for_objects() -> None:
    objects = {"input": "a", "judge": {"rating": {"score": 1}}, "metadata": {"x": 1}}
    texts = {"input": "a", "judge": "gpt-4", "metadata": "none"}
    spelled = {"input": "a", "judge": '{"rating": 1}', "metadata": '{"x": 1}'}
    assert guess_mapping(list(objects), [objects]).fields.keys() == {"input", "judge", "metadata"}
    assert guess_mapping(list(spelled), [spelled]).fields.keys() == {"input", "judge", "metadata"}
    assert guess_mapping(list(texts), [texts]).fields.keys() == {"input"}


def test_numeric_columns_with_the_name_of_a_score_are_offered_as_given_scores() -> None:
    values = {"input": "a", "score_tone": "0.5", "rating": 4, "score_note": "good", "price": 3}
    guessed = guess_mapping(list(values), [values])
    assert guessed.scores == ("score_tone", "rating")
    made = item(values)
    assert made.given_scores == {"score_tone": {"score": 0.5}, "rating": {"score": 4}}
    assert made.metadata == {"score_note": "good", "price": 3}


def test_input_and_output_that_are_no_text_become_compact_json() -> None:
    made = item({"input": {"b": [1, 2], "a": "é"}, "output": [True, None]})
    assert (made.input, made.output) == ('{"b":[1,2],"a":"é"}', "[true,null]")


@pytest.mark.parametrize(("given", "output"), [("", ""), (None, None), (0, "0"), ("text", "text")])
def test_an_empty_output_is_an_answer_and_none_is_not(given: object, output: str | None) -> None:
    assert item({"input": "a", "output": given}).output == output


@pytest.mark.parametrize("expected", ["text", ["a", "b"], [], {"x": 1}, 18, None])
def test_expected_stays_what_it_is(expected: object) -> None:
    assert item({"input": "a", "expected": expected}).expected == expected


@pytest.mark.parametrize(
    ("given", "context"),
    [
        ("one", ["one"]),
        (["one", "two"], ["one", "two"]),
        ([{"text": "one", "source": "s"}], [{"text": "one", "source": "s"}]),
        ([1, ["x"]], ["1", '["x"]']),
        ([], []),
        (None, None),
    ],
)
def test_context_is_a_list_of_passages(given: object, context: object) -> None:
    assert item({"input": "a", "context": given}).context == context


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('["a", "b"]', ["a", "b"]),
        (' {"x": 1}', {"x": 1}),
        ("[not json", "[not json"),
        ("plain", "plain"),
        ("18", "18"),
        ("=1+1", "=1+1"),
        ("", None),
        ("  ", None),
        ('["\\u0000"]', '["\\u0000"]'),
    ],
)
def test_cells_of_a_table_that_spell_lists_or_objects_are_read(cell: str, expected: object) -> None:
    assert item({"input": "a", "expected": cell}, reads_cells=True).expected == expected


def test_cells_of_other_formats_are_left_as_they_are() -> None:
    assert item({"input": "a", "expected": '["a"]'}).expected == '["a"]'


def test_columns_mapped_nowhere_join_the_metadata() -> None:
    made = item({"input": "a", "metadata": {"lang": "de", "size": 1}, "size": 2, "tag": "x", "empty": "", "model": "m"})
    assert made.metadata == {"lang": "de", "size": 1, "model": "m", "size (column)": 2, "tag": "x"}


def test_ignored_columns_are_left_out() -> None:
    made = item({"input": "a", "secret": "s"}, mapping=Mapping({"input": "input"}, ignored=("secret",)))
    assert made.metadata == {}


@pytest.mark.parametrize(
    ("given", "human"),
    [
        ({"label": "ok"}, {"label": "ok"}),
        ("correct", {"label": "correct"}),
        ("4", {"score": 4.0}),
        (3, {"score": 3}),
        (["yes", "no"], {"annotators": ["yes", "no"]}),
        ({}, None),
        (None, None),
    ],
)
def test_what_people_said_is_an_object(given: object, human: object) -> None:
    assert item({"input": "a", "human": given}).human == human


def test_judge_scores_are_kept_by_metric() -> None:
    judge = {"tone": {"score": 3, "reason": "r", "model": "m"}, "plain": 0.5, "flag": True, "none": None}
    assert item({"input": "a", "judge": judge}).given_scores == {
        "tone": {"score": 3, "reason": "r", "model": "m"},
        "plain": {"score": 0.5},
        "flag": {"score": 1.0},
        "none": {"score": None},
    }


@pytest.mark.parametrize(
    ("values", "mapping", "reason"),
    [
        ({"output": "b"}, Mapping({"input": "input"}), 'has no "input", the column mapped to input'),
        ({"input": None}, Mapping({"input": "input"}), "is empty"),
        ({"input": "  "}, Mapping({"input": "input"}), "is empty"),
        ({"input": "a", "id": "k" * 301}, Mapping({"input": "input", "key": "id"}), "301 characters; at most 300"),
        ({"input": "a", "s": "high"}, Mapping({"input": "input"}, scores=("s",)), 'holds "high", not a number'),
        ({"input": "a", "j": "good"}, Mapping({"input": "input", "judge": "j"}), "neither an object of metrics"),
    ],
)
def test_a_row_that_cannot_be_an_item_says_why(values: dict[str, Any], mapping: Mapping, reason: str) -> None:
    rejection = make(values, mapping=mapping)
    assert isinstance(rejection, Rejection)
    assert reason in rejection.reason
    assert rejection.line == 1


def test_a_mapping_survives_being_kept() -> None:
    mapping = Mapping.from_roles({"q": "input", "s": "score", "x": "ignored", "m": "", "k": "key"})
    assert Mapping.from_json(mapping.to_json()) == mapping
    assert [mapping.role_of(column) for column in "qsxmk"] == ["input", "score", "ignored", "", "key"]


@pytest.mark.parametrize(
    ("roles", "says"),
    [({"a": "input", "b": "input"}, 'Both "a" and "b" are mapped to input'), ({"a": "output"}, "No column is mapped")],
)
def test_roles_that_contradict_are_refused(roles: dict[str, str], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        Mapping.from_roles(roles)
