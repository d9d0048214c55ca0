"""How settings are said on pages."""

from __future__ import annotations

import pytest

from evalhub.core.templatetags.evalhub_tags import told, words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (0.7, "0.7"),
        (None, "–"),
        ("", "–"),
        ([], "–"),
        ({}, "–"),
        ("editor", "editor"),
        (["run.finished", True], "run.finished, yes"),
        ({"temperature": 0}, '{"temperature": 0}'),
    ],
)
def test_a_value_is_said_as_people_say_it(value: object, said: str) -> None:
    assert told(value) == said


@pytest.mark.parametrize(
    ("name", "said"), [("is_active", "active"), ("has_api_key", "api key"), ("quality_threshold", "quality threshold")]
)
def test_a_name_is_said_in_words(name: str, said: str) -> None:
    assert words(name) == said
