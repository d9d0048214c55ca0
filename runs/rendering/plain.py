"""Text shown as it is, character by character."""

from __future__ import annotations

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from runs.rendering.hostile import visible


def render_plain(text: str) -> SafeString:
    """The text escaped, for an element that keeps white space."""
    return mark_safe(escape(visible(text)))  # noqa: S308  # escaped in this very call
