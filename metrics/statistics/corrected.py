"""What share would pass if people had judged: a judge's pass rate corrected for the errors it is known to make."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri

from metrics.statistics.agreement import PassTable, Share
from metrics.statistics.intervals import CONFIDENCE

_Z = float(ndtri((1 + CONFIDENCE) / 2))


@dataclass(frozen=True, slots=True)
class CorrectedRate:
    """The share with its interval, within 0 and 1; `refusal` says why there is none."""

    raw: float | None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    refusal: str = ""


def corrected_rate(passed: Share, table: PassTable) -> CorrectedRate:
    """Rogan and Gladen 1978, with the interval of Lang and Reiczigel 2014, which knows how few rows were labelled.

    `passed` is what the judge let pass, `table` how it did on rows that people judged, too.
    """
    sensitivity, specificity = table.sensitivity, table.specificity
    if passed.value is None:
        return CorrectedRate(None, refusal="Nothing is scored.")
    if sensitivity.value is None or specificity.value is None:
        missing = "pass" if sensitivity.value is None else "fail"
        return CorrectedRate(passed.value, refusal=f"People let no labelled item {missing}, so one error is unknown.")
    if sensitivity.value + specificity.value <= 1:
        return CorrectedRate(
            passed.value, refusal="On the labelled items the judge is no better than chance; nothing can be corrected."
        )
    value = (passed.value + specificity.value - 1) / (sensitivity.value + specificity.value - 1)
    low, high = _interval(passed, sensitivity, specificity)
    return CorrectedRate(passed.value, _clipped(value), _clipped(low), _clipped(high))


def _interval(passed: Share, sensitivity: Share, specificity: Share) -> tuple[float, float]:
    """Lang and Reiczigel 2014, Preventive Veterinary Medicine 113, 13 to 22: each share is moved towards the middle."""
    n = passed.n + _Z**2
    rate = (passed.hits + _Z**2 / 2) / n
    right, n_right = (sensitivity.hits + 1) / (sensitivity.n + 2), sensitivity.n + 2
    wrong, n_wrong = (specificity.hits + 1) / (specificity.n + 2), specificity.n + 2
    youden = right + wrong - 1
    if youden <= 0:
        return 0.0, 1.0
    middle = min(1.0, max(0.0, (rate + wrong - 1) / youden))
    of_right, of_wrong = right * (1 - right) / n_right, wrong * (1 - wrong) / n_wrong
    shift = 2 * _Z**2 * (middle * of_right - (1 - middle) * of_wrong)
    half = _Z * math.sqrt(rate * (1 - rate) / n + middle**2 * of_right + (1 - middle) ** 2 * of_wrong) / youden
    return middle + shift - half, middle + shift + half


def _clipped(value: float) -> float:
    return min(1.0, max(0.0, value))
