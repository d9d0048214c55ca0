"""Forms about the labels of a project."""

from __future__ import annotations

from django import forms

from runs.models import Label
from runs.services.labels import LONGEST_NAME


class LabelCreateForm(forms.Form):
    """Makes a label."""

    name = forms.CharField(label="New label", max_length=LONGEST_NAME)


class LabelChangeForm(forms.Form):
    """Another name, or another label of the project to merge into."""

    name = forms.CharField(required=False, max_length=LONGEST_NAME)

    def __init__(self, *args: object, label: Label) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # passed on as they came
        others = Label.objects.filter(project_id=label.project_id).exclude(pk=label.pk)
        self.fields["into"] = forms.ModelChoiceField(others, required=False)
