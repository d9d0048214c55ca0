"""An opened file and its encoding, handed to parsers as one stream of UTF-8."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from evalhub.core.errors import Invalid
from runs.importers.rows import MAX_ROW_BYTES

_BLOCK = 256 * 1024

# What a person may choose from when a file does not say it; the first is assumed.
ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8 (rows with broken bytes are rejected)",
    "cp1252": "Windows-1252 (Western European, Excel)",
    "latin-1": "ISO 8859-1 (Latin-1)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16, little-endian without a mark",
    "utf-16-be": "UTF-16, big-endian without a mark",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A seekable file and the encoding of its text; "" for a binary format."""

    file: BinaryIO
    encoding: str = "utf-8"

    def utf8(self) -> BinaryIO:
        """The file from its start as UTF-8 without a byte order mark."""
        self.file.seek(0)
        if self.encoding in {"", "utf-8"}:
            if self.file.read(3) != codecs.BOM_UTF8:
                self.file.seek(0)
            return self.file
        return io.BufferedReader(_Transcoder(self.file, self.encoding), _BLOCK)


class _Transcoder(io.RawIOBase):
    """Reads text in another encoding as UTF-8, block by block."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the buffer is always a memoryview here
        while not self._pending:
            block = self._file.read(_BLOCK)
            self._pending = self._decode(block)
            if not block and not self._pending:
                return 0
        size = min(len(buffer), len(self._pending))
        buffer[:size] = self._pending[:size]
        self._pending = self._pending[size:]
        return size

    def _decode(self, block: bytes) -> bytes:
        try:
            return self._decoder.decode(block, final=not block).encode()
        except UnicodeError as error:
            near = max(0, self._file.tell() - len(block))
            raise Invalid(
                "encoding_wrong",
                f"The text near byte {near:,} cannot be read as {self._encoding}; choose another encoding.",
                field="encoding",
            ) from error


@dataclass(frozen=True, slots=True)
class BadByte:
    """The first byte of a file that does not belong into UTF-8 text."""

    offset: int
    value: int


def first_bad_byte(file: BinaryIO) -> BadByte | None:
    """The first byte that is not UTF-8, found in blocks so that memory stays flat; None when all of it is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    offset = 0
    while True:
        block = file.read(_BLOCK)
        held = decoder.getstate()[0]
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return BadByte(offset - len(held) + error.start, (held + block)[error.start])
        if not block:
            return None
        offset += len(block)


@dataclass(slots=True)
class Line:
    """A physical line, counted from 1; of one above `MAX_ROW_BYTES` only its beginning and the number of its quotes."""

    number: int
    content: bytes
    is_cut: bool = False
    quotes: int = 0


def physical_lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines of a stream; one of any length costs no more memory than the limit."""
    number = 0
    while content := stream.readline(MAX_ROW_BYTES):
        number += 1
        line = Line(number, content)
        if len(content) == MAX_ROW_BYTES and not content.endswith(b"\n"):
            line.is_cut, line.quotes = True, content.count(b'"') + _skip_line(stream)
        yield line


def _skip_line(stream: BinaryIO) -> int:
    """Read on to the end of the line; how many quotes were passed."""
    quotes = 0
    while block := stream.readline(_BLOCK):
        quotes += block.count(b'"')
        if block.endswith(b"\n"):
            break
    return quotes
