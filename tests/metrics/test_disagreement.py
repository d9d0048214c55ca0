"""A judge and people disagree in whether an item passes where that is known, else in its value."""

from __future__ import annotations

import numpy as np

from metrics.disagreement import differing

JUDGE = np.array([0.6, 0.9, 0.2, np.nan])
PEOPLE = np.array([0.9, 0.3, 0.2, 0.5])


def test_values_on_the_same_side_of_the_threshold_agree() -> None:
    passes = (np.array([1, 1, 0, -1], dtype=np.int8), np.array([1, 0, 0, -1], dtype=np.int8))
    assert differing(JUDGE, PEOPLE, passes=passes).tolist() == [False, True, False, False]


def test_without_a_threshold_another_value_is_another_opinion() -> None:
    assert differing(JUDGE, PEOPLE).tolist() == [True, True, False, False]


def test_rounding_of_the_machine_is_no_disagreement() -> None:
    assert not differing(np.array([0.1 + 0.2]), np.array([0.3])).any()
