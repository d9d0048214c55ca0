"""When a score passes, for every kind of value."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.criterion import Criterion
from metrics.scale import Scale

NAN = float("nan")
OF_A_CATEGORY = Criterion(Scale(), threshold=0.7, allowed=frozenset({0, 2}))


@pytest.mark.parametrize(
    ("criterion", "value", "passes"),
    [
        (Criterion(Scale(), threshold=0.7), 0.7, True),
        (Criterion(Scale(), threshold=0.7), 0.69, False),
        (Criterion(Scale(higher_is_better=False, maximum=100.0), threshold=30.0), 30.0, True),
        (Criterion(Scale(higher_is_better=False, maximum=100.0), threshold=30.0), 31.0, False),
        (Criterion(Scale()), 1.0, None),
        (OF_A_CATEGORY, 0.0, True),
        (OF_A_CATEGORY, 1.0, False),
        (OF_A_CATEGORY, 2.0, True),
        (Criterion(Scale(), threshold=0.7, allowed=frozenset()), 0.0, None),
    ],
)
def test_a_value_passes_by_its_threshold_or_by_its_label(
    criterion: Criterion, value: float, passes: bool | None
) -> None:
    assert criterion.passes(value) is passes


def test_nothing_is_said_of_what_has_no_value() -> None:
    assert Criterion(Scale(), threshold=0.5).passing(np.array([NAN, 1.0, 0.0])).tolist() == [-1, 1, 0]


def test_a_category_counts_as_one_or_nought_and_never_by_the_place_of_its_label() -> None:
    counted = OF_A_CATEGORY.counted(np.array([2.0, 8.0, NAN, 0.0]))
    assert counted.tolist()[:2] == [1.0, 0.0]
    assert np.isnan(counted[2])
    assert float(np.nanmean(counted)) == pytest.approx(2 / 3)


def test_a_category_of_which_nobody_said_what_is_allowed_has_no_mean() -> None:
    assert np.isnan(Criterion(Scale(), threshold=0.7, allowed=frozenset()).counted(np.array([0.0, 1.0]))).all()


def test_numbers_count_as_they_are() -> None:
    values = np.array([0.2, 40.0])
    assert Criterion(Scale(maximum=100.0), threshold=70.0).counted(values) is values
