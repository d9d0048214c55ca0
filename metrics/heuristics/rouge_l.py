"""ROUGE-L: the longest sequence of words that the output and the expected text have in common, in order."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from metrics.heuristics.expected import expected_missing, expected_texts
from metrics.heuristics.overlap import Overlap, closest_of
from metrics.heuristics.quoting import quoted
from metrics.heuristics.words import words
from metrics.parameters import Kind, Parameter
from metrics.scoring import ScoreResult, ScoringInput

PARAMETERS = (
    Parameter(
        "measure",
        Kind.CHOICE,
        "F1 weighs what is missing and what is too much alike; recall minds what is missing, precision what is extra.",
        choices=("f1", "recall", "precision"),
    ),
)
# Pairs of words; the work grows with the product of the lengths, and this many take about a second.
MOST_PAIRS = 5_000_000_000


@dataclass(frozen=True, slots=True)
class RougeL:
    """F1 (or recall, or precision) of the longest common subsequence of words; of a list the best. No stemming."""

    measure: str = "f1"

    def score(self, item: ScoringInput) -> ScoreResult:
        texts = expected_texts(item.expected)
        if not texts:
            return expected_missing()
        output = words(item.output)
        wanted = [words(text) for text in texts]
        if sum(map(len, wanted)) * len(output) > MOST_PAIRS:
            return _too_long(len(output), sum(map(len, wanted)))
        overlaps = [
            Overlap(LCSseq.similarity(output, each), len(output), len(each), text)
            for each, text in zip(wanted, texts, strict=True)
        ]
        best = max(overlaps, key=self._value)
        return ScoreResult.scored(
            self._value(best),
            f"Longest sequence of words in common with {closest_of(len(texts))}, {quoted(best.expected)}: {best}.",
        )

    def _value(self, overlap: Overlap) -> float:
        return {"f1": overlap.f1, "recall": overlap.recall, "precision": overlap.precision}[self.measure]


def _too_long(in_output: int, in_expected: int) -> ScoreResult:
    return ScoreResult.unscored(
        "too_long",
        f"The output has {in_output:,} words and the expected text {in_expected:,}: too long to compare word by word.",
    )
