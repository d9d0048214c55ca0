"""What a person says when a report goes to people without an account."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone

from runs.services.shared_reports import LONGEST_NAME


class SharedReportForm(forms.Form):
    """Asks for a new link; the runs and what is shown of them come with the address."""

    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, help_text="For whom it is, so that you know it again."
    )
    expires_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="In UTC. Empty: it opens until somebody revokes it.",
    )
    with_texts = forms.BooleanField(
        label="Show the beginnings of inputs and outputs",
        required=False,
        help_text="Otherwise items have their numbers alone.",
    )

    def clean_expires_on(self) -> datetime | None:
        """The end of the day that was chosen, in UTC."""
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        if day < timezone.now().date():
            raise forms.ValidationError("That day is over; choose today or a later one.")
        return datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.now().tzinfo)
