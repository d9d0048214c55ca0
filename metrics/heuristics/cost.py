"""Cost: what an answer cost at the prices of the target's connection."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.scoring import ScoreResult, ScoringInput


@dataclass(frozen=True, slots=True)
class Cost:
    """Dollars for the tokens of one answer; what judges cost is not in it."""

    def score(self, item: ScoringInput) -> ScoreResult:
        if item.cost is None:
            return ScoreResult.unscored(
                "cost_missing",
                "The price of this answer is not known: it came with the data, or its connection has no prices.",
            )
        return ScoreResult.scored(item.cost, f"The answer cost ${item.cost:.6f}{_tokens(item)}.")


def _tokens(item: ScoringInput) -> str:
    if item.input_tokens is None or item.output_tokens is None:
        return ""
    return f" for {item.input_tokens:,} tokens read and {item.output_tokens:,} written"
