"""Imported metrics: the value that came with the data, taken as it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from metrics.scoring import JsonValue, ScoreResult, ScoringInput

NO_VALUE = "no_value"

# How the explanation of a score ends that came without one.
NO_REASON = "without a reason."


@dataclass(frozen=True, slots=True)
class Imported:
    """Reads `given[source]`: a number, or an object with `score`, `reason` and `model`."""

    source: str
    minimum: float | None = None
    maximum: float | None = None

    def score(self, item: ScoringInput) -> ScoreResult:
        given = item.given.get(self.source)
        verdict = given if isinstance(given, Mapping) else {"score": given}
        reason = _text(verdict.get("reason"))
        value = _number(verdict.get("score"))
        if value is None:
            return ScoreResult.unscored(NO_VALUE, reason or self._nothing_given(verdict.get("score")))
        if not self._holds(value):
            return ScoreResult.errored("out_of_range", self._outside(value))
        explanation = reason or f"The data gave {value:g} as “{self.source}”, {NO_REASON}"
        return ScoreResult.scored(value, explanation, judge_model=_text(verdict.get("model"))[:200])

    def _holds(self, value: float) -> bool:
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)

    def _nothing_given(self, score: JsonValue) -> str:
        if score is None:
            return f"The data gave no value as “{self.source}” for this item."
        return f"The data gave {str(score)[:80]!r} as “{self.source}”, which is not a number."

    def _outside(self, value: float) -> str:
        return (
            f"The data gave {value:g} as “{self.source}”, outside the metric's range "
            f"{_end(self.minimum)} to {_end(self.maximum)}."
        )


def _number(score: JsonValue) -> float | None:
    if not isinstance(score, (int, float)):
        return None
    try:
        value = float(score)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _text(value: JsonValue) -> str:
    return value.strip() if isinstance(value, str) else ""


def _end(end: float | None) -> str:
    return "–" if end is None else f"{end:g}"
