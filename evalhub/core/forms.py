"""What forms share: what a service refuses, shown at the field it names, and fields that several forms ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from django import forms

from evalhub.core.errors import Conflict, Invalid

T = TypeVar("T")
_DAY = timedelta(days=1)


def saved(form: forms.Form, save: Callable[[], T]) -> T | None:
    """What `save` answers; None when the form was invalid or the service refused it, with the reason in the form."""
    if not form.is_valid():
        return None
    try:
        return save()
    except (Invalid, Conflict) as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None


class LastDayField(forms.DateField):
    """The last day on which something works; cleaned it is the end of that day in UTC, None where none was chosen."""

    def __init__(self, *, help_text: str) -> None:
        super().__init__(
            label="Last day", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=help_text
        )

    def clean(self, value: object) -> datetime | None:
        day: date | None = super().clean(value)
        if day is None:
            return None
        still_to_come(day)
        # There is no day after the last one that Python knows.
        return datetime.combine(min(day, date.max - _DAY) + _DAY, time.min, tzinfo=UTC)


def still_to_come(day: date) -> date:
    """The day, if it is not over yet (in UTC). Raises `ValidationError`."""
    if day < datetime.now(UTC).date():
        raise forms.ValidationError(f"{day.day} {day:%B %Y} is over; choose today or a later day.")
    return day
