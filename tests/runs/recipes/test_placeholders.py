"""Templated values are filled with their type, at any depth, and what has no value is named."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.core.errors import Invalid
from runs.recipes.placeholders import fill, is_placeholder, values_of
from runs.recipes.tasks import specification_of

VALUES = {"n": 3, "flag": True, "names": ["a"], "model": "gpt", "share": 0.5}


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("<< config.n >>", 3),
        ("<<config.flag>>", True),
        ("<< config.names >>", ["a"]),
        ("at most << config.n >> words", "at most 3 words"),
        ("{% if << config.flag >> %}", "{% if true %}"),
        ({"a": ["<< config.model >>", 1]}, {"a": ["gpt", 1]}),
        ("<< secrets.KEY >>", "<< secrets.KEY >>"),
        (None, None),
    ],
)
def test_placeholders_are_filled(value: object, filled: object) -> None:
    assert fill(value, VALUES) == filled


def test_a_name_without_a_value_is_told_with_those_there_are() -> None:
    with pytest.raises(Invalid, match="names no parameter; it has n, flag"):
        fill("<< config.nn >>", VALUES)


def test_only_a_whole_placeholder_is_one() -> None:
    assert is_placeholder(" << config.n >> ")
    assert not is_placeholder("a << config.n >>")
    assert not is_placeholder(3)


def test_defaults_complete_what_was_not_given() -> None:
    spec = [{"type": "int", "key": "n", "default_value": 2}, {"type": "string", "key": "s", "nullable": True}]
    assert values_of(spec, {}) == {"n": 2, "s": None}
    assert values_of(spec, {"n": 5, "more": 1}) == {"n": 5, "s": None, "more": 1}


@pytest.mark.parametrize(
    ("parameter", "value", "told"),
    [
        ({"type": "int", "key": "p"}, None, "has no value and no default"),
        ({"type": "int", "key": "p"}, "3", "is of type int"),
        ({"type": "int", "key": "p"}, True, "is of type int"),
        ({"type": "int", "key": "p", "min": 1, "max": 5}, 6, "must be between 1 and 5; it is 6"),
        ({"type": "float", "key": "p", "min": 1}, 0.5, "must be between 1 and –"),
        ({"type": "boolean", "key": "p"}, "yes", "is of type boolean"),
        ({"type": "list", "key": "p"}, "a", "is of type list"),
        ({"type": "categorical", "key": "p", "allowed_values": ["a", "b"]}, "c", '"c" is no choice'),
        (
            {"type": "categorical", "key": "p", "multiple": True, "allowed_values": ["a"]},
            ["a", "c"],
            '"c" is no choice',
        ),
        ({"type": "dataset", "key": "p"}, 3, "is of type dataset"),
    ],
)
def test_values_that_do_not_fit_their_parameter_are_refused(
    parameter: dict[str, Any], value: object, told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        values_of([parameter], {} if value is None else {"p": value})


def test_a_task_takes_dataset_and_metrics_from_its_own_document() -> None:
    stored = {
        "key": "s",
        "task_key": "t",
        "task_config": {"dataset": "<< config.data >>"},
        "model_key": "<< config.model >>",
        "num_samples": "<< config.n >>",
        "trials": {"num_trials": 2},
        "task": {
            "key": "t",
            "config_spec": [{"type": "dataset", "key": "dataset"}],
            "definition": {
                "dataset": {"key": "<< config.dataset >>"},
                "scorers": [{"type": "string_equals"}, {"type": "python"}],
            },
        },
    }
    task = specification_of(stored, {**VALUES, "data": "trivia"})
    assert (task.dataset_key, task.model_key, task.num_samples, task.repeats) == ("trivia", "gpt", 3, 2)
    assert (task.metric_keys, task.unknown_scorers) == ((("equals",),), ("python",))


def test_a_task_that_is_not_described_is_a_metric_of_its_name() -> None:
    task = specification_of({"task_key": "uniqueness-task", "dataset_key": "d"}, {})
    assert task.metric_keys == (("uniqueness-task", "uniqueness", "uniqueness_task"),)
    assert (task.key, task.dataset_key, task.model_key) == ("uniqueness-task", "d", "")
