"""Levenshtein similarity: the share of characters that need no edit."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein as Distance

from metrics.heuristics.expected import expected_missing, expected_texts
from metrics.heuristics.quoting import quoted
from metrics.scoring import ScoreResult, ScoringInput

# The work grows with the product of the lengths: 10^10 pairs of characters take one to two seconds, which lets two
# texts of 100,000 characters through, and an output of ten million against an answer of a thousand.
MOST_PAIRS = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Levenshtein:
    """`1 - distance / length of the longer text`, 1 when both are empty; of a list the best. Code points count."""

    def score(self, item: ScoringInput) -> ScoreResult:
        texts = expected_texts(item.expected)
        if not texts:
            return expected_missing()
        if sum(len(text) for text in texts) * len(item.output) > MOST_PAIRS:
            return _too_long(texts, item.output)
        similarity, distance, best = max(
            (_compared(text, item.output) for text in texts),
            key=lambda compared: compared[0],
        )
        return ScoreResult.scored(similarity, _explained(similarity, distance, best, item.output, len(texts)))


def _compared(expected: str, output: str) -> tuple[float, int, str]:
    """Similarity, distance and the text compared with."""
    longer = max(len(expected), len(output))
    distance = Distance.distance(expected, output)
    return (1.0 - distance / longer if longer else 1.0), distance, expected


def _explained(similarity: float, distance: int, expected: str, output: str, entries: int) -> str:
    which = "the expected text" if entries == 1 else f"the closest of {entries} accepted texts"
    if distance == 0:
        return f"The output is the same as {which}, {quoted(expected)}."
    edits = "one edit" if distance == 1 else f"{distance:,} edits"
    longer = max(len(expected), len(output))
    return (
        f"The output {quoted(output)} is {edits} (a character added, removed or replaced) from {which}, "
        f"{quoted(expected)}: 1 − {distance} / {longer} = {similarity:.4g}."
    )


def _too_long(texts: list[str], output: str) -> ScoreResult:
    return ScoreResult.unscored(
        "too_long",
        f"The output has {len(output):,} characters and the expected text {sum(len(text) for text in texts):,}: "
        "too long to compare character by character. Use another metric for texts of this size.",
    )
