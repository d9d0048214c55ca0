"""What people choose about a judge: whom it is measured against, its threshold, and what its page shows."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms

from metrics.models import Metric
from runs.choices import CompareAs
from runs.models import JudgeReference
from runs.services.judge_trust import ReferenceDraft
from runs.trust.judges import HumanSource

DISAGREEMENTS = "disagreements"
LONGEST_SHOW = 40


class JudgeReferenceForm(forms.Form):
    """Which human verdict a judge is measured against, and how."""

    human_metric = forms.TypedChoiceField(label="Human verdict", required=False, empty_value=None, coerce=int)
    compare_as = forms.ChoiceField(
        label="Compare", required=False, choices=[("", "As the values suggest"), *CompareAs.choices]
    )
    human_threshold = forms.FloatField(
        label="People pass from",
        required=False,
        help_text="In the unit of the human verdict; empty: from the middle of its range.",
    )

    def __init__(self, *args: object, sources: Sequence[HumanSource], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.metrics: dict[int, Metric] = {source.metric.pk: source.metric for source in sources}
        self.fields["human_metric"].choices = [  # type: ignore[attr-defined]
            ("", "People's values of this metric"),
            *((source.metric.pk, f"{source.metric.name} ({source.verdicts:,} verdicts)") for source in sources),
        ]

    @classmethod
    def of(cls, reference: JudgeReference | None, *, sources: Sequence[HumanSource]) -> JudgeReferenceForm:
        stored = ("human_metric_id", "compare_as", "human_threshold")
        initial = {name.removesuffix("_id"): getattr(reference, name) for name in stored} if reference else {}
        return cls(initial=initial, sources=sources)

    @property
    def draft(self) -> ReferenceDraft:
        chosen = self.cleaned_data["human_metric"]
        compare_as = self.cleaned_data["compare_as"]
        return ReferenceDraft(
            human_metric=self.metrics[chosen] if chosen else None,
            human_threshold=self.cleaned_data["human_threshold"],
            compare_as=CompareAs(compare_as) if compare_as else None,
        )


class ThresholdForm(forms.Form):
    threshold = forms.FloatField()


class JudgePageForm(forms.Form):
    """The address of a judge's page: which measurement, which threshold to look at, which items."""

    of = forms.IntegerField(required=False, min_value=1)
    threshold = forms.FloatField(required=False)
    show = forms.CharField(required=False, max_length=LONGEST_SHOW)
    page = forms.IntegerField(required=False, min_value=1)

    def said(self, name: str) -> object:
        """What the address says, None where it says nothing that can be used."""
        self.is_valid()
        return self.cleaned_data.get(name)
