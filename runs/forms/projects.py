"""Forms about a project."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from evalhub.accounts.models import Project, Team, TeamQuerySet

_THRESHOLD_HELP = "Overall score a run should reach, 0 to 1. 0.7 is a C."


class ProjectForm(forms.Form):
    """What a project is called, what it evaluates, and how good that should be."""

    name = forms.CharField(max_length=200, label="Name", help_text="The system you evaluate, such as “Support bot”.")
    model_name = forms.CharField(
        max_length=200, required=False, label="Model", help_text="The model behind it, where there is one."
    )
    quality_threshold = forms.FloatField(
        label="Wanted overall score",
        initial=0.7,
        min_value=0,
        max_value=1,
        help_text=_THRESHOLD_HELP,
        widget=forms.NumberInput(attrs={"step": "0.01"}),
    )


class ProjectCreateForm(ProjectForm):
    """A new project; asks for the team only where there is a choice."""

    field_order = ("team", "name")

    def __init__(self, data: QueryDict | None = None, *, teams: TeamQuerySet) -> None:
        super().__init__(data)
        first = teams.first()
        self.fields["team"] = forms.ModelChoiceField(
            teams,
            initial=first,
            empty_label=None,
            widget=forms.HiddenInput if len(teams) == 1 else forms.Select,
        )
        self.order_fields(self.field_order)

    @property
    def team(self) -> Team:
        chosen: Team = self.cleaned_data["team"]
        return chosen


class ProjectEditForm(ProjectForm):
    """Changes a project."""

    description = forms.CharField(required=False, label="Description", widget=forms.Textarea(attrs={"rows": 3}))

    @classmethod
    def of(cls, project: Project) -> ProjectEditForm:
        return cls(initial={name: getattr(project, name) for name in cls.base_fields})
