"""Letters for overall scores."""

from __future__ import annotations

import pytest

from metrics.grades import grade


@pytest.mark.parametrize(
    ("overall", "letter"),
    [
        (1.0, "A"),
        (0.9, "A"),
        (0.1 + 0.8, "A"),
        (0.899, "B"),
        (0.8, "B"),
        (0.7999, "C"),
        (0.7, "C"),
        (0.6, "D"),
        (0.59, "F"),
        (0.0, "F"),
        (None, ""),
    ],
)
def test_grades_begin_where_the_conventions_say(overall: float | None, letter: str) -> None:
    assert grade(overall) == letter
