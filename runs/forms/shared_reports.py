"""What a person says when a report goes to people without an account."""

from __future__ import annotations

from django import forms

from evalhub.core.forms import LastDayField
from runs.services.shared_reports import LONGEST_NAME


class SharedReportForm(forms.Form):
    """Asks for a new link; the runs and what is shown of them come with the address."""

    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, help_text="For whom it is, so that you know it again."
    )
    expires_on = LastDayField(help_text="In UTC. Empty: it opens until somebody revokes it.")
    with_texts = forms.BooleanField(
        label="Show the beginnings of inputs and outputs",
        required=False,
        help_text="Otherwise items have their numbers alone.",
    )
