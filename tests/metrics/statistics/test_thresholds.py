"""The threshold curve and correlations against scikit-learn and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score, precision_score, recall_score

from metrics.statistics.correlation import Correlation, pearson, spearman
from metrics.statistics.thresholds import threshold_curve

ROWS = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.7, 1.0]), st.booleans()), min_size=1, max_size=40)


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")
@pytest.mark.parametrize("higher", [True, False])
@given(rows=ROWS)
def test_each_threshold_is_what_scikit_learn_makes_of_it_alone(higher: bool, rows: list[tuple[float, bool]]) -> None:
    judge, passes = np.array([value for value, _ in rows]), np.array([said for _, said in rows])
    curve = threshold_curve(judge, passes, higher_is_better=higher)
    values = np.unique(judge)
    assert curve.thresholds.tolist() == (values if higher else values[::-1]).tolist()
    for place, threshold in enumerate(curve.thresholds):
        judged = judge >= threshold if higher else judge <= threshold
        assert curve.accuracy[place] == pytest.approx(accuracy_score(passes, judged))
        assert curve.f1[place] == pytest.approx(f1_score(passes, judged, zero_division=np.nan), nan_ok=True)
        assert curve.precision[place] == pytest.approx(
            precision_score(passes, judged, zero_division=np.nan), nan_ok=True
        )
        assert curve.sensitivity[place] == pytest.approx(
            recall_score(passes, judged, zero_division=np.nan), nan_ok=True
        )
        of_fails = recall_score(~passes, ~judged, zero_division=np.nan)
        assert curve.specificity[place] == pytest.approx(of_fails, nan_ok=True)
        kappa = cohen_kappa_score(passes, judged, labels=[False, True])
        assert curve.kappa[place] == pytest.approx(kappa if np.isfinite(kappa) else np.nan, nan_ok=True)
        assert curve.table_at(place).n == len(rows)


def test_of_no_rows_there_is_no_threshold() -> None:
    curve = threshold_curve(np.empty(0), np.empty(0, dtype=bool), higher_is_better=True)
    assert (len(curve), curve.n) == (0, 0)


def test_correlations_are_scipys() -> None:
    random = np.random.default_rng(6)
    first = random.integers(1, 6, 80).astype(np.float64)
    second = first + random.normal(scale=1.5, size=80).round(1)
    line, order = pearson(first, second), spearman(first, second)
    wanted = stats.pearsonr(first, second)
    assert line.value == pytest.approx(wanted.statistic)
    assert (line.low, line.high) == pytest.approx(tuple(wanted.confidence_interval()))
    assert order.value == pytest.approx(stats.spearmanr(first, second).statistic)
    assert order.low is not None
    assert order.high is not None
    assert order.low < (order.value or 0) < order.high


def test_what_does_not_vary_has_no_correlation() -> None:
    flat, rising = np.ones(10), np.arange(10.0)
    assert pearson(flat, rising) == Correlation(10)
    assert spearman(rising, rising) == Correlation(10, 1.0)
    assert pearson(rising[:1], rising[:1]) == Correlation(1)
