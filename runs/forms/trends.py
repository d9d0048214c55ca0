"""What the page of trends can be asked for in its address."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from evalhub.accounts.models import Project
from runs.filters import BY_OVERALL
from runs.models import Dataset, Run, Target
from runs.trends.wish import TrendAxis, TrendWish


class TrendForm(forms.Form):
    """Dataset, measure, axis and filters. What cannot be read is left out, and the usual stands in for it."""

    dataset = forms.ModelChoiceField(Dataset.objects.none(), required=False, empty_label=None)
    measure = forms.CharField(required=False, max_length=130, widget=forms.HiddenInput)
    by = forms.ChoiceField(
        required=False, label="Along", choices=[(TrendAxis.TIME, "Over time"), (TrendAxis.VERSION, "By target version")]
    )
    target = forms.ChoiceField(required=False)
    tag = forms.CharField(required=False, max_length=80, widget=forms.TextInput(attrs={"placeholder": "Tag"}))
    branch = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"placeholder": "Branch"}))
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000, widget=forms.HiddenInput)

    def __init__(self, query: QueryDict, *, project: Project) -> None:
        super().__init__(query, auto_id="trend-%s")
        self.query = query
        self._project = project
        datasets = Dataset.objects.filter(project=project, archived_at=None).order_by("name")
        targets = Target.objects.filter(project=project, deleted_at=None).order_by("name")
        names = targets.values_list("name", flat=True).distinct()
        self.fields["dataset"].queryset = datasets  # type: ignore[attr-defined]  # of the field above
        self.fields["target"].choices = [  # type: ignore[attr-defined]
            ("", "Any target"),
            *((name, name) for name in names),
        ]
        self.is_valid()

    @property
    def dataset_id(self) -> int | None:
        """The dataset named, else the one that finished a run last; None where no run has finished."""
        named: Dataset | None = self.cleaned_data.get("dataset")
        if named is not None:
            return named.pk
        newest = Run.objects.finished().filter(project=self._project).order_by("-pk")
        return newest.values_list("dataset_id", flat=True).first()

    @property
    def page_number(self) -> int:
        return self.cleaned_data.get("page") or 1

    @property
    def measured(self) -> str:
        """The measure named; "" where none is."""
        return self.cleaned_data.get("measure") or ""

    @property
    def has_more(self) -> bool:
        """Whether a filter is set that hides in the menu."""
        return bool(self.cleaned_data.get("tag") or self.cleaned_data.get("branch"))

    def wish(self, dataset_id: int) -> TrendWish:
        """What is asked of a dataset; the overall score where no measure is named."""
        asked = self.cleaned_data
        return TrendWish(
            dataset_id=dataset_id,
            measure=self.measured or BY_OVERALL,
            axis=TrendAxis(asked.get("by") or TrendAxis.TIME),
            target=asked.get("target") or "",
            tag=(asked.get("tag") or "").strip(),
            branch=(asked.get("branch") or "").strip(),
        )
