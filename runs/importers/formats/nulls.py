"""NaN and Infinity, which Python's tools write for "no value" though JSON has neither, read as null."""

from __future__ import annotations

import re
from typing import BinaryIO

_BLOCK = 256 * 1024
# Strings are passed over whole, so that a "NaN" in a text stays.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_LONGEST = len(b"-Infinity") + 1


def without_nan(content: bytes) -> bytes:
    """JSON text with null for each NaN and Infinity outside of strings."""
    if b"NaN" not in content and b"Infinity" not in content:
        return content
    return _TOKEN.sub(_null, content)


def _null(match: re.Match[bytes]) -> bytes:
    token = match.group()
    return token if token.startswith(b'"') else b"null"


class NullForNan:
    """A stream of JSON text read as `without_nan` would, holding no more than the string it is in."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """The next piece, of about the size asked for; b"" only at the end, and for a size of 0."""
        if size == 0:
            return b""
        while block := self._stream.read(_BLOCK if size < 0 else size):
            text = self._held + block
            end = _safe_end(text)
            self._held = text[end:]
            if end:
                return without_nan(text[:end])
        rest, self._held = self._held, b""
        return without_nan(rest)


def _safe_end(text: bytes) -> int:
    """Up to where no string and no word is open."""
    end = 0
    for match in _TOKEN.finditer(text):
        end = match.end()
    opened = text.find(b'"', end)
    return opened if opened >= 0 else max(end, len(text) - _LONGEST)
