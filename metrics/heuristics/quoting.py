"""Quoting texts of any length inside an explanation, and naming places in them."""

from __future__ import annotations

from collections.abc import Sequence

QUOTE_LENGTH = 80
QUOTES_LISTED = 5


def quoted(text: str, start: int = 0) -> str:
    """The text in quotation marks from `start`; what is cut off is marked by "…" and the full length."""
    if not text:
        return "the empty text"
    end = start + QUOTE_LENGTH
    before = "…" if start else ""
    if end >= len(text):
        return f"“{before}{text[start:]}”"
    return f"“{before}{text[start:end]}…” ({len(text):,} characters)"


def cut(text: str) -> str:
    """The text up to the length of a quotation; "…" marks that there was more."""
    return text if len(text) <= QUOTE_LENGTH else text[:QUOTE_LENGTH] + "…"


def quoted_list(texts: Sequence[str]) -> str:
    """The first few texts, each quoted, and how many more there are."""
    listed = ", ".join(quoted(text) for text in texts[:QUOTES_LISTED])
    more = len(texts) - QUOTES_LISTED
    return f"{listed} and {more} more" if more > 0 else listed


def place(text: str, position: int) -> str:
    """A position for people: characters counted from 1, with the line where the text has several."""
    line = text.count("\n", 0, position) + 1
    return f"character {position + 1:,}" + (f" (line {line:,})" if "\n" in text else "")


def near_miss(looked_for: str, text: str) -> str:
    """A hint where only the case keeps `looked_for` from being in `text`; else nothing."""
    return " Only upper and lower case differ." if looked_for.casefold() in text.casefold() else ""
