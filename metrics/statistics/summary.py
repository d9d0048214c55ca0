"""What a column of scores comes to: mean with its interval, variance, ends and histogram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.intervals import t_interval, wilson_interval

BINS = 20


@dataclass(frozen=True, slots=True)
class Summary:
    """Of the values that are there. None where there are too few: a mean needs one value, the rest of it two.

    `variance` is the sample variance; the interval is the 95 % interval of the mean.
    """

    n: int
    mean: float | None = None
    variance: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    minimum: float | None = None
    maximum: float | None = None


def summarise(values: NDArray[np.float64], *, is_share: bool) -> Summary:
    """Summarise what is finite. `is_share`: every value is 0 or 1, so the mean is a share with Wilson's interval."""
    finite = values[np.isfinite(values)]
    n = int(finite.size)
    if n == 0:
        return Summary(n=0)
    mean, low, high = float(finite.mean()), float(finite.min()), float(finite.max())
    if n == 1:
        return Summary(n=1, mean=mean, minimum=low, maximum=high)
    variance = float(finite.var(ddof=1))
    interval = wilson_interval(share=mean, n=n) if is_share else t_interval(mean=mean, variance=variance, n=n)
    return Summary(n, mean, variance, *interval, minimum=low, maximum=high)


def histogram(values: NDArray[np.float64], *, low: float, high: float, bins: int = BINS) -> list[int]:
    """How many finite values fall into each of the equal bins from `low` to `high`; the last bin holds its upper end.

    Values outside the ends are not counted.
    """
    edges = bin_edges(low=low, high=high, bins=bins)
    on_scale = values[(values >= edges[0]) & (values <= edges[-1])]
    places = np.minimum(np.searchsorted(edges, on_scale, side="right") - 1, bins - 1)
    return [int(count) for count in np.bincount(places, minlength=bins)]


def bin_edges(*, low: float, high: float, bins: int = BINS) -> list[float]:
    """The `bins + 1` ends of the histogram's bins; where `low` equals `high`, of a scale of width 1 around it.

    Each is the float nearest to what people would write, so that 0.15 begins a bin and does not end the one before.
    """
    if low == high:
        low, high = low - 0.5, high + 0.5
    return [low + (high - low) * place / bins for place in range(bins)] + [high]
