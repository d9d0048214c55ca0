"""Addresses that keep what they already say and change one thing."""

from __future__ import annotations

from django.http import QueryDict


def with_query(query: QueryDict, **changes: str | int | None) -> str:
    """The query as an address of the same page with some values changed; None takes one away."""
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"
