"""A stored verdict in words, as the comparison of the two runs says it."""

from __future__ import annotations

from metrics.statistics.paired import PairedResult, PairTest
from metrics.statistics.verdicts import Verdict
from runs.choices import Incomparable, VerdictKind
from runs.comparison.measures import Measure
from runs.comparison.words import Said, in_words
from runs.deltas import Tone
from runs.models import RunMetric, RunVerdict


def said_of(verdict: RunVerdict, metric: RunMetric) -> Said:
    """The verdict with its numbers in the unit of the metric."""
    if verdict.verdict == VerdictKind.NOT_COMPARABLE:
        return Said(Tone.NEUTRAL, "≠", f"not comparable: {Incomparable(verdict.reason).label}")
    result = PairedResult(
        n=verdict.items,
        clusters=verdict.items,
        up=0,
        down=0,
        test=PairTest.NONE,
        difference=verdict.difference,
        ci_low=verdict.ci_low,
        ci_high=verdict.ci_high,
        p=verdict.p,
    )
    return in_words(Measure(verdict.measure, (metric, metric)), result, Verdict(verdict.verdict))
