"""What a person asks of the catalogue of metrics."""

from __future__ import annotations

from django import forms

from metrics.choices import Category, MetricKind
from runs.metric_pages import CatalogueFilters


class CatalogueForm(forms.Form):
    """Search and filters; what cannot be read asks nothing."""

    q = forms.CharField(required=False, max_length=200, label="Search")
    category = forms.ChoiceField(required=False, choices=[("", "All categories"), *Category.choices], label="Category")
    kind = forms.ChoiceField(required=False, choices=[("", "All kinds"), *MetricKind.choices], label="Kind")
    owner = forms.ChoiceField(
        required=False,
        choices=[("", "Built-in and own"), ("own", "Own"), ("built-in", "Built-in")],
        label="Whose",
    )
    archived = forms.BooleanField(required=False, label="Archived")

    @property
    def filters(self) -> CatalogueFilters:
        self.is_valid()
        found = self.cleaned_data
        return CatalogueFilters(
            text=found.get("q", ""),
            category=found.get("category", ""),
            kind=found.get("kind", ""),
            owner=found.get("owner", ""),
            shows_archived=found.get("archived", False),
        )
