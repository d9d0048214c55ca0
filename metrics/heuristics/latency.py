"""Latency: how long the target took to answer."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.scoring import ScoreResult, ScoringInput


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the question to the whole answer, as measured when the target was asked."""

    def score(self, item: ScoringInput) -> ScoreResult:
        if item.milliseconds is None:
            return ScoreResult.unscored(
                "latency_missing", "Nobody measured how long this answer took: it came with the data."
            )
        return ScoreResult.scored(item.milliseconds, f"The answer took {item.milliseconds:,.0f} ms.")
