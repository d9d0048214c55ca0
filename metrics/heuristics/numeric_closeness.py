"""Numeric closeness: the last number of the output is the expected one, within a tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from metrics.heuristics.expected import expected_missing
from metrics.heuristics.numbers import Number, last_number
from metrics.heuristics.quoting import quoted, quoted_list
from metrics.parameters import Kind, Parameter
from metrics.scoring import JsonValue, ScoreResult, ScoringInput

PARAMETERS = (
    Parameter("absolute_tolerance", Kind.NUMBER, "How far the number may be off, in its own unit."),
    Parameter("relative_tolerance", Kind.NUMBER, "How far it may be off as a share of the expected number."),
)


@dataclass(frozen=True, slots=True)
class NumericCloseness:
    """1 if the last number of the output is near enough to the expected one (of a list: any), else 0.

    The wider of the two tolerances holds. The one set from the start lets rounding in the seventh digit through.
    """

    absolute_tolerance: float = 0.0
    relative_tolerance: float = 1e-6

    def score(self, item: ScoringInput) -> ScoreResult:
        if item.expected is None or item.expected == []:
            return expected_missing()
        entries = item.expected if isinstance(item.expected, list) else [item.expected]
        wanted = [number for number in map(_expected_number, entries) if number]
        if not wanted:
            texts = quoted_list([str(entry) for entry in entries])
            return ScoreResult.unscored("expected_not_numeric", f"The expected answer holds no number: {texts}.")
        found = last_number(item.output)
        if found is None:
            return ScoreResult.scored(0.0, f"There is no number in the output, {quoted(item.output)}.")
        return self._verdict(min((self._compared(found, number) for number in wanted), key=lambda one: one.excess))

    def _compared(self, found: Number, wanted: Number) -> _Comparison:
        """The kindest reading: a percentage against a bare number may stand for itself or for its hundredth."""
        both = found.is_percentage and wanted.is_percentage
        pairs = [(found.value, wanted.value)] if both else product(found.readings, wanted.readings)
        gap, allowed = min(
            ((abs(value - other), self._allowed(other)) for value, other in pairs), key=lambda pair: pair[0] - pair[1]
        )
        return _Comparison(found, wanted, gap, allowed)

    def _allowed(self, wanted: float) -> float:
        return max(self.absolute_tolerance, self.relative_tolerance * abs(wanted))

    def _verdict(self, nearest: _Comparison) -> ScoreResult:
        numbers = (
            f"The output's last number is {quoted(nearest.found.text)}, expected was {quoted(nearest.wanted.text)}"
        )
        if nearest.gap == 0:
            return ScoreResult.scored(1.0, f"{numbers}: the same number.")
        distance = f"{nearest.gap:.6g} apart, where up to {nearest.allowed:.6g} is allowed"
        return ScoreResult.scored(1.0 if nearest.excess <= 0 else 0.0, f"{numbers}: {distance}.")


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two numbers, how far apart they are, and how far they may be."""

    found: Number
    wanted: Number
    gap: float
    allowed: float

    @property
    def excess(self) -> float:
        return self.gap - self.allowed


def _expected_number(entry: JsonValue) -> Number | None:
    if isinstance(entry, str):
        return last_number(entry)
    if isinstance(entry, (int, float)) and not isinstance(entry, bool):
        return Number(f"{entry}", float(entry))
    return None
