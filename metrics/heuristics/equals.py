"""Equals: the output is the expected text, character by character."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.heuristics.expected import expected_missing, expected_texts
from metrics.heuristics.quoting import place, quoted, quoted_list
from metrics.scoring import ScoreResult, ScoringInput

# So much of the text before the first difference is quoted along, to see where one is.
_LEAD = 20


@dataclass(frozen=True, slots=True)
class Equals:
    """1 if the output is the same text as `expected` (of a list: any entry), else 0. Case counts, nothing is cut."""

    def score(self, item: ScoringInput) -> ScoreResult:
        texts = expected_texts(item.expected)
        if not texts:
            return expected_missing()
        if item.output in texts:
            return ScoreResult.scored(1.0, f"The output is exactly {quoted(item.output)}, as expected.")
        return ScoreResult.scored(0.0, _differs(texts, item.output))


def _differs(texts: list[str], output: str) -> str:
    if len(texts) > 1:
        return f"The output {quoted(output)} is none of the {len(texts)} accepted texts: {quoted_list(texts)}."
    return _first_difference(texts[0], output) + _hint(texts[0], output)


def _first_difference(expected: str, output: str) -> str:
    at = common_length(expected, output)
    start = max(0, at - _LEAD)
    if at == len(output):
        return f"The output {quoted(output)} ends too early; expected was {quoted(expected, start)}."
    if at == len(expected):
        return f"The output goes on after the expected text {quoted(expected)}: {quoted(output, start)}."
    return (
        f"Differs from {place(output, at)} on: "
        f"expected was {quoted(expected, start)}, the output has {quoted(output, start)}."
    )


def common_length(first: str, second: str) -> int:
    """How many characters two texts have in common at their start; halving compares slices at memory speed."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _hint(expected: str, output: str) -> str:
    if expected.strip() == output.strip():
        return " Only spaces or line breaks at the ends differ."
    if expected.casefold() == output.casefold():
        return " Only upper and lower case differ."
    return ""
