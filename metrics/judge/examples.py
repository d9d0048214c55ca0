"""Verdicts of people that a judge is shown before its item: read from a definition, bounded, ready for the fence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metrics.judge.material import Text, as_text, cut
from metrics.judge.verdict import OffScale, VerdictScale
from metrics.scoring import JsonValue

MOST_EXAMPLES = 12
# Characters of each part: some twenty thousand tokens of English for all examples together, at the very most.
LIMITS = {"input": 2_000, "expected": 1_000, "output": 3_000}
LONGEST_EXPLANATION = 1_000
_NAMES = frozenset({*LIMITS, "score", "explanation", "pair_key"})


class ExamplesInvalid(ValueError):
    """Examples that cannot be shown; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Example:
    """An item with the verdict that is right for it. `verdict` is what a judge would reply."""

    parts: Mapping[str, str]
    verdict: Mapping[str, JsonValue]

    def texts(self, number: int) -> list[Text]:
        """The example's texts with the titles that their fences get."""
        shown = [Text(f"EXAMPLE {number} {name.upper()}", text) for name, text in self.parts.items()]
        return [*shown, Text(f"EXAMPLE {number} VERDICT", json.dumps(self.verdict, ensure_ascii=False))]


def read_examples(entries: JsonValue, scale: VerdictScale) -> tuple[Example, ...]:
    """Read `[{"input": …, "output": …, "score": …, "explanation": …}]`. Raises `ExamplesInvalid`."""
    if entries is None:
        return ()
    if not isinstance(entries, list) or len(entries) > MOST_EXAMPLES:
        raise ExamplesInvalid(f"Examples are a list of at most {MOST_EXAMPLES}.")
    return tuple(_example(number, entry, scale) for number, entry in enumerate(entries, start=1))


def example_pair_keys(definition: Mapping[str, JsonValue]) -> frozenset[int]:
    """The questions that the judge has seen with their verdicts: what it says of them measures nothing."""
    entries = definition.get("examples")
    if not isinstance(entries, Sequence):
        return frozenset()
    keys = (entry.get("pair_key") for entry in entries if isinstance(entry, Mapping))
    return frozenset(int(key) for key in keys if key not in (None, ""))


def _example(number: int, entry: JsonValue, scale: VerdictScale) -> Example:
    if not isinstance(entry, Mapping) or not _NAMES.issuperset(entry):
        raise ExamplesInvalid(f"Example {number} is an object with {', '.join(sorted(_NAMES))}, and nothing else.")
    parts = {
        name: cut(as_text(entry[name]), limit) for name, limit in LIMITS.items() if entry.get(name) not in (None, "")
    }
    if "output" not in parts:
        raise ExamplesInvalid(f"Example {number} has no output; a judge learns nothing from it.")
    if not _is_key(entry.get("pair_key")):
        raise ExamplesInvalid(f"The pair_key of example {number} is a whole number, written as a text.")
    try:
        verdict = scale.read(entry.get("score"))
    except OffScale as error:
        raise ExamplesInvalid(f"Example {number}: {error}.") from error
    score: JsonValue = verdict.label or (bool(verdict.value) if scale.kind == "boolean" else verdict.value)
    explanation = cut(as_text(entry.get("explanation") or ""), LONGEST_EXPLANATION)
    return Example(parts, {"explanation": explanation, "score": score})


def _is_key(key: JsonValue) -> bool:
    return key in (None, "") or (isinstance(key, str) and key.removeprefix("-").isdecimal() and len(key) <= 20)
