"""What `{{ question }}` in a target's template stands for."""

from __future__ import annotations

import pytest

from runs.targets.answer import Question
from runs.targets.template import parse_text, values_of


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("Where is Rome?", "Where is Rome?"),
        ('{"id": 1, "question": "Where?", "query": "not this"}', "Where?"),
        ('{"message": "Hello", "prompt": ""}', "Hello"),
        ('{"query": {"city": "Rome"}}', '{"city": "Rome"}'),
        ('{"city": "Rome"}', '{"city": "Rome"}'),
        ('["question"]', '["question"]'),
        ('{"question": ', '{"question": '),
        ("42", "42"),
    ],
)
def test_it_is_what_was_asked_in_json_or_not(given: str, asked: str) -> None:
    assert parse_text("{{ question }}").fill(values_of(Question(input=given))) == asked
