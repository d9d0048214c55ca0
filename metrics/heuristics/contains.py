"""Contains: every expected text is somewhere in the output."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.heuristics.expected import expected_missing, expected_texts
from metrics.heuristics.quoting import near_miss, place, quoted, quoted_list
from metrics.scoring import ScoreResult, ScoringInput


@dataclass(frozen=True, slots=True)
class Contains:
    """1 if `expected` (of a list: every entry) is a substring of the output, else 0. Case counts, nothing is cut."""

    def score(self, item: ScoringInput) -> ScoreResult:
        texts = expected_texts(item.expected)
        if not texts:
            return expected_missing()
        missing = [text for text in texts if text not in item.output]
        if missing:
            return ScoreResult.scored(0.0, _not_found(missing, len(texts), item.output))
        return ScoreResult.scored(1.0, _found(texts, item.output))


def _found(texts: list[str], output: str) -> str:
    if len(texts) == 1:
        return f"Looked for {quoted(texts[0])} and found it at {place(output, output.index(texts[0]))} of the output."
    return f"Looked for {len(texts)} texts and found all of them in the output: {quoted_list(texts)}."


def _not_found(missing: list[str], total: int, output: str) -> str:
    if total == 1:
        hint = near_miss(missing[0], output)
        return f"Looked for {quoted(missing[0])} and did not find it in the output, {quoted(output)}.{hint}"
    return f"Looked for {total} texts; {len(missing)} not found in the output: {quoted_list(missing)}."
