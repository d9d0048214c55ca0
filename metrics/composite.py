"""Composite metrics: the scores of other metrics of the same item made into one. No Django here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from metrics.scale import Scale
from metrics.scoring import JsonValue, ScoreResult

PART_MISSING = "part_missing"
LEAST_PARTS, MOST_PARTS = 2, 50
LARGEST = 1e300


class CompositeError(ValueError):
    """A composite's definition cannot be used; the sentence says why, for people."""


class Rule(StrEnum):
    """How the parts make one score."""

    WEIGHTED = "weighted"
    ALL_OF = "all_of"
    ANY_OF = "any_of"


@dataclass(frozen=True, slots=True)
class Part:
    """One metric of a composite, by key. Without a threshold of its own, the one that it has in the run counts."""

    key: str
    weight: float = 1.0
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class PartScore:
    """What a part said of an item, on which scale, and the threshold that it has in the run."""

    result: ScoreResult
    scale: Scale
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Composite:
    """A rule over parts. Every rule gives 0 to 1 with 1 the best, whatever the scales of the parts."""

    rule: Rule
    parts: tuple[Part, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(part.key for part in self.parts)

    def combine(self, scores: Mapping[str, PartScore]) -> ScoreResult:
        """The score that the parts' scores make; unscored, naming the part, where one has no value."""
        valued: list[_ValuedPart] = []
        for part in self.parts:
            score = scores.get(part.key)
            if score is None or score.result.value is None:
                return _missing(part.key, score)
            valued.append(_ValuedPart(part, score.result.value, score.scale, _first(part.threshold, score.threshold)))
        return _weighted(valued) if self.rule == Rule.WEIGHTED else _decided(self.rule, valued)


@dataclass(frozen=True, slots=True)
class _ValuedPart:
    part: Part
    value: float
    scale: Scale
    threshold: float | None

    def __str__(self) -> str:
        return f"{self.part.key} {self.value:.4g}"


def composite_of(definition: Mapping[str, JsonValue]) -> Composite:
    """Read `{"rule": "weighted", "parts": [{"key": "contains", "weight": 2, "threshold": 0.5}]}`.

    Raises `CompositeError`.
    """
    rule, entries = definition.get("rule"), definition.get("parts")
    if rule not in set(Rule):
        raise CompositeError(f'its rule must be one of {", ".join(Rule)}, not "{rule}".')
    if not isinstance(entries, list) or not LEAST_PARTS <= len(entries) <= MOST_PARTS:
        raise CompositeError(f"it needs a list of {LEAST_PARTS} to {MOST_PARTS} parts.")
    parts = tuple(_part(entry) for entry in entries)
    doubled = next((part.key for part in parts if [other.key for other in parts].count(part.key) > 1), None)
    if doubled is not None:
        raise CompositeError(f'the part "{doubled}" is there twice.')
    if rule == Rule.WEIGHTED and not any(part.weight for part in parts):
        raise CompositeError("all its weights are 0.")
    return Composite(Rule(rule), parts)


def _part(entry: JsonValue) -> Part:
    key = entry.get("key") if isinstance(entry, Mapping) else None
    if not key or not isinstance(key, str):
        raise CompositeError('every part is an object with the "key" of a metric.')
    unknown = sorted(set(entry) - {"key", "weight", "threshold"})
    if unknown:
        raise CompositeError(f'the part "{key}" can have a weight and a threshold, but no "{unknown[0]}".')
    weight, threshold = entry.get("weight", 1.0), entry.get("threshold")
    if not _is_number(weight) or weight < 0:
        raise CompositeError(f'the weight of "{key}" must be a number of 0 or more.')
    if threshold is not None and not _is_number(threshold):
        raise CompositeError(f'the threshold of "{key}" must be a number.')
    return Part(key, float(weight), None if threshold is None else float(threshold))


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST


def _missing(key: str, score: PartScore | None) -> ScoreResult:
    why = f" {score.result.explanation}" if score else " It is not measured in this run."
    return ScoreResult.unscored(PART_MISSING, f"The part “{key}” has no score for this item.{why}")


def _weighted(parts: Sequence[_ValuedPart]) -> ScoreResult:
    counted = [each for each in parts if each.part.weight]
    total = sum(each.part.weight for each in counted)
    value, terms = 0.0, []
    for each in counted:
        share = each.scale.goodness(each.value)
        if share is None:
            return ScoreResult.unscored(
                "part_without_ends",
                f"The part “{each.part.key}” has no ends, so its {each.value:.4g} cannot be set against the others.",
            )
        value += each.part.weight * share
        terms.append(f"{each.part.weight:g} × {share:.4g} ({each})")
    value = min(1.0, value / total)
    return ScoreResult.scored(value, f"Weighted mean, each on a scale from 0 to 1: {' + '.join(terms)}, by {total:g}.")


def _decided(rule: Rule, parts: Sequence[_ValuedPart]) -> ScoreResult:
    """1 or 0, by which of the parts reach their thresholds."""
    passed: list[str] = []
    failed: list[str] = []
    for each in parts:
        if each.threshold is None:
            return ScoreResult.unscored(
                "threshold_missing", f"The part “{each.part.key}” has no threshold to pass or fail by."
            )
        sign = "≥" if each.scale.higher_is_better else "≤"
        described = f"{each} (wanted {sign} {each.threshold:.4g})"
        (passed if each.scale.passes(each.value, each.threshold) else failed).append(described)
    holds = not failed if rule == Rule.ALL_OF else bool(passed)
    wanted = "All of the parts have to pass" if rule == Rule.ALL_OF else "One of the parts has to pass"
    return ScoreResult.scored(
        float(holds), f"{wanted}. Passed: {', '.join(passed) or 'none'}. Failed: {', '.join(failed) or 'none'}."
    )


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
