"""Formatting for templates: numbers, durations, values and "–" for what is missing. No logic, no queries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django import template

register = template.Library()

MISSING = "–"


@register.filter
def score(value: float | None, digits: int = 2) -> str:
    """A score with fixed digits; "–" when there is none."""
    # Adding 0 takes the sign off a nought.
    return MISSING if value is None else f"{round(value, digits) + 0:.{digits}f}".replace("-", "−")


@register.filter
def percent(share: float | None) -> str:
    """A share as percent with one digit; "–" when there is none."""
    return MISSING if share is None else f"{share * 100:.1f} %"


@register.filter
def plain(value: float | None) -> str:
    """A number with no more digits than it has, four at most; "–" when there is none."""
    return MISSING if value is None else f"{value:.4g}"


@register.filter
def duration(seconds: float | None) -> str:
    """A length of time in its two largest units; "–" when there is none."""
    if seconds is None:
        return MISSING
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


@register.filter
def dollars(amount: Decimal | float | None) -> str:
    """US dollars, with more digits for small sums; "–" when there is none or nothing was spent."""
    if not amount:
        return MISSING
    return f"${amount:,.2f}" if amount >= 0.1 else f"${amount:.4f}"


@register.filter
def polyline(points: Iterable[float | None]) -> str:
    """Corners of an SVG line, one step of x from each to the next; None is left out."""
    return " ".join(f"{place},{point}" for place, point in enumerate(points) if point is not None)


@register.filter
def told(value: object) -> str:
    """A setting's value as people say it: yes and no, lists with commas; "–" for what is empty."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, "", [], {}):
        return MISSING
    if isinstance(value, list):
        return ", ".join(told(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else str(value)


@register.filter
def words(name: str) -> str:
    """A setting's name as words: `is_active` is "active"."""
    return name.removeprefix("is_").removeprefix("has_").replace("_", " ")
