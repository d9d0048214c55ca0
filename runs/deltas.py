"""The difference between a mean and a baseline's: signed, judged by direction, and called noise where it may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from metrics.scale import TOLERANCE
from runs.choices import VerdictKind


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
    """A difference against a baseline with its 95 % interval; an end is None where there is none."""

    value: float
    tone: Tone
    is_noise: bool
    low: float | None = None
    high: float | None = None

    @property
    def words(self) -> str:
        if self.is_noise:
            return "within the noise"
        return {Tone.GOOD: "better", Tone.BAD: "worse", Tone.NEUTRAL: "the same"}[self.tone]


_TONES = {VerdictKind.BETTER: Tone.GOOD, VerdictKind.WORSE: Tone.BAD}


def paired_delta(verdict: VerdictKind, difference: Mean) -> Delta | None:
    """A difference with its interval as the paired test judged it; None where there is nothing to compare.

    What may be chance is noise, and so is what too few items, or too many comparisons, leave open.
    """
    if verdict == VerdictKind.NOT_COMPARABLE or difference.value is None:
        return None
    tone = _TONES.get(verdict, Tone.NEUTRAL)
    is_noise = tone is Tone.NEUTRAL and verdict != VerdictKind.SAME
    return Delta(difference.value, tone, is_noise, difference.low, difference.high)


def delta(candidate: Mean, baseline: Mean, *, higher_is_better: bool) -> Delta | None:
    """Candidate minus baseline; None when one of them has no mean.

    It is noise when it is no larger than the half-widths of both intervals taken together, which is the test of two
    independent means. Pairing items sees smaller differences: this stands in until that is done, and for live runs.
    """
    if candidate.value is None or baseline.value is None:
        return None
    difference = candidate.value - baseline.value
    spread = math.hypot(_half_width(candidate), _half_width(baseline))
    ends = (difference - spread, difference + spread) if spread else (None, None)
    if abs(difference) <= TOLERANCE:
        return Delta(0.0, Tone.NEUTRAL, False, *ends)
    if abs(difference) <= spread:
        return Delta(difference, Tone.NEUTRAL, True, *ends)
    return Delta(difference, Tone.GOOD if (difference > 0) == higher_is_better else Tone.BAD, False, *ends)


def _half_width(mean: Mean) -> float:
    return 0.0 if mean.low is None or mean.high is None else (mean.high - mean.low) / 2
