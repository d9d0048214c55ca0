"""Between forms and services: what a service refuses is shown at the field it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.forms import Form

from evalhub.core.errors import Conflict, Invalid

T = TypeVar("T")


def saved(form: Form, save: Callable[[], T]) -> T | None:
    """What `save` answers; None when the form was invalid or the service refused it, with the reason in the form."""
    if not form.is_valid():
        return None
    try:
        return save()
    except (Invalid, Conflict) as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
