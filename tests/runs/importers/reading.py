"""How the tests of the importers read what they made up."""

from __future__ import annotations

import io

from runs.importers.recognise import recognise
from runs.importers.registry import read_rows
from runs.importers.rows import ParsedRow, Rejection
from runs.importers.source import Source


def read(content: bytes, name: str, *, encoding: str = "") -> tuple[list[ParsedRow], list[Rejection]]:
    """The rows and the rejections of a file; its format, and unless told its encoding, found by EvalHub itself."""
    file = io.BytesIO(content)
    recognised = recognise(file, name)
    parsed = list(read_rows(Source(file, encoding or recognised.encoding), recognised.file_format))
    rows = [row for row in parsed if isinstance(row, ParsedRow)]
    return rows, [row for row in parsed if isinstance(row, Rejection)]
