"""Chunk attribution and chunk use: how many of the passages stand in the output, and how much of their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.chunks import ChunkUse, chunk_uses
from metrics.heuristics.quoting import QUOTES_LISTED
from metrics.scoring import ScoreResult, ScoringInput


@dataclass(frozen=True, slots=True)
class ChunkAttribution:
    """The percent of the passages that the output uses."""

    def score(self, item: ScoringInput) -> ScoreResult:
        uses = _uses(item)
        if not uses:
            return _context_missing()
        used = sum(use.is_used for use in uses)
        return ScoreResult.scored(100.0 * used / len(uses), f"{used} of {len(uses)} passages are used. {_listed(uses)}")


@dataclass(frozen=True, slots=True)
class ChunkShare:
    """The percent of the passages' words that stand in the output; a longer passage weighs more."""

    def score(self, item: ScoringInput) -> ScoreResult:
        uses = _uses(item)
        if not uses:
            return _context_missing()
        length = sum(use.word_count for use in uses)
        taken = sum(use.percent * use.word_count for use in uses)
        return ScoreResult.scored(
            taken / length if length else 0.0, f"The passages have {length:,} words. {_listed(uses)}"
        )


def _uses(item: ScoringInput) -> list[ChunkUse]:
    return chunk_uses(item.context or (), output=item.output, question=item.input)


def _context_missing() -> ScoreResult:
    return ScoreResult.unscored("context_missing", "This item has no context passages.")


def _listed(uses: Sequence[ChunkUse]) -> str:
    """The passages that are used, by their number, those with the most first."""
    used = sorted(((use.percent, number) for number, use in enumerate(uses, start=1) if use.is_used), reverse=True)
    if not used:
        return "The wording of none of them stands in the output."
    shown = ", ".join(f"passage {number} ({percent:.0f} % of its words)" for percent, number in used[:QUOTES_LISTED])
    more = f" and {len(used) - QUOTES_LISTED} more" if len(used) > QUOTES_LISTED else ""
    return f"Used: {shown}{more}."
