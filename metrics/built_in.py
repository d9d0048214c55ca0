"""What a metric of the catalogue is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from metrics.choices import Category, Direction, MetricKind, Need, ValueType
from metrics.definitions import MetricDefinition
from metrics.judge.recipe import ValueRange, built_in_definition
from metrics.scoring import JsonValue


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One metric of the catalogue.

    `needs` names parts of an item without which there is no value, `uses` those that help where they are there.
    What a judge looks at stands in its rubric, `metrics/judge/prompts/<key>.md`. A heuristic names its `scorer`, where
    that is not called as the metric is, and the parameters that make it this metric. A category lists its `labels`, and
    which of them are `allowed`.
    """

    key: str
    name: str
    category: Category
    description: str
    kind: MetricKind = MetricKind.HEURISTIC
    value_type: ValueType = ValueType.NUMBER
    needs: tuple[Need, ...] = ()
    uses: tuple[Need, ...] = ()
    scorer: str = ""
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    direction: Direction = Direction.HIGHER
    range_max: float = 1.0
    has_end: bool = True
    labels: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    unit: str = ""

    @property
    def definition(self) -> MetricDefinition:
        return MetricDefinition(
            definition=built_in_definition(self.key, self.values, uses=[str(need) for need in self.uses])
            if self.kind == MetricKind.JUDGE
            else self._computed(),
            direction=self.direction,
            value_type=self.value_type,
            range_min=self.values.minimum,
            range_max=self.values.maximum,
            labels=self.labels,
            allowed=self.allowed,
            unit=self.unit,
            needs=tuple(str(need) for need in self.needs),
        )

    @property
    def values(self) -> ValueRange:
        """What its values are. Labels have no ends; everything else begins at 0."""
        if self.value_type == ValueType.CATEGORY:
            return ValueRange(self.value_type, minimum=None, maximum=None, labels=self.labels)
        return ValueRange(self.value_type, maximum=self.range_max if self.has_end else None)

    def _computed(self) -> dict[str, JsonValue]:
        """Only what is said, so that what is said for one scorer does not change the definitions of the others."""
        content: dict[str, JsonValue] = {"scorer": self.scorer or self.key}
        if self.parameters:
            content["parameters"] = dict(self.parameters)
        if self.uses:
            content["uses"] = [str(need) for need in self.uses]
        return content
