"""Rows within the form of a metric: the examples of a judge and the parts of a composite, and adding to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict

from metrics.composite import MOST_PARTS
from metrics.judge.examples import LIMITS, LONGEST_EXPLANATION, MOST_EXAMPLES

_BLANK_PARTS = 2


class ExampleForm(forms.Form):
    """One item with the verdict that is right for it."""

    input = forms.CharField(
        required=False, max_length=LIMITS["input"], label="Input", widget=forms.Textarea(attrs={"rows": 2})
    )
    expected = forms.CharField(
        required=False, max_length=LIMITS["expected"], label="Expected", widget=forms.Textarea(attrs={"rows": 1})
    )
    output = forms.CharField(max_length=LIMITS["output"], label="Output", widget=forms.Textarea(attrs={"rows": 3}))
    score = forms.CharField(
        max_length=200, label="Right verdict", help_text="A value of the scale, yes or no, or a category."
    )
    explanation = forms.CharField(
        required=False, max_length=LONGEST_EXPLANATION, label="Why", widget=forms.Textarea(attrs={"rows": 2})
    )
    pair_key = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    @property
    def entry(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value and name in self.base_fields}


class PartForm(forms.Form):
    """One metric that a composite is made of."""

    key = forms.ChoiceField(label="Metric", error_messages={"required": "Choose a metric, or take the part out."})
    weight = forms.FloatField(
        required=False,
        min_value=0,
        initial=1,
        label="Weight",
        widget=forms.NumberInput({"step": "any"}),
        error_messages={"min_value": "A weight cannot be negative; take a part out that is not to count."},
    )
    threshold = forms.FloatField(required=False, label="Threshold", widget=forms.NumberInput({"step": "any"}))

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        cast("forms.ChoiceField", self.fields["key"]).choices = [("", "Choose a metric"), *choices]

    @property
    def entry(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value is not None and name != "DELETE"}


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]  # generic for type checkers alone
    """Rows that can be taken out; an empty one says nothing."""

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What the rows say, without those that were taken out; of valid rows."""
        deleted = self.deleted_forms
        return [form.entry for form in self.forms if form.cleaned_data and form not in deleted]


ExampleRows = forms.formset_factory(
    ExampleForm, formset=Rows, extra=0, can_delete=True, max_num=MOST_EXAMPLES, validate_max=True
)
PartRows = forms.formset_factory(
    PartForm, formset=Rows, extra=_BLANK_PARTS, can_delete=True, max_num=MOST_PARTS, validate_max=True
)


def with_rows(sent: QueryDict, prefix: str, rows: Sequence[Mapping[str, str]]) -> QueryDict:
    """What was sent, with further rows after those that are there."""
    changed = sent.copy()
    written = changed.get(f"{prefix}-TOTAL_FORMS", "0")
    total = int(written) if written.isdecimal() else 0
    for number, row in enumerate(rows, start=total):
        for name, value in row.items():
            changed[f"{prefix}-{number}-{name}"] = value
    changed[f"{prefix}-TOTAL_FORMS"] = str(total + len(rows))
    changed.setdefault(f"{prefix}-INITIAL_FORMS", "0")
    return changed
