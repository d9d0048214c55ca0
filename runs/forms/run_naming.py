"""What people call a run: name, description and tags."""

from __future__ import annotations

from django import forms

from runs.models import Run


class RunNamingForm(forms.Form):
    """Starts from what the run is called now."""

    name = forms.CharField(max_length=250)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    tags = forms.CharField(required=False, help_text="Separated by commas.", max_length=2000)

    @classmethod
    def of(cls, run: Run) -> RunNamingForm:
        return cls(initial={"name": run.name, "description": run.description, "tags": ", ".join(run.tags)})

    def clean_tags(self) -> list[str]:
        tags: str = self.cleaned_data["tags"]
        return [tag.strip() for tag in tags.split(",") if tag.strip()]
