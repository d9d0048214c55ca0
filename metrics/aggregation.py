"""From the scores of several metrics to one overall: of every item at once, and of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metrics.scale import Scale

Column = NDArray[np.float64]


def overall(values: Sequence[Column], scales: Sequence[Scale], weights: Sequence[float]) -> Column:
    """The weighted mean of each item's scores on the common 0 to 1 scale.

    One array per metric, NaN where an item has no value. Metrics without ends take no part. NaN where nothing with a
    weight is left.
    """
    length = len(values[0]) if values else 0
    total, weight_sum, result = np.zeros(length), np.zeros(length), np.full(length, np.nan)
    for column, scale, weight in zip(values, scales, weights, strict=True):
        shares = _goodness(column, scale)
        if shares is None:
            continue
        present = ~np.isnan(shares)
        total[present] += weight * shares[present]
        weight_sum[present] += weight
    np.divide(total, weight_sum, out=result, where=weight_sum > 0)
    return result


def run_overall(means: Sequence[float | None], scales: Sequence[Scale], weights: Sequence[float]) -> float | None:
    """The weighted mean of the metric means on the common 0 to 1 scale; None where nothing with a weight is left."""
    columns = [np.array([math.nan if mean is None else mean]) for mean in means]
    if not columns:
        return None
    value = float(overall(columns, scales, weights)[0])
    return None if math.isnan(value) else value


def _goodness(column: Column, scale: Scale) -> Column | None:
    """As `Scale.goodness`, but not clipped, so that the goodness of a mean is the mean of the goodness."""
    if scale.minimum is None or scale.maximum is None:
        return None
    if scale.higher_is_better:
        return (column - scale.minimum) / (scale.maximum - scale.minimum)
    return (scale.maximum - column) / (scale.maximum - scale.minimum)
