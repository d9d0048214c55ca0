"""Second opinions on a paired difference that lean on no bell curve: Wilcoxon's ranks and the bootstrap."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from metrics.statistics.intervals import CONFIDENCE
from metrics.statistics.paired import Codes

Floats = NDArray[np.float64]

RESAMPLES = 2_000
_SEED = 20_411
_DIGITS = 12


def wilcoxon_signed_rank(differences: Floats) -> float | None:
    """The two-sided p-value by the normal approximation with the correction for ties; zeros are left out.

    None for fewer than two differences that are not zero.
    """
    # Rounded, so that 0.7 − 0.6 and 0.4 − 0.3 tie.
    rounded = np.round(differences, _DIGITS)
    moved = rounded[rounded != 0]
    n = len(moved)
    if n < 2:
        return None
    _, places, counts = np.unique(np.abs(moved), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    positive = float(ranks[moved > 0].sum())
    ties = float((counts.astype(np.float64) ** 3 - counts).sum())
    variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48
    return 2.0 * float(ndtr(-abs(positive - n * (n + 1) / 4) / math.sqrt(variance)))


def bootstrap_interval(differences: Floats, *, clusters: Codes | None = None) -> tuple[float, float] | None:
    """The percentile interval of the mean from items, or whole clusters, drawn again and again; always the same draws.

    None for fewer than two items or clusters.
    """
    groups = np.arange(len(differences)) if clusters is None else clusters
    sums, sizes = np.bincount(groups, weights=differences), np.bincount(groups)
    sums, sizes = sums[sizes > 0], sizes[sizes > 0]
    count = len(sums)
    if count < 2:
        return None
    draws = np.random.default_rng(_SEED).integers(0, count, size=(RESAMPLES, count))
    means = sums[draws].sum(axis=1) / sizes[draws].sum(axis=1)
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
