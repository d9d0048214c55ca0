"""From a metric's definition to a judge's recipe: its prompt, what it may answer, and how that becomes a value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from metrics.judge.examples import Example, ExamplesInvalid, read_examples
from metrics.judge.prompt import Message, Missing, messages_for, rubric, system_message
from metrics.judge.template import Template, TemplateInvalid, parse_template
from metrics.judge.verdict import Verdict, VerdictScale
from metrics.scoring import JsonValue, ScoringInput

CUSTOM = "custom"
# Which parts of a prompt need which part of an item, as metrics declare their needs.
NEEDS = {"expected": "expected", "context": "context", "tool_calls": "tools"}
_NUMBERS = frozenset({"number", "percentage"})
_FROM_CONTEXT = frozenset({"context"})
_FROM_TRACE = frozenset({"conversation", "tool_calls", "tools"})


class RecipeInvalid(ValueError):
    """A definition that no judge can be made of; `field` names the part of it that is at fault."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class ValueRange:
    """What a metric's values are: their type, their ends (None where there is none) and a category's labels."""

    value_type: str = "number"
    minimum: float | None = 0.0
    maximum: float | None = 1.0
    labels: tuple[str, ...] = ()


_FROM_NOUGHT_TO_ONE = ValueRange()


@dataclass(frozen=True, slots=True)
class Recipe:
    """A judge without its model."""

    system: str
    template: Template
    scale: VerdictScale
    minimum: float | None = 0.0
    maximum: float | None = 1.0
    examples: tuple[Example, ...] = ()

    @property
    def reads_context(self) -> bool:
        return self._reads(_FROM_CONTEXT)

    @property
    def reads_trace(self) -> bool:
        """Whether the item's trace is of use: it holds the conversation, the tool calls and the tools."""
        return self._reads(_FROM_TRACE)

    @property
    def needs(self) -> tuple[str, ...]:
        """The parts without which nothing is asked, as metrics declare them."""
        return tuple(sorted({NEEDS[part] for part in self.template.required if part in NEEDS}))

    def messages(self, item: ScoringInput) -> Sequence[Message] | Missing:
        return messages_for(item, system=self.system, template=self.template, examples=self.examples)

    def value_of(self, verdict: Verdict) -> float:
        """The metric's value: the place on the judge's scale, taken over to the metric's range."""
        low, high = self.scale.ends
        if low is None or high is None or self.minimum is None or self.maximum is None or low == high:
            return verdict.value
        share = min(1.0, max(0.0, (verdict.value - low) / (high - low)))
        return self.minimum + share * (self.maximum - self.minimum)

    def _reads(self, parts: frozenset[str]) -> bool:
        return any(one.part in parts for one in self.template.placeholders)


def built_in_definition(
    key: str, values: ValueRange = _FROM_NOUGHT_TO_ONE, *, uses: Sequence[str] = ()
) -> dict[str, JsonValue]:
    """The definition of a judge that EvalHub ships. It holds all that the judge is told, so that it stays as it was.

    Numbers are judged from 0 to 1 whatever the metric's range, so that all rubrics have the same anchors.
    """
    own: JsonValue = None
    if values.value_type in _NUMBERS and (values.minimum, values.maximum) != (0.0, 1.0):
        own = {"minimum": 0.0, "maximum": 1.0}
    system = system_message(_scale(own, values))
    definition = {"judge": key, "prompt": rubric(key), "system": system, "uses": list(uses)}
    return definition | ({"scale": own} if own else {})


def read_recipe(definition: Mapping[str, JsonValue], values: ValueRange) -> Recipe:
    """Read a definition. Raises `RecipeInvalid` with a sentence that says what to write instead."""
    prompt = definition.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise RecipeInvalid("A judge needs a prompt that says what to look at and shows {{output}}.", field="prompt")
    try:
        template = parse_template(prompt)
    except TemplateInvalid as error:
        raise RecipeInvalid(str(error), field="prompt") from error
    scale = _scale(definition.get("scale"), values)
    try:
        examples = read_examples(definition.get("examples"), scale)
    except ExamplesInvalid as error:
        raise RecipeInvalid(str(error), field="examples") from error
    system = definition.get("system")
    return Recipe(
        system=system if isinstance(system, str) and system else system_message(scale),
        template=template,
        scale=scale,
        minimum=values.minimum,
        maximum=values.maximum,
        examples=examples,
    )


def _scale(own: JsonValue, values: ValueRange) -> VerdictScale:
    if values.value_type == "boolean":
        return VerdictScale(kind="boolean")
    if values.value_type == "category":
        return VerdictScale(kind="category", labels=_labels(values.labels))
    if own is None:
        return VerdictScale(minimum=values.minimum, maximum=values.maximum)
    low, high = (own.get("minimum"), own.get("maximum")) if isinstance(own, Mapping) else (None, None)
    if not (_is_number(low) and _is_number(high) and low < high):
        raise RecipeInvalid(
            'The judge\'s own scale is written {"minimum": 1, "maximum": 5}, the lower end first.', field="scale"
        )
    return VerdictScale(minimum=float(low), maximum=float(high))


def _labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    folded = {label.strip().casefold() for label in labels}
    if len(labels) < 2 or len(folded) < len(labels) or "" in folded:
        raise RecipeInvalid(
            "A judge that answers with a category needs two labels or more that differ in more than case.",
            field="labels",
        )
    return labels


def _is_number(end: JsonValue) -> TypeGuard[float]:
    return isinstance(end, int | float) and not isinstance(end, bool) and math.isfinite(end)
