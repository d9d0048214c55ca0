"""A comparison in words: differences in the metric's unit with their intervals, and the verdict as a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.statistics.paired import PairedResult, PairKind
from metrics.statistics.verdicts import Verdict
from runs.comparison.measures import Measure
from runs.deltas import Tone
from runs.figures import MISSING, difference_of, mean_of

TONES = {Verdict.BETTER: Tone.GOOD, Verdict.WORSE: Tone.BAD}
SIGNS = {
    Verdict.BETTER: "▲",
    Verdict.WORSE: "▼",
    Verdict.PERHAPS_BETTER: "△",
    Verdict.PERHAPS_WORSE: "▽",
    Verdict.NO_DIFFERENCE: "≈",
    Verdict.SAME: "=",
    Verdict.TOO_FEW: "?",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a comparison comes to for people: a tone, the sign beside the colour, and a sentence."""

    tone: Tone
    sign: str
    sentence: str


def difference_text(measure: Measure, value: float) -> str:
    """A difference with its sign; of labels the share of items that moved up less those that moved down."""
    if measure.kind == PairKind.ORDER:
        return f"{'−' if value < 0 else '+'}{abs(value) * 100:.1f} % of items"
    return difference_of(measure.metric, value)


def interval_text(measure: Measure, result: PairedResult) -> str:
    """The ends of the difference's interval; "" where there is none."""
    if result.ci_low is None or result.ci_high is None:
        return ""
    return _between(difference_text(measure, result.ci_low), difference_text(measure, result.ci_high))


def smallest_text(measure: Measure, result: PairedResult) -> str:
    """The smallest difference that these items can show."""
    return MISSING if result.smallest is None else "±" + difference_text(measure, result.smallest).lstrip("+±")


def mean_text(measure: Measure, value: float | None) -> str:
    """A mean over the compared items; labels have none."""
    if measure.kind == PairKind.ORDER:
        return MISSING
    return mean_of(measure.metric, value)


def p_text(value: float | None) -> str:
    if value is None:
        return MISSING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def in_words(measure: Measure, result: PairedResult, verdict: Verdict) -> Said:
    """The verdict with its numbers: "better by 0.04 (0.01 to 0.07), 312 items"."""
    return Said(TONES.get(verdict, Tone.NEUTRAL), SIGNS[verdict], _sentence(measure, result, verdict))


def _sentence(measure: Measure, result: PairedResult, verdict: Verdict) -> str:
    items = f"{result.n:,} item{'' if result.n == 1 else 's'}"
    if result.clusters < result.n:
        items += f" in {result.clusters:,} cluster{'' if result.clusters == 1 else 's'}"
    match verdict:
        case Verdict.TOO_FEW:
            return f"{items} with both scores: too few to say"
        case Verdict.SAME:
            return f"the same on all {items}"
        case Verdict.NO_DIFFERENCE:
            return f"no difference that {items} can show"
        case Verdict.PERHAPS_BETTER | Verdict.PERHAPS_WORSE:
            word = verdict.value.replace("_", " ")
            return f"{word} by {_amount(measure, result)}, {items}; not sure among so many comparisons"
        case _:
            return f"{verdict.value} by {_amount(measure, result)}, {items}"


def _amount(measure: Measure, result: PairedResult) -> str:
    """How large, whichever the direction; the interval reads from the smaller to the larger."""
    difference = result.difference or 0.0
    turned = -1.0 if difference < 0 else 1.0
    shown = _unsigned(measure, abs(difference))
    if result.ci_low is None or result.ci_high is None:
        return shown
    low, high = sorted((turned * result.ci_low, turned * result.ci_high))
    return f"{shown} ({_between(_unsigned(measure, low), _unsigned(measure, high))})"


def _between(low: str, high: str) -> str:
    """Two ends that say their unit once."""
    return f"{low.removesuffix(' % of items').removesuffix(' pp')} to {high}"


def _unsigned(measure: Measure, value: float) -> str:
    """Without a plus; an end beyond zero keeps its minus."""
    return difference_text(measure, value).lstrip("+±")
