"""Values of metrics as people read them."""

from __future__ import annotations

import pytest

from metrics.choices import ValueType
from runs.figures import value_of
from runs.models import RunMetric

SHARE = RunMetric(value_type=ValueType.NUMBER, range_min=0.0, range_max=1.0)
PRICE = RunMetric(value_type=ValueType.NUMBER, range_min=0.0, range_max=None)
VERDICT = RunMetric(value_type=ValueType.BOOLEAN, range_min=0.0, range_max=1.0)


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        (SHARE, 0.6666, "0.67"),
        (SHARE, 0.0021, "0.00"),
        (PRICE, 0.0021, "0.0021"),
        (PRICE, 0.000012345, "0.000012"),
        (PRICE, 0.5, "0.50"),
        (PRICE, -0.0021, "−0.0021"),
        (PRICE, 0.0, "0.00"),
        (PRICE, 1234.5, "1,234"),
        (PRICE, None, "–"),
        (VERDICT, 1.0, "yes"),
    ],
)
def test_a_value_has_the_digits_that_say_something(metric: RunMetric, value: float | None, shown: str) -> None:
    assert value_of(metric, value) == shown
