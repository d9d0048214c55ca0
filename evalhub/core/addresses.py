"""Addresses: those that keep what they already say and change one thing, and those that are read elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.http import QueryDict


def page_address(path: str) -> str:
    """The whole address of a page, for people who read of it elsewhere."""
    return f"{settings.EVALHUB_URL.rstrip('/')}{path}"


def with_query(query: QueryDict, **changes: str | int | None) -> str:
    """The query as an address of the same page with some values changed; None takes one away."""
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"
