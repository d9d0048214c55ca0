"""Tool errors: how many of the tools' answers were errors."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.heuristics.quoting import QUOTES_LISTED, quoted
from metrics.scoring import ScoreResult, ScoringInput
from metrics.tool_calls import calls_made
from metrics.tool_outcomes import tool_outcomes


@dataclass(frozen=True, slots=True)
class ToolErrors:
    """The percent of answers that tools gave that say that something failed; 0 where no tool was called."""

    def score(self, item: ScoringInput) -> ScoreResult:
        outcomes = tool_outcomes(item)
        if not outcomes:
            return _without_answers(item)
        failed = [outcome for outcome in outcomes if outcome.error]
        if not failed:
            return ScoreResult.scored(0.0, f"None of {len(outcomes)} answers of tools is an error.")
        listed = "; ".join(f"{outcome.tool or 'a tool'}: {quoted(outcome.error)}" for outcome in failed[:QUOTES_LISTED])
        more = f"; and {len(failed) - QUOTES_LISTED} more" if len(failed) > QUOTES_LISTED else ""
        told = f"{len(failed)} of {len(outcomes)} answers of tools are errors: {listed}{more}."
        return ScoreResult.scored(100.0 * len(failed) / len(outcomes), told)


def _without_answers(item: ScoringInput) -> ScoreResult:
    calls = calls_made(item)
    if calls is None:
        return ScoreResult.unscored("calls_unknown", "Nothing says which tools were called: no trace, no “tool_calls”.")
    if calls:
        return ScoreResult.unscored("results_unknown", f"Nothing says what came back from {len(calls)} calls of tools.")
    return ScoreResult.scored(0.0, "No tool was called, so none failed.")
