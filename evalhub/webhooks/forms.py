"""Forms about webhooks."""

from __future__ import annotations

from typing import Any

from django import forms

from evalhub.webhooks.choices import CHOSEN_EVENTS
from evalhub.webhooks.models import Webhook
from evalhub.webhooks.services import WebhookValues


class WebhookForm(forms.Form):
    """An address and what it is told of."""

    url = forms.URLField(
        max_length=500,
        label="Address",
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://ci.example.org/hooks/evalhub"}),
        help_text="Each event is posted here as JSON. Its host must be on the admin’s list of allowed hosts.",
    )
    events = forms.MultipleChoiceField(
        label="Told of",
        choices=CHOSEN_EVENTS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one kind of event."},
    )
    is_active = forms.BooleanField(
        label="Send events", required=False, initial=True, help_text="Otherwise they are not kept for later either."
    )

    def __init__(self, sent: Any = None, *, webhook: Webhook | None = None) -> None:  # noqa: ANN401  # Django's data
        start = {"url": webhook.url, "events": webhook.events, "is_active": webhook.is_active} if webhook else None
        super().__init__(sent, initial=start)

    @property
    def values(self) -> WebhookValues:
        """What was entered; the form must be valid."""
        return WebhookValues(**self.cleaned_data)
