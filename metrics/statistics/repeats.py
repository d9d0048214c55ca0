"""What repeats of the same items come to: pass@k, all of k, the majority, and means that know what belongs together.

pass@k is the unbiased estimator of Chen et al. 2021, "Evaluating Large Language Models Trained on Code",
arXiv 2107.03374: the chance that of k repeats, drawn from those there are without putting back, at least one passes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RepeatSummary:
    """Shares over the items that have at least `k` repeats with a verdict; None where there is no such item.

    `n_items` counts these, `n_flaky` the items of which some repeats pass and some do not.
    """

    k: int
    n_items: int
    n_flaky: int
    any_of_k: float | None
    all_of_k: float | None
    majority: float | None


def pass_at_k(*, trials: Floats, passes: Floats, k: int) -> Floats:
    """For each item the chance that at least one of k of its repeats passes; NaN where it has fewer than k."""
    return 1.0 - _share_of_draws(trials, trials - passes, k)


def all_of_k(*, trials: Floats, passes: Floats, k: int) -> Floats:
    """For each item the chance that all of k of its repeats pass; NaN where it has fewer than k."""
    return _share_of_draws(trials, passes, k)


def _share_of_draws(trials: Floats, of_kind: Floats, k: int) -> Floats:
    """The share of the draws of k repeats that hold nothing but the kind."""
    draws = comb(trials, k)
    shares: Floats = np.full(trials.shape, np.nan)
    np.divide(comb(of_kind, k), draws, out=shares, where=trials >= k)
    return shares


def summarise_repeats(verdicts: Floats, *, k: int) -> RepeatSummary:
    """Summarise verdicts, a row of repeats for each item: 1 passes, 0 fails, NaN is not known.

    A majority is more than half of an item's known verdicts; a tie is none.
    """
    known = np.isfinite(verdicts)
    trials = known.sum(axis=1).astype(np.float64)
    passes = np.where(known, verdicts, 0.0).sum(axis=1)
    enough = trials >= k
    n_items = int(enough.sum())
    n_flaky = int(((passes > 0) & (passes < trials)).sum())
    if not n_items:
        return RepeatSummary(k, 0, n_flaky, None, None, None)
    counted, passing = trials[enough], passes[enough]
    return RepeatSummary(
        k=k,
        n_items=n_items,
        n_flaky=n_flaky,
        any_of_k=float(pass_at_k(trials=counted, passes=passing, k=k).mean()),
        all_of_k=float(all_of_k(trials=counted, passes=passing, k=k).mean()),
        majority=float((2 * passing > counted).mean()),
    )


def clustered_variance(values: Floats) -> tuple[float, int] | None:
    """The variance of the mean of all finite values, of which those in one row belong together, and the number of rows.

    None for fewer than two rows with a value. The sandwich estimator with the small-sample factor G / (G − 1): repeats
    of one item resemble each other, and counting them as if they did not would make the interval too narrow.
    """
    known = np.isfinite(values)
    has_any = known.any(axis=1)
    groups = int(has_any.sum())
    if groups < 2:
        return None
    mean = float(values[known].mean())
    sums = np.where(known, values - mean, 0.0).sum(axis=1)[has_any]
    variance = float((sums**2).sum()) / int(known.sum()) ** 2 * groups / (groups - 1)
    return variance, groups
