"""Which way of showing a text suits it; a choice by the reader wins."""

from __future__ import annotations

import re
from enum import StrEnum

from runs.rendering.json_view import NotJson, parse_json


class RenderMode(StrEnum):
    """The ways of showing a text."""

    AUTO = "auto"
    MARKDOWN = "markdown"
    JSON = "json"
    PLAIN = "plain"
    DIFF = "diff"
    MARKS = "marks"

    @property
    def label(self) -> str:
        return {"json": "JSON", "marks": "Marked"}.get(self.value, self.value.title())


_MODES = {mode.value: mode for mode in RenderMode}
_LOOKED_AT = 4_000
# Each is something people rarely write unless they mean Markdown.
_MARKDOWN = re.compile(
    r"""
      ^\ {0,3}\#{1,6}\ \S            # heading
    | ^\ {0,3}(?:```|~~~)            # fenced code
    | ^\ {0,3}[-*+]\ \S.*\n(?:.*\n)?\ {0,3}[-*+]\ \S      # list of two
    | ^\ {0,3}1[.)]\ \S              # numbered list
    | ^\|?\ *:?-{3,}:?\ *\|          # table
    | \*\*[^\s*][^*\n]*\*\*          # bold
    | `[^`\n]+`                      # code
    | \[[^\]\n]+\]\(https?://        # link
    """,
    re.MULTILINE | re.VERBOSE,
)


def wanted_mode(name: str | None) -> RenderMode:
    """The mode that an address names; `AUTO` for none and for one that does not exist."""
    return _MODES.get(name or "", RenderMode.AUTO)


def detect(text: str) -> RenderMode:
    """JSON for an object or a list, Markdown for text with its signs, else plain."""
    start = text.lstrip()[:1]
    if start in {"{", "["}:
        try:
            parse_json(text)
        except NotJson:
            pass
        else:
            return RenderMode.JSON
    return RenderMode.MARKDOWN if _MARKDOWN.search(text[:_LOOKED_AT]) else RenderMode.PLAIN
