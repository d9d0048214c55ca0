"""Values and differences of metrics as people read them."""

from __future__ import annotations

import pytest

from metrics.choices import Direction, ValueType
from runs.figures import (
    MISSING,
    difference_interval_of,
    difference_of,
    interval_of,
    mean_of,
    scale_of,
    threshold_of,
    value_of,
    wanted_of,
)
from runs.models import RunMetric

YES_OR_NO = RunMetric(value_type=ValueType.BOOLEAN, range_min=0, range_max=1, threshold=0.7)
NUMBER = RunMetric(value_type=ValueType.NUMBER, range_min=0, range_max=1, threshold=0.7)
SECONDS = RunMetric(value_type=ValueType.NUMBER, direction=Direction.LOWER, range_min=0, threshold=2)
PRICE = RunMetric(value_type=ValueType.NUMBER, direction=Direction.LOWER, range_min=0)
OUT_OF_HUNDRED = RunMetric(value_type=ValueType.PERCENTAGE, range_min=0, range_max=100)


@pytest.mark.parametrize(
    ("metric", "value", "words"),
    [
        (YES_OR_NO, -0.45, "−45.0 pp"),
        (YES_OR_NO, 0.033, "+3.3 pp"),
        (OUT_OF_HUNDRED, 4.5, "+4.5 pp"),
        (NUMBER, -0.34, "−0.34"),
        (NUMBER, 0.0, "±0.00"),
        (SECONDS, 1234.0, "+1,234"),
    ],
)
def test_a_difference_has_a_sign_and_between_shares_counts_points(metric: RunMetric, value: float, words: str) -> None:
    assert difference_of(metric, value) == words


@pytest.mark.parametrize(
    ("metric", "ends", "words"),
    [
        (YES_OR_NO, (-0.02, 0.113), "−2.0 to +11.3 pp"),
        (NUMBER, (0.02, 0.11), "+0.02 to +0.11"),
        (NUMBER, (None, None), ""),
    ],
)
def test_both_ends_of_a_differences_interval_have_a_sign(
    metric: RunMetric, ends: tuple[float | None, float | None], words: str
) -> None:
    assert difference_interval_of(metric, *ends) == words


def test_means_thresholds_and_intervals_are_in_the_metrics_unit() -> None:
    assert (mean_of(YES_OR_NO, 0.25), threshold_of(YES_OR_NO)) == ("25.0 %", "≥ 70.0 %")
    assert (mean_of(SECONDS, 1.5), threshold_of(SECONDS)) == ("1.50", "≤ 2.00")
    assert interval_of(YES_OR_NO, 0.158, 0.372) == "15.8 % to 37.2 %"


def test_what_is_missing_is_not_zero() -> None:
    assert mean_of(NUMBER, None) == "–"
    assert interval_of(NUMBER, None, 0.5) == ""


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        (NUMBER, 0.0021, "0.00"),
        (PRICE, 0.0021, "0.0021"),
        (PRICE, 0.000012345, "0.000012"),
        (PRICE, 0.5, "0.50"),
        (PRICE, -0.0021, "−0.0021"),
        (PRICE, 0.0, "0.00"),
        (PRICE, 1234.5, "1,234"),
    ],
)
def test_a_price_keeps_the_digits_that_say_something(metric: RunMetric, value: float, shown: str) -> None:
    assert value_of(metric, value) == shown


def test_an_interval_ends_where_the_range_does() -> None:
    assert interval_of(OUT_OF_HUNDRED, -27.3, 113.9) == "0.0 % to 100.0 %"
    assert interval_of(OUT_OF_HUNDRED, 11.1, 52.0) == "11.1 % to 52.0 %"
    assert interval_of(PRICE, 0.2, 300.0) == "0.20 to 300.0"
    assert interval_of(PRICE, None, None) == ""


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        (RunMetric(value_type=ValueType.NUMBER, range_min=0, range_max=1, threshold=0.7), "≥ 0.70"),
        (RunMetric(value_type=ValueType.BOOLEAN, range_min=0, range_max=1, threshold=0.7), "wanted: yes"),
        (
            RunMetric(value_type=ValueType.BOOLEAN, range_min=0, range_max=1, threshold=0.3, direction=Direction.LOWER),
            "wanted: no",
        ),
        (
            RunMetric(
                value_type=ValueType.CATEGORY,
                range_min=0,
                range_max=1,
                threshold=0.7,
                labels=["calm", "glad", "rude"],
                allowed=["glad", "calm"],
            ),
            "wanted: calm or glad",
        ),
        (RunMetric(value_type=ValueType.CATEGORY, labels=["calm", "rude"]), ""),
    ],
)
def test_what_passes_is_said_in_the_words_of_the_metric(metric: RunMetric, words: str) -> None:
    assert wanted_of(metric) == words


def test_a_category_without_fixed_labels_has_no_word_here() -> None:
    assert value_of(RunMetric(value_type=ValueType.CATEGORY, labels=["a"]), 3.0) == MISSING
    assert scale_of(RunMetric(value_type=ValueType.CATEGORY, labels=["a", "b"])) == "2 categories"


@pytest.mark.parametrize(
    ("metric", "value", "words"),
    [
        (NUMBER, 0.6974, "0.697"),  # misses 0.70, and must not read like it
        (NUMBER, 0.69996, "0.69996"),
        (NUMBER, 0.7, "0.70"),
        (NUMBER, 0.7026, "0.70"),
        (NUMBER, 0.12345, "0.12"),
        (SECONDS, 2.004, "2.004"),
        (SECONDS, 1.996, "2.00"),
        (NUMBER, 0.6999999999, "0.700000"),  # there is an end to digits
    ],
)
def test_a_value_that_misses_its_threshold_does_not_read_like_it(metric: RunMetric, value: float, words: str) -> None:
    assert value_of(metric, value) == words
    assert mean_of(metric, value) == words


def test_a_share_and_a_finer_threshold_have_the_digits_that_tell_them_apart() -> None:
    assert mean_of(YES_OR_NO, 0.6998) == "69.98 %"
    fine = RunMetric(value_type=ValueType.NUMBER, range_min=0, range_max=1, threshold=0.825)
    assert (threshold_of(fine), mean_of(fine, 0.8249), mean_of(fine, 0.83)) == ("≥ 0.825", "0.8249", "0.83")
    share = RunMetric(value_type=ValueType.BOOLEAN, range_min=0, range_max=1, threshold=0.955)
    assert threshold_of(share) == "≥ 95.5 %"
    many = RunMetric(value_type=ValueType.NUMBER, threshold=1234.0)
    assert threshold_of(many) == "≥ 1,234"
    assert difference_of(NUMBER, 0.6974) == "+0.70"
