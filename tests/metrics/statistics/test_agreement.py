"""Agreement against scikit-learn and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, confusion_matrix
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from metrics.statistics.agreement import (
    Kappa,
    PassTable,
    Weighting,
    Word,
    cohen_kappa,
    confusion,
    pass_table,
    rows_wanted,
    word_for,
)

CLASSES = np.array([1.0, 2.0, 3.0, 4.0])
CLASS = st.sampled_from(CLASSES.tolist())
COLUMN = st.lists(st.tuples(CLASS, CLASS), min_size=2, max_size=60)
SKLEARN = {Weighting.NONE: None, Weighting.LINEAR: "linear", Weighting.QUADRATIC: "quadratic"}


@given(COLUMN)
def test_rows_are_counted_as_scikit_learn_counts(pairs: list[tuple[float, float]]) -> None:
    judge, people = np.array(pairs).T
    table = confusion(judge, people, CLASSES)
    assert table.tolist() == confusion_matrix(judge, people, labels=CLASSES).tolist()
    assert cohen_kappa(table).agreement == pytest.approx((judge == people).mean())


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("weighting", Weighting)
@given(pairs=COLUMN)
def test_kappa_is_scikit_learns(weighting: Weighting, pairs: list[tuple[float, float]]) -> None:
    judge, people = np.array(pairs).T
    found = cohen_kappa(confusion(judge, people, CLASSES), weighting=weighting).value
    wanted = cohen_kappa_score(judge, people, labels=CLASSES, weights=SKLEARN[weighting])
    assert (found is None and not np.isfinite(wanted)) or found == pytest.approx(wanted)


@pytest.mark.parametrize(("weighting", "theirs"), [("none", None), ("linear", "linear"), ("quadratic", "quadratic")])
def test_the_interval_is_that_of_statsmodels(weighting: str, theirs: str | None) -> None:
    table = np.array([[44, 5, 1], [7, 20, 3], [9, 5, 6]])
    found = cohen_kappa(table, weighting=Weighting(weighting))
    wanted = cohens_kappa(table, wt=theirs)
    assert (found.low, found.high) == pytest.approx((wanted.kappa_low, wanted.kappa_upp))
    assert found.error == pytest.approx(wanted.std_kappa)


def test_rows_that_all_agree_are_not_certain_for_that() -> None:
    found = cohen_kappa(np.array([[10, 0], [0, 10]]))
    assert (found.value, found.high) == (1.0, 1.0)
    low, _ = proportion_confint(20, 20, method="wilson")
    assert found.low == pytest.approx((low - 0.5) / 0.5)


def test_where_both_always_say_the_same_thing_kappa_cannot_be_said() -> None:
    found = cohen_kappa(np.array([[0, 0], [0, 12]]))
    assert found == Kappa(n=12, agreement=1.0)
    assert cohen_kappa(np.zeros((2, 2), dtype=np.int64)) == Kappa(n=0, agreement=None)


def test_who_says_the_same_of_every_row_tells_nothing() -> None:
    found = cohen_kappa(np.array([[40, 60], [0, 0]]))
    assert found == Kappa(n=100, agreement=0.4, value=0.0)
    assert word_for(found) == Word.ONE_SIDED


def test_how_often_the_interval_holds_the_true_kappa() -> None:
    random = np.random.default_rng(11)
    shares = np.array([0.3, 0.1, 0.1, 0.5])
    true = (0.8 - 0.52) / (1 - 0.52)
    found = [cohen_kappa(random.multinomial(150, shares).reshape(2, 2)) for _ in range(2_000)]
    held = np.mean([one.low <= true <= one.high for one in found if one.low is not None and one.high is not None])
    assert held == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (-0.1, "below chance"),
        (0.1, "slight"),
        (0.2, "fair"),
        (0.5, "moderate"),
        (0.79, "substantial"),
        (0.8, "almost perfect"),
        (1.0, "almost perfect"),
    ],
)
def test_the_word_follows_the_value(value: float, word: str) -> None:
    assert word_for(Kappa(200, 0.9, value, value - 0.1, value + 0.1)) == word


def test_no_word_is_used_where_the_rows_cannot_carry_it() -> None:
    assert word_for(Kappa(19, 0.9, 0.7, 0.6, 0.8)) == Word.UNCERTAIN
    assert word_for(Kappa(60, 0.9, 0.7, 0.45, 0.95)) == Word.UNCERTAIN
    assert word_for(Kappa(60, 1.0)) == Word.UNCERTAIN


def test_as_many_rows_as_are_wanted_make_the_interval_narrow_enough() -> None:
    assert rows_wanted() == 246
    shares = np.array([[45, 8], [7, 40]])
    measured = cohen_kappa(shares)
    wanted = rows_wanted(measured)
    factor = wanted / measured.n
    again = cohen_kappa(np.round(shares * factor * 1_000).astype(np.int64))
    assert again.error is not None
    assert 1.96 * again.error * 1_000**0.5 == pytest.approx(0.1, abs=0.001)


def test_passes_and_fails_of_judge_and_people() -> None:
    judge = np.array([True, True, False, False, True, False])
    people = np.array([True, False, True, False, True, False])
    table = pass_table(judge, people)
    assert table == PassTable(true_pass=2, false_pass=1, false_fail=1, true_fail=2)
    assert table.counts.tolist() == confusion_matrix(judge, people).tolist()
    assert (table.sensitivity.value, table.specificity.value) == (2 / 3, 2 / 3)
    assert table.sensitivity.interval == pytest.approx(proportion_confint(2, 3, method="wilson"))
    assert table.kappa.value == pytest.approx(cohen_kappa_score(judge, people))
    assert PassTable(0, 1, 0, 1).sensitivity.value is None
    assert PassTable(0, 1, 0, 1).sensitivity.interval is None
