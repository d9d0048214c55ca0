"""What people fill in to mark a release."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from runs.models import Release
from runs.services.releases import LONGEST_NAME, LONGEST_NOTE, ReleaseValues

_MOMENT = "%Y-%m-%dT%H:%M"


class ReleaseForm(forms.Form):
    """A mark in the trends. Times are in UTC, as everywhere."""

    name = forms.CharField(max_length=LONGEST_NAME, label="What was released")
    released_at = forms.DateTimeField(
        label="When (UTC)",
        input_formats=[_MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
    )
    note = forms.CharField(
        max_length=LONGEST_NOTE, required=False, label="Note", widget=forms.Textarea(attrs={"rows": 2})
    )
    link = forms.URLField(max_length=500, required=False, label="Link", assume_scheme="https")

    @classmethod
    def of(cls, release: Release | None = None) -> ReleaseForm:
        """Filled with a release; of a new one with the present moment."""
        if release is None:
            return cls(initial={"released_at": timezone.now()})
        shown = {name: getattr(release, name) for name in ("name", "released_at", "note", "link")}
        return cls(initial=shown)

    @property
    def values(self) -> ReleaseValues:
        return ReleaseValues(**self.cleaned_data)
