"""How a run goes on: what is tried again, and up to which sum."""

from __future__ import annotations

from decimal import Decimal

from django import forms


def spending_cap_field(label: str, help_text: str = "") -> forms.DecimalField:
    """US dollars for answers and verdicts together; empty says nothing."""
    return forms.DecimalField(
        required=False,
        min_value=Decimal("0.0001"),
        max_digits=12,
        decimal_places=4,
        label=label,
        help_text=help_text,
    )


class RunResumptionForm(forms.Form):
    """`retry` is "errored" to try failed calls again; without it only what is missing is computed."""

    retry = forms.ChoiceField(required=False, choices=[("", "What is missing"), ("errored", "Failed calls too")])
    spending_cap = spending_cap_field("New cap in dollars")
