"""The difference between a mean and a baseline's: signed, judged by direction, and called noise where it may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from metrics.scale import TOLERANCE


class Tone(StrEnum):
    """What a difference means for people; the same words that style sheets know."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its 95 % interval, in the metric's unit; an end is None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """A difference against a baseline."""

    value: float
    tone: Tone
    is_noise: bool

    @property
    def words(self) -> str:
        if self.is_noise:
            return "within the noise"
        return {Tone.GOOD: "better", Tone.BAD: "worse", Tone.NEUTRAL: "the same"}[self.tone]


def delta(candidate: Mean, baseline: Mean, *, higher_is_better: bool) -> Delta | None:
    """Candidate minus baseline; None when one of them has no mean.

    It is noise when it is no larger than the half-widths of both intervals taken together, which is the test of two
    independent means. Pairing items can see smaller differences; a list does not read items.
    """
    if candidate.value is None or baseline.value is None:
        return None
    difference = candidate.value - baseline.value
    if abs(difference) <= TOLERANCE:
        return Delta(0.0, Tone.NEUTRAL, is_noise=False)
    spread = math.hypot(_half_width(candidate), _half_width(baseline))
    if abs(difference) <= spread:
        return Delta(difference, Tone.NEUTRAL, is_noise=True)
    return Delta(difference, Tone.GOOD if (difference > 0) == higher_is_better else Tone.BAD, is_noise=False)


def _half_width(mean: Mean) -> float:
    return 0.0 if mean.low is None or mean.high is None else (mean.high - mean.low) / 2
