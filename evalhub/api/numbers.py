"""Numbers as the API takes them."""

from __future__ import annotations

import math
from typing import Any

from rest_framework import serializers


class NumberField(serializers.FloatField):
    """A number with an end: neither infinite nor none, which no answer in JSON could say."""

    default_error_messages = {"not_finite": "Send a number; this is infinite or none."}

    def to_internal_value(self, data: Any) -> float:  # noqa: ANN401  # whatever was sent
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("not_finite")
        return number
