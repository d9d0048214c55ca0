"""How often which values of a metric came out: equal bins over its range, and of a category each of its labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.summary import Summary, histogram
from runs.models import RunMetric


def histogram_of(metric: RunMetric, values: NDArray[np.float64], summary: Summary) -> list[int]:
    """The counts; empty where nothing is scored. `summary` is of the same values."""
    if metric.labels:
        return _per_label(values, len(metric.labels))
    if summary.minimum is None or summary.maximum is None:
        return []
    low = summary.minimum if metric.range_min is None else metric.range_min
    high = summary.maximum if metric.range_max is None else metric.range_max
    return histogram(values, low=low, high=high)


def _per_label(values: NDArray[np.float64], labels: int) -> list[int]:
    places = values[~np.isnan(values)].astype(np.int64)
    return [int(count) for count in np.bincount(places, minlength=labels)] if places.size else []
