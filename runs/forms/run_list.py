"""What the list of runs can be asked for in its address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from evalhub.accounts.models import Project
from runs.choices import RunState
from runs.models import Dataset, Target
from runs.run_filters import METADATA_PREFIX, METRIC_PREFIX, MetricBounds, RunFilters, RunSort


class RunListForm(forms.Form):
    """Filters, sorting, columns and page. What cannot be read is named in the form and left out of the filters."""

    q = forms.CharField(
        required=False,
        label="Search runs",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, tag, author"}),
    )
    state = forms.MultipleChoiceField(
        required=False, label="State", choices=RunState.choices, widget=forms.CheckboxSelectMultiple
    )
    tag = forms.CharField(required=False, max_length=80)
    author = forms.CharField(required=False, max_length=150)
    metadata = forms.CharField(
        required=False,
        max_length=300,
        label="Metadata of the run",
        help_text="As key=value, such as branch=main.",
        widget=forms.TextInput(attrs={"placeholder": "key=value", "autocomplete": "off"}),
    )
    sort = forms.CharField(required=False, max_length=130, widget=forms.HiddenInput)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000, widget=forms.HiddenInput)

    def __init__(self, query: QueryDict, *, project: Project) -> None:
        super().__init__(query, auto_id="run-%s")
        self.query = query
        self.fields["dataset"] = forms.ModelChoiceField(
            Dataset.objects.filter(project=project, archived_at=None), required=False, empty_label="Any dataset"
        )
        targets = Target.objects.filter(project=project, deleted_at=None).order_by("name")
        names = targets.values_list("name", flat=True).distinct()
        self.fields["target"] = forms.ChoiceField(
            choices=[("", "Any target"), *((name, name) for name in names)], required=False
        )
        self._bounds: list[MetricBounds] = []

    def clean_metadata(self) -> str:
        text: str = self.cleaned_data["metadata"].strip()
        if text and not all(text.partition("=")):
            raise forms.ValidationError(f'"{text}" is no key with a value; write branch=main.')
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, text in self.query.items():
            if name.startswith(METRIC_PREFIX) and str(text).strip():
                self._read_bounds(name.removeprefix(METRIC_PREFIX), str(text))
        return cleaned

    def _read_bounds(self, key: str, text: str) -> None:
        try:
            self._bounds.append(MetricBounds.parse(key, text))
        except ValueError:
            self.add_error(None, f'{key}: "{text}" is no range; write 0.2..0.8, 0.2.. or ..0.8.')

    def filters(self) -> RunFilters:
        """The filters that could be read; what could not is in `errors`."""
        self.is_valid()
        found = self.cleaned_data
        return RunFilters(
            text=found.get("q", "").strip(),
            states=tuple(found.get("state", ())),
            dataset_id=found["dataset"].pk if found.get("dataset") else None,
            target=found.get("target", ""),
            tag=found.get("tag", "").strip(),
            author=found.get("author", "").strip(),
            metrics=tuple(self._bounds),
            metadata=self._metadata(),
        )

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        """What the address says as `meta.key=value`, and what was filled in as `key=value`."""
        named = (
            (name.removeprefix(METADATA_PREFIX), str(value))
            for name, value in self.query.items()
            if name.startswith(METADATA_PREFIX) and value
        )
        key, is_there, value = self.cleaned_data.get("metadata", "").partition("=")
        return (*named, *([(key.strip(), value.strip())] if is_there else []))

    @property
    def sorting(self) -> RunSort:
        return RunSort.parse(self.cleaned_data.get("sort", ""))

    @property
    def page_number(self) -> int:
        return self.cleaned_data.get("page") or 1

    @property
    def wanted_columns(self) -> list[str]:
        """Columns named in the address, as `cols=state,overall` or as one `cols` for each."""
        return [name for text in self.query.getlist("cols") for name in text.split(",") if name]

    def bounds_text(self, column_key: str) -> str:
        """The range asked of a metric, as it was written."""
        return self.query.get(column_key, "")
