"""Values of metrics as people read them: in the metric's unit, with as many digits as say something."""

from __future__ import annotations

import math
from collections.abc import Callable

from metrics.choices import ValueType
from runs.models import RunMetric

MISSING = "–"
MOST_EXTRA_DIGITS = 4


def number(value: float | None, *, extra: int = 0) -> str:
    """Two digits below a hundred, one below a thousand, then none; and the extra ones."""
    if value is None or not math.isfinite(value):
        return MISSING
    digits = 2 if abs(value) < 100 else 1 if abs(value) < 1000 else 0
    return f"{value:,.{digits + extra}f}".replace("-", "−")


def mean_of(metric: RunMetric, value: float | None) -> str:
    """A mean: of yes and no the share of yes, of a category the share of those that are allowed."""
    return _beside_threshold(metric, value, _mean)


def value_of(metric: RunMetric, value: float | None) -> str:
    """One item's value; of a category its label."""
    return _value(metric, value) if metric.labels else _beside_threshold(metric, value, _value)


def _beside_threshold(metric: RunMetric, value: float | None, say: Callable[..., str]) -> str:
    """With as many more digits as it takes that a value which misses its threshold does not read like it."""
    words = say(metric, value)
    wanted = metric.threshold
    if value is None or wanted is None or value == wanted or (value > wanted) == metric.scale.higher_is_better:
        return words
    for extra in range(1, MOST_EXTRA_DIGITS + 1):
        if words != say(metric, wanted, extra=extra - 1):
            break
        words = say(metric, value, extra=extra)
    return words


def _mean(metric: RunMetric, value: float | None, *, extra: int = 0) -> str:
    if value is None:
        return MISSING
    if metric.value_type in {ValueType.BOOLEAN, ValueType.CATEGORY}:
        return f"{value * 100:.{1 + extra}f} %"
    return _value(metric, value, extra=extra)


def difference_of(metric: RunMetric, value: float) -> str:
    """How far two means are apart, with its sign. Between shares that is percentage points, not percent."""
    sign = "−" if value < 0 else "+" if value > 0 else "±"
    return sign + _mean(metric, abs(value)).replace(" %", " pp")


def difference_interval_of(metric: RunMetric, low: float | None, high: float | None) -> str:
    """The ends of a difference's interval, each with its sign: `+0.02 to +0.11`; "" where there is none."""
    if low is None or high is None:
        return ""
    return f"{difference_of(metric, low).removesuffix(' pp')} to {difference_of(metric, high)}"


def interval_of(metric: RunMetric, low: float | None, high: float | None) -> str:
    """The ends of a mean's interval: `0.61 to 0.83`; "" where there is none.

    Of few items an interval reaches beyond the range, where no mean can be; there it ends with the range.
    """
    if low is None or high is None:
        return ""
    low = low if metric.range_min is None else max(low, metric.range_min)
    high = high if metric.range_max is None else min(high, metric.range_max)
    return f"{_mean(metric, low)} to {_mean(metric, high)}"


def _value(metric: RunMetric, value: float | None, *, extra: int = 0) -> str:
    if value is None or not math.isfinite(value):
        return MISSING
    if metric.labels:
        return metric.labels[int(value)] if 0 <= value < len(metric.labels) else MISSING
    if metric.value_type == ValueType.BOOLEAN and value in {0.0, 1.0}:
        return "yes" if value else "no"
    if metric.value_type == ValueType.PERCENTAGE:
        share = 1.0 if metric.range_max is not None and metric.range_max > 1 else 100.0
        return f"{value * share:.{1 + extra}f} %"
    is_small = metric.range_max is None and 0 < abs(value) < 1
    return _small(value, extra=extra) if is_small else number(value, extra=extra)


def _small(value: float, *, extra: int) -> str:
    """Two digits that say something, however many noughts stand before them: the price of one answer."""
    return f"{value:.{1 + extra - math.floor(math.log10(abs(value)))}f}".replace("-", "−")


def threshold_of(metric: RunMetric) -> str:
    """The threshold with the side that passes, `≥ 0.70`; with more digits where it has more, `≥ 0.825`."""
    if metric.threshold is None:
        return ""
    fewest, most = (_mean(metric, metric.threshold, extra=extra) for extra in (0, MOST_EXTRA_DIGITS))
    unit = " %" if most.endswith(" %") else ""
    length = len(fewest.removesuffix(unit))
    digits = most.removesuffix(unit)[length:].rstrip("0").rstrip(".")
    return f"{'≥' if metric.scale.higher_is_better else '≤'} {most[:length]}{digits}{unit}"


def wanted_of(metric: RunMetric) -> str:
    """What passes of one item's values: `≥ 0.70`, `wanted: no`, `wanted: joy or love`; "" where nothing is wanted."""
    if metric.threshold is None or (not metric.labels and metric.value_type != ValueType.BOOLEAN):
        return threshold_of(metric)
    possible = metric.labels or ["no", "yes"]
    passing = [word for place, word in enumerate(possible) if metric.criterion.passes(place)]
    return f"wanted: {' or '.join(filter(None, [', '.join(passing[:-1]), *passing[-1:]])) or 'none'}"


def scale_of(metric: RunMetric) -> str:
    """The range of the values, `0–1`, or the unit of those without one."""
    if metric.value_type == ValueType.BOOLEAN:
        return "yes or no"
    if metric.value_type == ValueType.CATEGORY:
        return f"{len(metric.labels)} categories" if metric.labels else "categories"
    if metric.value_type == ValueType.PERCENTAGE:
        return "0–100 %"
    if metric.range_min is None or metric.range_max is None:
        return f"in {metric.unit}" if metric.unit else "no limits"
    return f"{metric.range_min:g}–{metric.range_max:g}"
