"""Token F1: how many words the output and the expected answer share, as SQuAD counts them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from metrics.heuristics.expected import expected_missing, expected_texts
from metrics.heuristics.overlap import Overlap, closest_of
from metrics.heuristics.quoting import quoted
from metrics.heuristics.words import answer_words
from metrics.scoring import ScoreResult, ScoringInput


@dataclass(frozen=True, slots=True)
class TokenF1:
    """F1 of the words of both texts, without case, punctuation, articles and order; of a list the best."""

    def score(self, item: ScoringInput) -> ScoreResult:
        texts = expected_texts(item.expected)
        if not texts:
            return expected_missing()
        output = Counter(answer_words(item.output))
        best = max((_overlap(output, text) for text in texts), key=lambda overlap: overlap.f1)
        return ScoreResult.scored(
            best.f1,
            f"Words shared with {closest_of(len(texts))}, {quoted(best.expected)}: {best}. "
            "Case, punctuation, articles and order do not count.",
        )


def _overlap(output: Counter[str], expected: str) -> Overlap:
    wanted = Counter(answer_words(expected))
    return Overlap((output & wanted).total(), output.total(), wanted.total(), expected)
