"""Formatting for templates: numbers, durations, sizes and "–" for what is missing. No logic, no queries."""

from __future__ import annotations

from django import template

register = template.Library()

MISSING = "–"


@register.filter
def score(value: float | None, digits: int = 2) -> str:
    """A score with fixed digits; "–" when there is none."""
    return MISSING if value is None else f"{value:.{digits}f}"
