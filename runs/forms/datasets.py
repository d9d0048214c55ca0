"""What people fill in to bring a file into a dataset."""

from __future__ import annotations

from collections.abc import Mapping as Cells
from typing import Any, cast

from django import forms

from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from runs.importers.mapping import IGNORED, SCORE, Mapping
from runs.importers.source import ENCODINGS
from runs.models import Dataset, DatasetImport
from runs.services.datasets import ImportChoices

ROLES = (
    ("", "Metadata"),
    ("input", "Input: what was asked"),
    ("output", "Output: the recorded answer"),
    ("expected", "Expected: the reference"),
    ("context", "Context: passages given"),
    ("key", "Key: tells items apart"),
    ("metadata", "Metadata (an object)"),
    ("trace", "Trace: messages or steps"),
    ("model", "Model that answered"),
    ("human", "Human: what people said"),
    ("judge", "Judge: given scores by metric"),
    (SCORE, "One given score"),
    (IGNORED, "Leave out"),
)


class UploadForm(forms.Form):
    """The file, and where its rows go."""

    # An empty file is answered with its name, like every other that cannot be used.
    file = forms.FileField(label="File", allow_empty_file=True, error_messages={"required": "Choose a file first."})
    dataset = forms.ModelChoiceField(Dataset.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_datasets(self.fields["dataset"], project)


def _offer_datasets(field: forms.Field, project: Project) -> None:
    """Let the field choose among the datasets of the project alone."""
    cast("forms.ModelChoiceField[Dataset]", field).queryset = project.datasets.filter(archived_at=None)


class MappingForm(forms.Form):
    """A role for each column, the encoding, and the dataset. Columns are told apart by their place."""

    dataset = forms.ModelChoiceField(Dataset.objects.none(), required=False, empty_label="A new dataset")
    dataset_name = forms.CharField(max_length=200, required=False, label="Name", help_text="Of a new dataset.")
    encoding = forms.ChoiceField(choices=list(ENCODINGS.items()), required=False)

    def __init__(self, data: Cells[str, Any] | None, *, dataset_import: DatasetImport, columns: list[str]) -> None:
        guessed = Mapping.from_json(dataset_import.mapping)
        initial = {
            "dataset": dataset_import.dataset_id,
            "dataset_name": dataset_import.dataset_name,
            "encoding": dataset_import.encoding,
            **{f"role_{place}": guessed.role_of(column) for place, column in enumerate(columns)},
        }
        super().__init__(data, initial=initial)
        self._columns = columns
        _offer_datasets(self.fields["dataset"], dataset_import.project)
        # A binary format has none.
        if not dataset_import.encoding:
            del self.fields["encoding"]
        for place, column in enumerate(columns):
            self.fields[f"role_{place}"] = forms.ChoiceField(choices=ROLES, required=False, label=column)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        roles = {column: cleaned.get(f"role_{place}", "") for place, column in enumerate(self._columns)}
        try:
            cleaned["mapping"] = Mapping.from_roles(roles)
        except Invalid as error:
            raise forms.ValidationError(error.message) from error
        return cleaned

    def choices(self) -> ImportChoices:
        """What was chosen; of a valid form."""
        return ImportChoices(
            mapping=self.cleaned_data["mapping"],
            encoding=self.cleaned_data.get("encoding", ""),
            dataset=self.cleaned_data["dataset"],
            dataset_name=self.cleaned_data["dataset_name"],
        )

    def roles(self) -> list[tuple[str, forms.BoundField]]:
        """Each column with the field that asks for its role."""
        return [(column, self[f"role_{place}"]) for place, column in enumerate(self._columns)]


class VersionItemsForm(forms.Form):
    """Which items of a version to show; a value that makes no sense is as good as none."""

    q = forms.CharField(required=False, max_length=500, label="Search in the items")
    after = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    before = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)

    def text(self) -> str:
        """What to search for; "" for nothing."""
        self.is_valid()
        return str(self.cleaned_data.get("q", ""))

    def place(self, name: str) -> int | None:
        """The ordinal in `after` or `before`; None for one that was not sent or makes no sense."""
        self.is_valid()
        place: int | None = self.cleaned_data.get(name)
        return place
