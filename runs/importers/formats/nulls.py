"""NaN and Infinity, which Python's tools write for "no value" though JSON has neither, read as null."""

from __future__ import annotations

import re
from typing import BinaryIO

_BLOCK = 256 * 1024
# Strings are passed over whole, so that a "NaN" in a text stays.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:(?P<end>")|\\?\Z)|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_REST_OF_STRING = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
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
    """A stream of JSON text read as `without_nan` would; what is in a string passes through and is not held."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""
        self._is_in_string = False

    def read(self, size: int = -1) -> bytes:
        """The next piece, of about the size asked for; b"" only at the end, and for a size of 0."""
        if size == 0:
            return b""
        while block := self._stream.read(_BLOCK if size < 0 else size):
            if passed := self._passed(self._held + block):
                return passed
        rest, self._held = self._held, b""
        return rest if self._is_in_string else without_nan(rest)

    def _passed(self, text: bytes) -> bytes:
        """What of the text is sure; the rest is held until more is known."""
        start = self._end_of_string(text, 0) if self._is_in_string else 0
        if self._is_in_string:
            self._held = text[start:]
            return text[:start]
        end = start + _safe_end(text[start:])
        sure = text[:start] + without_nan(text[start:end])
        if text[end : end + 1] == b'"':
            self._is_in_string = True
            inside = self._end_of_string(text, end + 1)
            sure, end = sure + text[end:inside], inside
        self._held = text[end:]
        return sure

    def _end_of_string(self, text: bytes, start: int) -> int:
        """Up to where the open string goes on: behind its quote, which closes it, or before half an escape."""
        rest = _REST_OF_STRING.match(text, start)
        end = rest.end() if rest else start
        self._is_in_string = text[end : end + 1] != b'"'
        return end if self._is_in_string else end + 1


def _safe_end(text: bytes) -> int:
    """Up to where no string and no word is open."""
    end = 0
    for match in _TOKEN.finditer(text):
        if match.group().startswith(b'"') and not match["end"]:
            return match.start()
        end = match.end()
    return max(end, len(text) - _LONGEST)
