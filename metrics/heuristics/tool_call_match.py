"""Tool-call match: the expected tools were called with the expected arguments, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metrics.heuristics.call_matching import (
    Comparison,
    ExpectedCall,
    expected_calls,
    pairs_in_any_order,
    pairs_in_order,
    same_name,
)
from metrics.heuristics.expected import expected_missing
from metrics.heuristics.quoting import QUOTES_LISTED, cut
from metrics.parameters import Kind, Parameter
from metrics.scoring import ScoreResult, ScoringInput
from metrics.tool_calls import ToolCall, calls_made

PARAMETERS = (
    Parameter("order", Kind.CHOICE, "Whether the calls must come in the expected order.", choices=("any", "same")),
    Parameter("allow_more", Kind.FLAG, "Whether calls beyond the expected ones do no harm."),
    Parameter("loose_text", Kind.FLAG, "Whether case, spaces and punctuation inside text arguments count for nothing."),
)
# Every call is compared with every expected one.
MOST_CALLS = 300


@dataclass(frozen=True, slots=True)
class ToolCallMatch:
    """The share of calls that are right: matched / expected or made, whichever are more (expected, with `allow_more`).

    A call is right when its name and every argument are as expected.
    """

    order: str = "any"
    allow_more: bool = False
    loose_text: bool = False

    def score(self, item: ScoringInput) -> ScoreResult:
        if item.expected is None:
            return expected_missing()
        wanted, made = expected_calls(item.expected), calls_made(item)
        if wanted is None:
            return ScoreResult.unscored("expected_not_calls", "The expected answer cannot be read as tool calls.")
        if made is None:
            return ScoreResult.unscored(
                "calls_unknown",
                "Nothing says which tools were called: no trace of messages, no “tool_calls”, no calls as the output.",
            )
        if max(len(wanted), len(made)) > MOST_CALLS:
            return ScoreResult.unscored("too_long", f"More than {MOST_CALLS} calls are too many to compare.")
        return self._compared(wanted, made)

    def _compared(self, wanted: Sequence[ExpectedCall], made: Sequence[ToolCall]) -> ScoreResult:
        faults = [[self._faults(call, one) for call in made] for one in wanted]
        fits = [[not each for each in row] for row in faults]
        pairs = pairs_in_order(fits) if self.order == "same" else pairs_in_any_order(fits)
        most = len(wanted) if self.allow_more else max(len(wanted), len(made))
        value = len(pairs) / most if most else 1.0
        called = ", ".join(call.name for call in made) or "nothing"
        looked_for = f"Expected {_counted(wanted)}; called was {cut(called)}."
        if value == 1.0:
            return ScoreResult.scored(1.0, f"{looked_for} All calls are right.")
        wrong = [*self._unmatched(wanted, made, faults, pairs), *self._extra(made, pairs)]
        more = f"; and {len(wrong) - QUOTES_LISTED} more" if len(wrong) > QUOTES_LISTED else ""
        listed = "; ".join(wrong[:QUOTES_LISTED])
        return ScoreResult.scored(value, f"{looked_for} {len(pairs)} of {most} right. Wrong: {listed}{more}.")

    def _faults(self, call: ToolCall, wanted: ExpectedCall) -> list[str]:
        if not isinstance(call.arguments, Mapping):
            return ["its arguments are no JSON object"] if same_name(call.name, wanted.name) else ["another tool"]
        return Comparison(loose_text=self.loose_text).faults(call.name, call.arguments, wanted)

    def _unmatched(
        self,
        wanted: Sequence[ExpectedCall],
        made: Sequence[ToolCall],
        faults: Sequence[Sequence[list[str]]],
        pairs: Sequence[tuple[int, int]],
    ) -> list[str]:
        """Each expected call that was not made, with what is wrong with the nearest one of that name."""
        matched, used = {row for row, _ in pairs}, {column for _, column in pairs}
        found = []
        for row, one in enumerate(wanted):
            if row in matched:
                continue
            near = [
                faults[row][column]
                for column, call in enumerate(made)
                if column not in used and same_name(call.name, one.name)
            ]
            nearest = min(near, key=len) if near else ["was not called"]
            found.append(f"{one.name}: {', '.join(nearest) or 'not in the expected order'}")
        return found

    def _extra(self, made: Sequence[ToolCall], pairs: Sequence[tuple[int, int]]) -> list[str]:
        if self.allow_more or len(made) <= len(pairs):
            return []
        used = {column for _, column in pairs}
        return [f"{call.name} was called besides" for column, call in enumerate(made) if column not in used]


def _counted(wanted: Sequence[ExpectedCall]) -> str:
    return cut(", ".join(one.name for one in wanted)) or "no call"
