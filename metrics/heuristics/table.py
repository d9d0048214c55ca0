"""Every heuristic by the name that a definition gives it, with its parameters: one explicit table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from metrics.heuristics import (
    bleu,
    chunk_use,
    completeness,
    json_schema,
    json_valid,
    length,
    numeric_closeness,
    pii_leaks,
    regex_match,
    rouge_l,
    tool_call_match,
)
from metrics.heuristics.contains import Contains
from metrics.heuristics.cost import Cost
from metrics.heuristics.equals import Equals
from metrics.heuristics.latency import Latency
from metrics.heuristics.levenshtein import Levenshtein
from metrics.heuristics.token_f1 import TokenF1
from metrics.heuristics.tool_errors import ToolErrors
from metrics.parameters import Parameter
from metrics.scoring import Scorer


@dataclass(frozen=True, slots=True)
class Heuristic:
    """How a scorer is made, what it may be told, and whether it says something of an item without an output, too."""

    make: Callable[..., Scorer]
    parameters: tuple[Parameter, ...] = ()
    needs_output: bool = True


HEURISTICS: dict[str, Heuristic] = {
    "contains": Heuristic(Contains),
    "equals": Heuristic(Equals),
    "regex_match": Heuristic(regex_match.RegexMatch, regex_match.PARAMETERS),
    "levenshtein": Heuristic(Levenshtein),
    "numeric_closeness": Heuristic(numeric_closeness.NumericCloseness, numeric_closeness.PARAMETERS),
    "token_f1": Heuristic(TokenF1),
    "rouge_l": Heuristic(rouge_l.RougeL, rouge_l.PARAMETERS),
    "bleu": Heuristic(bleu.Bleu, bleu.PARAMETERS),
    "json_valid": Heuristic(json_valid.JsonValid, json_valid.PARAMETERS),
    "json_schema": Heuristic(json_schema.JsonSchema, json_schema.PARAMETERS),
    "tool_call_match": Heuristic(tool_call_match.ToolCallMatch, tool_call_match.PARAMETERS),
    "length": Heuristic(length.Length, length.PARAMETERS),
    "latency": Heuristic(Latency, needs_output=False),
    "cost": Heuristic(Cost, needs_output=False),
    "completeness": Heuristic(completeness.Completeness, completeness.PARAMETERS, needs_output=False),
    "pii_leaks": Heuristic(pii_leaks.PiiLeaks, pii_leaks.PARAMETERS),
    "chunk_attribution": Heuristic(chunk_use.ChunkAttribution),
    "chunk_use": Heuristic(chunk_use.ChunkShare),
    "tool_errors": Heuristic(ToolErrors, needs_output=False),
}
