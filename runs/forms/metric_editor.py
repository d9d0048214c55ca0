"""What people fill in to define a metric of their own: a judge, a heuristic with its parameters, or a composite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst

from evalhub.connections.services import OWN_PARAMETERS
from metrics.choices import Category, Direction, MetricKind, ValueType
from metrics.composite import Rule
from metrics.definitions import MetricDefinition
from metrics.heuristics.table import HEURISTICS
from metrics.models import Metric, MetricRevision
from metrics.parameters import Kind, Parameter, ParameterError
from metrics.services import MetricDraft
from runs.forms.fields import ObjectField, json_area
from runs.forms.metric_rows import ExampleRows, PartRows, Rows

_LONGEST_PROMPT = 50_000
_MOST_LABELS = 50
_ON_SCALE = {ValueType.BOOLEAN: (0.0, 1.0), ValueType.PERCENTAGE: (0.0, 100.0), ValueType.CATEGORY: (None, None)}
_FIRST_PROMPT = """Is the answer polite?

The question:
{{input}}

The answer:
{{output}}

Polite answers greet, thank or apologise where a person would. 1 is as polite as can be, 0 is rude.
"""


class MetricForm(forms.Form):
    """What every kind of metric has. `base` is the revision that the form begins with, if any."""

    kind = MetricKind.HEURISTIC
    # Fields that do not matter for the values chosen are out of sight, where a browser could not ask for them.
    use_required_attribute = False

    name = forms.CharField(max_length=200, label="Name")
    key = forms.SlugField(
        max_length=110,
        required=False,
        label="Key",
        help_text="How programs name it; it stays. Left empty, made from the name. "
        "One that a built-in has puts yours in its place.",
        error_messages={"invalid": "A key has letters, digits, hyphens and underscores alone, such as my_metric."},
    )
    description = forms.CharField(
        required=False, max_length=2000, label="What it measures", widget=forms.Textarea(attrs={"rows": 2})
    )
    category = forms.ChoiceField(label="Category", choices=Category.choices, initial=Category.OTHER)
    note = forms.CharField(
        required=False, max_length=500, label="What changed and why", help_text="Stands beside the revision."
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        base: MetricRevision | None = None,
        metric: Metric | None = None,
        is_draft: bool = False,
    ) -> None:
        """`metric` is the one that is edited; a draft is only tried out and needs no name."""
        self.base = base
        super().__init__(data, initial=_named(metric, base) | (self.start_of(base) if base else {}))
        del self.fields["note" if metric is None else "key"]
        self.fields["name"].required = not is_draft

    @staticmethod
    def start_of(base: MetricRevision) -> dict[str, Any]:
        """Values of the fields that the revision fills in."""
        return {"direction": base.direction}

    @property
    def definition(self) -> MetricDefinition:
        """What was filled in; of a valid form."""
        raise NotImplementedError

    @property
    def draft(self) -> MetricDraft:
        found = self.cleaned_data
        return MetricDraft(
            name=found["name"],
            kind=self.kind,
            definition=self.definition,
            key=found.get("key", ""),
            description=found["description"],
            category=Category(found["category"]),
        )

    @property
    def base_definition(self) -> MetricDefinition:
        return self.base.as_definition if self.base else MetricDefinition()


class JudgeForm(MetricForm):
    """A judge: what a model is told, what it may answer, and which model by which parameters."""

    kind = MetricKind.JUDGE

    prompt = forms.CharField(
        max_length=_LONGEST_PROMPT,
        label="Prompt",
        initial=_FIRST_PROMPT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "data-code": "", "spellcheck": "true"}),
    )
    value_type = forms.ChoiceField(
        label="The judge answers with", choices=ValueType.choices, initial=ValueType.NUMBER, widget=forms.RadioSelect
    )
    range_min = forms.FloatField(required=False, label="Lowest", initial=0, widget=forms.NumberInput({"step": "any"}))
    range_max = forms.FloatField(required=False, label="Highest", initial=1, widget=forms.NumberInput({"step": "any"}))
    labels = forms.CharField(
        required=False,
        label="Categories",
        help_text="One on each line, in their order.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    allowed = forms.CharField(
        required=False,
        label="Categories that pass",
        help_text="One on each line, written as above.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    direction = forms.ChoiceField(label="Direction", choices=Direction.choices, initial=Direction.HIGHER)
    model = forms.CharField(
        required=False,
        max_length=200,
        label="Judge model",
        help_text="Left empty, what the project says, else the default model of the connection.",
    )
    parameters = ObjectField(required=False, label="Parameters", widget=json_area(2, '{"temperature": 0}'))
    # What is wrong with the examples as a whole is said here; they are rows of their own.
    examples = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        stored = self.base.definition.get("examples", []) if self.base else []
        self.rows = cast("Rows", ExampleRows(data, initial=stored, prefix="example"))

    @staticmethod
    def start_of(base: MetricRevision) -> dict[str, Any]:
        definition = base.definition
        return {
            "prompt": definition.get("prompt", ""),
            "value_type": base.value_type,
            "range_min": base.range_min,
            "range_max": base.range_max,
            "labels": "\n".join(base.labels),
            "allowed": "\n".join(base.allowed),
            "direction": base.direction,
            "model": definition.get("model", ""),
            "parameters": definition.get("parameters") or None,
        }

    def clean_labels(self) -> tuple[str, ...]:
        return _lines(self.cleaned_data["labels"])

    def clean_allowed(self) -> tuple[str, ...]:
        return _lines(self.cleaned_data["allowed"])

    def clean_parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = self.cleaned_data["parameters"]
        if taken := OWN_PARAMETERS.intersection(parameters):
            raise forms.ValidationError(f"EvalHub sets {', '.join(sorted(taken))} itself; take it out.")
        return parameters

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.rows.is_valid():
            self.add_error("examples", "An example below cannot be used.")
        if found.get("value_type") == ValueType.NUMBER and None in (found.get("range_min"), found.get("range_max")):
            self.add_error("range_min", "Give both ends of the range: a judge needs a scale.")
        return found

    @property
    def definition(self) -> MetricDefinition:
        found, value_type = self.cleaned_data, ValueType(self.cleaned_data["value_type"])
        low, high = _ON_SCALE.get(value_type, (found["range_min"], found["range_max"]))
        is_category = value_type == ValueType.CATEGORY
        return replace(
            self.base_definition,
            definition=self._content(value_type),
            direction=Direction.HIGHER if is_category else Direction(found["direction"]),
            value_type=value_type,
            range_min=low,
            range_max=high,
            labels=found["labels"] if is_category else (),
            allowed=found["allowed"] if is_category else (),
            # Follow from the prompt.
            needs=(),
        )

    def _content(self, value_type: ValueType) -> dict[str, Any]:
        """What the base says and the form does not ask stays, but for a scale that the values no longer have."""
        found = self.cleaned_data
        kept = {name: value for name, value in self.base_definition.definition.items() if name in {"uses", "scale"}}
        if self.base is None or value_type != self.base.value_type:
            kept.pop("scale", None)
        said = {name: found[name] for name in ("model", "parameters") if found[name]}
        examples = {"examples": self.rows.entries} if self.rows.entries else {}
        return {**kept, "prompt": found["prompt"].replace("\r\n", "\n"), **said, **examples}


class HeuristicForm(MetricForm):
    """A text match or another computation of the catalogue, told what to do by its parameters."""

    direction = forms.ChoiceField(label="Direction", choices=Direction.choices, initial=Direction.HIGHER)

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.scorer = str(self.base_definition.definition.get("scorer", ""))
        self.known = HEURISTICS[self.scorer].parameters if self.scorer in HEURISTICS else ()
        stored = self.base_definition.definition.get("parameters", {})
        for parameter in self.known:
            self.fields[f"parameter_{parameter.name}"] = _field_of(parameter, stored.get(parameter.name))

    @property
    def parameter_fields(self) -> list[forms.BoundField]:
        return [self[f"parameter_{parameter.name}"] for parameter in self.known]

    @property
    def parameters(self) -> dict[str, Any]:
        """What was said; what was left empty is left to the heuristic."""
        said = {each.name: self.cleaned_data.get(f"parameter_{each.name}") for each in self.known}
        flags = {each.name for each in self.known if each.kind == Kind.FLAG}
        return {name: value for name, value in said.items() if value not in (None, "", {}) or name in flags}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for parameter in self.known:
            if parameter.name in self.parameters:
                self._check(parameter, lambda each: each.check(self.parameters[each.name]))
        if not self.errors and self.scorer in HEURISTICS:
            self._check(None, lambda _: HEURISTICS[self.scorer].make(**self.parameters))
        return found

    def _check(self, parameter: Parameter | None, check: Any) -> None:  # noqa: ANN401  # whatever may refuse
        """Say what is refused at the field that is named."""
        try:
            check(parameter)
        except ParameterError as error:
            named = parameter or next((each for each in self.known if f'"{each.name}"' in str(error)), None)
            self.add_error(f"parameter_{named.name}" if named else None, str(error))

    @property
    def definition(self) -> MetricDefinition:
        base, said = self.base_definition, self.parameters
        stood_for = {each.stands_for for each in self.known if each.name in said}
        content = {**base.definition, "parameters": said}
        if not said:
            del content["parameters"]
        return replace(
            base,
            definition=content,
            direction=Direction(self.cleaned_data["direction"]),
            needs=tuple(need for need in base.needs if need not in stood_for),
        )


class CompositeForm(MetricForm):
    """A metric made of the scores of others."""

    kind = MetricKind.COMPOSITE

    rule = forms.ChoiceField(
        label="How the parts make one score",
        choices=[
            (Rule.WEIGHTED, "Weighted mean of the parts, each on a scale from 0 to 1"),
            (Rule.ALL_OF, "1 when all of the parts pass, else 0"),
            (Rule.ANY_OF, "1 when one of the parts passes, else 0"),
        ],
        initial=Rule.WEIGHTED,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict | None = None, *, parts: Iterable[Metric], **options: Any) -> None:
        super().__init__(data, **options)
        stored = self.base.definition.get("parts", []) if self.base else []
        choices = [(metric.key, metric.name) for metric in parts]
        self.rows = cast("Rows", PartRows(data, initial=stored, prefix="part", form_kwargs={"choices": choices}))

    @staticmethod
    def start_of(base: MetricRevision) -> dict[str, Any]:
        return {"rule": base.definition.get("rule")}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.rows.is_valid():
            raise forms.ValidationError("A part below cannot be used.")
        return found

    @property
    def definition(self) -> MetricDefinition:
        content = {"rule": self.cleaned_data["rule"], "parts": self.rows.entries}
        return MetricDefinition(definition=content, value_type=ValueType.NUMBER)


def _named(metric: Metric | None, base: MetricRevision | None) -> dict[str, Any]:
    """What the form is called at first: as the metric that is edited, or after the one that it is copied from."""
    if metric is not None:
        names = {name: getattr(metric, name) for name in ("name", "description", "category")}
        return {**names, "based_on": base.number if base else None}
    if base is None:
        return {}
    copied = base.metric
    return {"name": f"{copied.name}, ours", "description": copied.description, "category": copied.category}


def _lines(text: str) -> tuple[str, ...]:
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    if len(lines) > _MOST_LABELS:
        raise forms.ValidationError(f"There can be at most {_MOST_LABELS} categories.")
    return lines


def _field_of(parameter: Parameter, stored: Any) -> forms.Field:  # noqa: ANN401  # any JSON
    about: dict[str, Any] = {
        "label": capfirst(parameter.name.replace("_", " ")),
        "help_text": parameter.description,
        "required": False,
        "initial": stored,
    }
    match parameter.kind:
        case Kind.NUMBER:
            return forms.FloatField(min_value=0, widget=forms.NumberInput({"step": "any"}), **about)
        case Kind.FLAG:
            return forms.BooleanField(**about)
        case Kind.CHOICE:
            choices = [("", "As usual"), *((choice, choice) for choice in parameter.choices)]
            return forms.ChoiceField(choices=choices, **about)
        case Kind.OBJECT:
            return ObjectField(widget=json_area(10, json.dumps({"type": "object"})), **about)
        case _:
            widget = forms.TextInput(attrs={"spellcheck": "false", "data-code": ""})
            return forms.CharField(max_length=parameter.longest, strip=False, widget=widget, **about)


def form_class(kind: str) -> type[MetricForm]:
    """The form of a kind of metric; a judge's where the kind is none that people define."""
    forms_of: Mapping[str, type[MetricForm]] = {
        MetricKind.JUDGE: JudgeForm,
        MetricKind.HEURISTIC: HeuristicForm,
        MetricKind.COMPOSITE: CompositeForm,
    }
    return forms_of.get(kind, JudgeForm)
