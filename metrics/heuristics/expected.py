"""Reading an item's `expected` as the texts that heuristics compare with."""

from __future__ import annotations

import json

from metrics.scoring import JsonValue, ScoreResult

EXPECTED_MISSING = "expected_missing"


def expected_texts(expected: JsonValue) -> list[str]:
    """The accepted texts: a text, the entries of a list, compact JSON of anything else; none when missing."""
    if expected is None:
        return []
    entries = expected if isinstance(expected, list) else [expected]
    return [entry if isinstance(entry, str) else compact_json(entry) for entry in entries]


def compact_json(value: JsonValue) -> str:
    """JSON without spaces, in the order given, with every character as itself."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def expected_missing() -> ScoreResult:
    """The answer of a heuristic for an item that has nothing to compare with."""
    return ScoreResult.unscored(
        EXPECTED_MISSING,
        "This item has no expected answer, so there is nothing to compare the output with.",
    )
