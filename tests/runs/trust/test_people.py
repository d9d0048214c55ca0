"""One verdict out of several people's."""

from __future__ import annotations

import numpy as np
import pytest

from runs.choices import CompareAs
from runs.trust.people import Opinion, fold_people

CLASSES, ORDER, VERDICT = CompareAs.CLASSES, CompareAs.ORDER, CompareAs.VERDICT


def said(*values: float) -> list[Opinion]:
    return [Opinion(1, f"annotator {place}", value) for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("compare_as", "values", "verdict"),
    [
        (CLASSES, (1, 1, 2), 1),
        (CLASSES, (2,), 2),
        (ORDER, (1, 2, 2, 5), 2),
        (ORDER, (1, 5), 2),
        (VERDICT, (0.2, 0.6), 0.4),
    ],
)
def test_several_values_make_one(compare_as: CompareAs, values: tuple[float, ...], verdict: float) -> None:
    found = fold_people(said(*values), compare_as=compare_as, steps=[1, 2, 4, 5])
    assert found.verdicts == {1: pytest.approx(verdict)}
    assert found.undecided == 0


def test_people_of_two_minds_have_no_verdict() -> None:
    found = fold_people([*said(0, 1), Opinion(2, "a", 1.0)], compare_as=CLASSES, steps=[])
    assert found.verdicts == {2: 1.0}
    assert found.undecided == 1


def test_what_was_said_here_stands_before_the_data_and_the_word_of_all_before_that_of_each() -> None:
    each = [Opinion(item, "annotator 1", 0.0) for item in (1, 2, 3)]
    joint = [Opinion(item, "", 1.0) for item in (1, 2)]
    here = [Opinion(1, "account 7", 2.0, is_here=True)]
    found = fold_people([*each, *joint, *here], compare_as=CLASSES, steps=[])
    assert found.verdicts == {1: 2.0, 2: 1.0, 3: 0.0}
    assert found.names == {"annotator 1", "account 7"}


def test_the_word_of_all_is_nobodys_own_rating() -> None:
    found = fold_people([*said(1, 2), Opinion(1, "", 1.0), Opinion(2, "", 1.0)], compare_as=CLASSES, steps=[])
    assert found.by_several == 1
    assert sorted(found.ratings[np.isfinite(found.ratings)].tolist()) == [1.0, 2.0]
