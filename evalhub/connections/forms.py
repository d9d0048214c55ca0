"""Forms about connections to model endpoints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from evalhub.connections.models import Connection
from evalhub.connections.services import ConnectionValues

_LARGEST_COUNT = 2_147_483_647


def _count(label: str, help_text: str = "", **options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, required=False, min_value=1, max_value=_LARGEST_COUNT, **options
    )


def _price(label: str, help_text: str) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"step": "any"})
    return forms.DecimalField(
        label=label, help_text=help_text, required=False, min_value=0, max_digits=12, decimal_places=6, widget=widget
    )


class ConnectionForm(forms.Form):
    """An endpoint with its limits and prices. The key goes in and never comes out."""

    name = forms.CharField(max_length=120, label="Name", help_text="How runs and metrics will name it.")
    base_url = forms.URLField(
        max_length=500,
        label="Base URL",
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://api.example.org/v1"}),
        help_text="Where /chat/completions is found, without that ending.",
    )
    api_key = forms.CharField(
        label="API key",
        required=False,
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Stored encrypted and never shown again.",
    )
    default_model = forms.CharField(
        max_length=200,
        required=False,
        label="Default model",
        help_text="Asked where a metric or target names no other.",
    )
    parameters = forms.JSONField(
        label="Parameters",
        required=False,
        initial=dict,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text='Sent with every request, as a JSON object such as {"temperature": 0}.',
        error_messages={"invalid": 'This is not JSON; write an object such as {"temperature": 0}.'},
    )
    max_concurrency = _count("Calls at once", "Of all workers together. Empty: as many as the endpoint bears.")
    timeout_seconds = forms.IntegerField(
        label="Seconds for a call",
        initial=120,
        min_value=1,
        max_value=3600,
        help_text="A call without an answer is cut off after this long, and tried again.",
    )
    requests_per_minute = _count("Requests a minute")
    tokens_per_minute = _count("Tokens a minute")
    input_price = _price("Price of input", "US dollars per million tokens.")
    output_price = _price("Price of output", "Runs show a cost where both are known.")
    is_default = forms.BooleanField(
        label="The team’s default", required=False, help_text="Used where nothing else is chosen."
    )

    def clean_parameters(self) -> dict[str, Any]:
        parameters = self.cleaned_data["parameters"] or {}
        if not isinstance(parameters, dict):
            raise forms.ValidationError('Write an object such as {"temperature": 0}.')
        return parameters

    @property
    def values(self) -> ConnectionValues:
        fields = ConnectionValues.__dataclass_fields__
        return ConnectionValues(**{name: self.cleaned_data[name] for name in fields})


class ConnectionEditForm(ConnectionForm):
    """Changes a connection; its key is replaced or removed, or stays."""

    removes_api_key = forms.BooleanField(label="Remove the stored key", required=False)
    field_order = ("name", "base_url", "api_key", "removes_api_key")

    def __init__(self, data: QueryDict | None = None, *, connection: Connection) -> None:
        initial = {name: getattr(connection, name) for name in ConnectionForm.base_fields if name != "api_key"}
        prices = {name: _without_zeros(initial[name]) for name in ("input_price", "output_price")}
        super().__init__(data, initial=initial | prices)
        if connection.has_secret:
            self.fields["api_key"].widget.attrs["placeholder"] = "Stored; enter to replace"
        else:
            del self.fields["removes_api_key"]


def _without_zeros(price: Decimal | None) -> str | None:
    return None if price is None else f"{price.normalize():f}"
