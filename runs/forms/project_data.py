"""Forms about how long a project keeps runs, and about deleting it."""

from __future__ import annotations

from django import forms

from runs.choices import ExportFormat
from runs.services.project_data import MOST_DAYS

_OUT_OF_RANGE = f"Runs are kept for 1 to {MOST_DAYS} days, not %(show_value)s. Leave it empty to keep them for ever."


class RetentionForm(forms.Form):
    """For how many days runs are kept."""

    days = forms.IntegerField(
        label="Keep runs for days",
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        error_messages={"min_value": _OUT_OF_RANGE, "max_value": _OUT_OF_RANGE},
        help_text="Empty: for ever. Pinned baselines and runs with a tag stay in any case.",
    )


class ExportForm(forms.Form):
    """How the file of a project holds its items."""

    file_format = forms.ChoiceField(
        label="Items as",
        choices=ExportFormat.choices,
        required=False,
        help_text="JSON Lines can be uploaded again as it is; Parquet opens as a data frame.",
    )


class ProjectDeletionForm(forms.Form):
    """Asks for the name of what is to go."""

    name = forms.CharField(
        label="Type the project's name to delete it",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
