"""Bodies too large for memory: taken from the wire into a file, decompressed on the way, and read there row by row."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, BinaryIO, cast

from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from evalhub.core.errors import Invalid, TooLarge
from runs.importers.registry import FileFormat, read_rows
from runs.importers.rows import Parsed
from runs.importers.source import Source

FORMATS = {
    "application/x-ndjson": FileFormat.JSONL,
    "application/jsonl": FileFormat.JSONL,
    "application/json": FileFormat.JSON,
    "application/vnd.apache.parquet": FileFormat.PARQUET,
}
_PIECE = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Body:
    """A body in a file, what is in it, and the hash of what came."""

    file: BinaryIO
    file_format: FileFormat
    digest: bytes

    def rows(self) -> Iterator[Parsed]:
        """The rows as a stream."""
        return read_rows(Source(self.file, "utf-8"), self.file_format)


@contextmanager
def received(request: Request) -> Iterator[Body]:
    """Take the body in. Raises `TooLarge`, `Invalid` for broken gzip, and `UnsupportedMediaType`."""
    file_format = FORMATS.get((request.content_type or "").partition(";")[0].strip().lower())
    if file_format is None:
        raise UnsupportedMediaType(request.content_type)
    digest = hashlib.sha256()
    with TemporaryFile() as file:
        for piece in _decompressed(_pieces(request), request.headers.get("Content-Encoding", "")):
            digest.update(piece)
            _write(file, piece)
        yield Body(cast(BinaryIO, file), file_format, digest.digest())


def _write(file: IO[bytes], piece: bytes) -> None:
    if file.tell() + len(piece) > settings.EVALHUB_UPLOAD_MAX_BYTES:
        limit = settings.EVALHUB_UPLOAD_MAX_BYTES // (1024 * 1024)
        raise TooLarge(
            "body_too_large", f"This server takes at most {limit:,} MB at once (setting EVALHUB_UPLOAD_MAX_MB)."
        )
    file.write(piece)


def _pieces(request: Request) -> Iterator[bytes]:
    stream = request.stream
    while stream is not None and (piece := stream.read(_PIECE)):
        yield piece


def _decompressed(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The pieces as they were before they were compressed, never much more than one of them in memory."""
    if encoding.lower() in {"", "identity"}:
        yield from pieces
        return
    if encoding.lower() != "gzip":
        raise Invalid("encoding_unknown", f'A body cannot be read as "{encoding}"; send it plain or as gzip.')
    unzip = zlib.decompressobj(_GZIP)
    try:
        for piece in pieces:
            while piece:
                yield unzip.decompress(piece, _PIECE)
                piece = unzip.unconsumed_tail  # noqa: PLW2901  # the rest of the same piece
    except zlib.error as error:
        raise Invalid("gzip_broken", "The body says that it is gzip, and cannot be read as such.") from error
    if not unzip.eof:
        raise Invalid("gzip_broken", "The gzip body ends before its end; send it again.")
