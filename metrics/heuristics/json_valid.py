"""JSON validity: the output can be read as JSON."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.heuristics.json_text import NotJsonError, described, read_json
from metrics.parameters import Kind, Parameter
from metrics.scoring import ScoreResult, ScoringInput

ALLOW_FENCE = Parameter(
    "allow_fence", Kind.FLAG, "Whether JSON inside a Markdown code fence (three backticks) counts, too."
)
PARAMETERS = (ALLOW_FENCE,)


@dataclass(frozen=True, slots=True)
class JsonValid:
    """1 if the whole output is one JSON value by RFC 8259, else 0."""

    allow_fence: bool = False

    def score(self, item: ScoringInput) -> ScoreResult:
        try:
            value = read_json(item.output, allow_fence=self.allow_fence)
        except NotJsonError as error:
            return ScoreResult.scored(0.0, str(error))
        return ScoreResult.scored(1.0, f"The output is JSON: {described(value)}.")
