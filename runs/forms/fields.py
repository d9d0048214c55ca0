"""Form fields that several forms use."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.forms.fields import InvalidJSONInput


def json_area(rows: int, placeholder: str = "") -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "data-code": "", "spellcheck": "false", "placeholder": placeholder})


class ObjectField(forms.JSONField):
    """A JSON object, shown with its lines; left empty, one without members."""

    default_error_messages = {"invalid": 'This is no valid JSON; write an object, such as {"name": "value"}.'}

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401  # as Django has it
        if isinstance(value, InvalidJSONInput):
            return value
        return "" if value in (None, {}) else json.dumps(value, ensure_ascii=False, indent=2)

    def clean(self, value: Any) -> dict[str, Any]:  # noqa: ANN401  # as Django has it
        cleaned = super().clean(value)
        if cleaned in (None, ""):
            return {}
        if not isinstance(cleaned, dict):
            raise forms.ValidationError('Write an object, such as {"name": "value"}.')
        return cleaned
