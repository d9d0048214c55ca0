"""Length: how long the output is."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.heuristics.words import count_words
from metrics.parameters import Kind, Parameter
from metrics.scoring import ScoreResult, ScoringInput

PARAMETERS = (
    Parameter("unit", Kind.CHOICE, "What is counted.", choices=("characters", "words", "tokens"), is_fixed=True),
)


@dataclass(frozen=True, slots=True)
class Length:
    """The number of characters (code points), of words, or of the tokens that the target counted."""

    unit: str = "characters"

    def score(self, item: ScoringInput) -> ScoreResult:
        count = self._count(item)
        if count is None:
            return ScoreResult.unscored("tokens_missing", "What answered did not say how many tokens the output has.")
        return ScoreResult.scored(float(count), f"The output has {count:,} {self.unit}.")

    def _count(self, item: ScoringInput) -> int | None:
        if self.unit == "tokens":
            return item.output_tokens
        return len(item.output) if self.unit == "characters" else count_words(item.output)
