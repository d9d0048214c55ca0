"""What a column of scores comes to: mean with its interval, variance, ends and histogram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.intervals import t_interval, wilson_interval
from metrics.statistics.repeats import clustered_variance

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


def summarise(values: NDArray[np.float64], *, is_share: bool, repeats: int = 1) -> Summary:
    """Summarise what is finite. `is_share`: every value is 0 or 1, so the mean is a share with Wilson's interval.

    Of several `repeats`, so many values after each other are of one item, and the interval reckons with that.
    """
    finite = values[np.isfinite(values)]
    n = int(finite.size)
    if n == 0:
        return Summary(n=0)
    mean, low, high = float(finite.mean()), float(finite.min()), float(finite.max())
    if n == 1:
        return Summary(n=1, mean=mean, minimum=low, maximum=high)
    variance = float(finite.var(ddof=1))
    interval: tuple[float, float] | None
    if repeats > 1:
        interval = _interval_of_repeats(values.reshape(-1, repeats), mean=mean, is_share=is_share)
    else:
        interval = wilson_interval(share=mean, n=n) if is_share else t_interval(mean=mean, variance=variance, n=n)
    ci_low, ci_high = interval or (None, None)
    return Summary(n, mean, variance, ci_low, ci_high, minimum=low, maximum=high)


def _interval_of_repeats(rows: NDArray[np.float64], *, mean: float, is_share: bool) -> tuple[float, float] | None:
    """The interval of a mean over items that were repeated; none for a single item."""
    found = clustered_variance(rows)
    if found is None:
        return None
    variance, items = found
    if not is_share:
        return t_interval(mean=mean, variance=variance * items, n=items)
    # As many independent yes or no as would vary as much; where nothing varies, as many as there are items.
    independent = mean * (1 - mean) / variance if variance else float(items)
    return wilson_interval(share=mean, n=independent)


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
