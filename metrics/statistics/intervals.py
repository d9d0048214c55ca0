"""95 % confidence intervals of means and shares.

Only `scipy.special` is imported: `scipy.stats` would cost every web and worker process some 50 MB and two seconds.
"""

from __future__ import annotations

import math

from scipy.special import ndtri, stdtrit

CONFIDENCE = 0.95
_UPPER_TAIL = (1 + CONFIDENCE) / 2


def t_interval(*, mean: float, variance: float, n: int) -> tuple[float, float]:
    """Student's interval of a mean from its sample variance; `n` at least 2."""
    half = float(stdtrit(n - 1, _UPPER_TAIL)) * math.sqrt(variance / n)
    return mean - half, mean + half


def wilson_interval(*, share: float, n: float) -> tuple[float, float]:
    """Wilson's score interval of a share, which stays within 0 and 1 and has a width even when all agree.

    `n` need not be whole: it may be the number of independent values that those at hand are worth.
    """
    z_squared = float(ndtri(_UPPER_TAIL)) ** 2
    middle = (share + z_squared / (2 * n)) / (1 + z_squared / n)
    half = math.sqrt(z_squared * (share * (1 - share) / n + z_squared / (4 * n * n))) / (1 + z_squared / n)
    return max(0.0, middle - half), min(1.0, middle + half)
