"""Rows of comma-separated values that a spreadsheet shows as they are, whatever they begin with."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

# A spreadsheet takes a cell that begins so for a formula, and runs it.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?\Z", re.ASCII)


def csv_rows(rows: Iterable[Sequence[object]]) -> bytes:
    """The rows as UTF-8, every text defused."""
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows([defused(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return lines.getvalue().encode()


def defused(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would run it; plain numbers stay as they are."""
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN_NUMBER.match(text) else text
