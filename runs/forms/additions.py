"""Where items of a run are added."""

from __future__ import annotations

from typing import Any

from django import forms

from evalhub.accounts.models import Project
from runs.models import Dataset


class AdditionForm(forms.Form):
    """A dataset of the project, or the name of a new one."""

    new_name = forms.CharField(label="Or a new dataset", required=False, max_length=200)
    with_corrections = forms.BooleanField(
        label="Corrected outputs become what is expected",
        required=False,
        initial=True,
        help_text="Of items that the dataset holds already, too.",
    )

    field_order = ("dataset", "new_name", "with_corrections")

    def __init__(self, *args: object, project: Project) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # passed on as they came
        datasets = Dataset.objects.filter(project=project, archived_at=None)
        self.fields["dataset"] = forms.ModelChoiceField(
            datasets, label="Dataset", required=False, empty_label="choose one"
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if bool(said.get("dataset")) == bool(said.get("new_name")):
            raise forms.ValidationError("Choose a dataset or name a new one.")
        return said
