"""What a request brings: JSON read at once within a limit, and rows kept in a file; both may come gzipped."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from evalhub.core.errors import Invalid, TooLarge
from runs.importers.registry import FileFormat, read_rows
from runs.importers.rows import Parsed, texts_in
from runs.importers.source import Source
from runs.services.datasets import check_size

_BLOCK = 256 * 1024
_LONGEST_NUMBER = 300
# How JSON may write what no text in the database can hold: a NUL character, or half of a surrogate pair.
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


class JsonParser(BaseParser):
    """JSON, held in memory; larger bodies come as rows."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:  # noqa: ANN401  # whatever JSON was sent
        body = b"".join(_within_memory(_blocks(stream, parser_context)))
        try:
            value = json.loads(body, parse_float=_finite, parse_int=_whole, parse_constant=_no_number)
            if _ESCAPED.search(body):
                _require_storable(value)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply to be read.") from None
        except ValueError as error:
            raise ParseError(f"This is no JSON that can be used: {error}") from None
        return value


def _within_memory(blocks: Iterator[bytes]) -> Iterator[bytes]:
    read, limit = 0, settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    for block in blocks:
        read += len(block)
        if read > limit:
            raise TooLarge(
                "body_too_large",
                f"A body of JSON can have {limit // (1024 * 1024)} MB; send rows as NDJSON, or in parts.",
            )
        yield block


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:40]} is larger than any number here.")
    return number


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"{text[:40]}… is larger than any number here.")
    return int(text)


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON; write null or a text instead.")


def _require_storable(value: object) -> None:
    """Raise `ValueError` for a text with a NUL character or half of a surrogate pair in it."""
    if any(_NOT_STORABLE.search(text) for text in texts_in(value)):
        raise ValueError("a text holds a NUL character or half of a surrogate pair; leave it out.")


class SentRows(File):  # type: ignore[type-arg]  # generic in the stubs only
    """Rows as they were sent, unpacked, in a file that lasts as long as the request; `digest` is that of its bytes."""

    def __init__(self, file: IO[bytes], file_format: FileFormat | None, *, size: int, digest: bytes) -> None:
        super().__init__(file, name=f"rows.{file_format}" if file_format else "rows")
        self.size = size
        self.file_format = file_format
        self.digest = digest

    def rows(self) -> Iterator[Parsed]:
        """The rows of a file whose format was said, as a stream."""
        assert self.file_format is not None  # noqa: S101  # views that read rows take no other bodies
        return read_rows(Source(cast(BinaryIO, self.file), "utf-8"), self.file_format)


class RowsParser(BaseParser):
    """Rows in the form of a file, kept on disk: no number of them has to fit into memory."""

    file_format: FileFormat | None = None

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:  # noqa: ANN401  # a file; DRF's types know only forms and mappings
        kept = TemporaryFile()  # noqa: SIM115  # closed with the request, by whoever reads it
        size, digest = 0, hashlib.sha256()
        for block in _blocks(stream, parser_context):
            size += len(block)
            check_size(size)
            digest.update(block)
            kept.write(block)
        kept.seek(0)
        return SentRows(kept, self.file_format, size=size, digest=digest.digest())


class NdjsonParser(RowsParser):
    """A JSON object in each line."""

    media_type = "application/x-ndjson"
    file_format = FileFormat.JSONL


class JsonRowsParser(RowsParser):
    """A JSON array of objects."""

    media_type = "application/json"
    file_format = FileFormat.JSON


class ParquetParser(RowsParser):
    """An Apache Parquet file."""

    media_type = "application/vnd.apache.parquet"
    file_format = FileFormat.PARQUET


class CsvParser(RowsParser):
    """Comma-separated values under the names of their columns."""

    media_type = "text/csv"
    file_format = FileFormat.CSV


class AnyFileParser(RowsParser):
    """A file of any format that is known by its content."""

    media_type = "application/octet-stream"


def _blocks(stream: BinaryIO | IO[Any], parser_context: Mapping[str, Any] | None) -> Iterator[bytes]:
    """The body as it was before it was packed. Raises `Invalid` for one that is broken."""
    request: Request = (parser_context or {})["request"]
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip"}:
        raise UnsupportedMediaType(
            encoding, "A body comes as it is or with `Content-Encoding: gzip`, not as {media_type}."
        )
    unpacked = gzip.GzipFile(fileobj=stream) if encoding == "gzip" else stream
    try:
        while block := unpacked.read(_BLOCK):
            yield block
    except (EOFError, OSError, zlib.error) as error:
        raise Invalid("body_broken", f"The body ends early or is not what its headers say: {error}") from error


def sent_rows(request: Request) -> SentRows:
    """The rows that the request brings. Raises `Invalid` when it brings none."""
    body = request.data
    if not isinstance(body, SentRows):
        raise Invalid("body_empty", "The body is empty, or its length is not said in Content-Length; send rows.")
    return body
