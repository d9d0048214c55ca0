"""Telling what a file is by its content: its format and encoding, or what it is instead."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

import orjson

from evalhub.core.errors import Invalid
from runs.importers.formats.opening import Opening, opening_of_text, opening_of_zip
from runs.importers.formats.table import other_file_of, tool_of
from runs.importers.registry import FileFormat
from runs.importers.rows import MAX_ROW_BYTES
from runs.importers.source import Source, first_bad_byte

_HEAD = 64 * 1024
_TAKEN = "Send CSV, JSONL, JSON or Parquet."
_BLOCK = 256 * 1024
_ZIP = b"PK\x03\x04"
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))

# Longer beginnings stand before shorter ones; what the person is told it is, and what to do.
_OTHER_FILES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", _TAKEN),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and send the file inside."),
    (b"BZh", "a bzip2 archive", "Unpack it and send the file inside."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it and send the file inside."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it and send the file inside."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it and send the file inside."),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", 'In Excel, use "Save as" with "CSV UTF-8".'),
    (b"SQLite format 3", "an SQLite database", _TAKEN),
    (b"ARROW1", "an Arrow (Feather) file", "Save it as Parquet."),
    (b"\x89PNG", "a PNG image", _TAKEN),
    (b"\xff\xd8\xff", "a JPEG image", _TAKEN),
    (b"GIF8", "a GIF image", _TAKEN),
)
_OTHER_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "an XML file"),
    (b"{\\rtf", "a rich text document"),
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file is; `problem` says where its text is not UTF-8, and then `encoding` is only a proposal."""

    file_format: FileFormat
    encoding: str
    problem: str = ""


def recognise(file: BinaryIO, name: str) -> Recognised:
    """Find format and encoding by looking at the content. Raises `Invalid` that says what the file is instead."""
    file.seek(0)
    head = file.read(_HEAD)
    _refuse_empty(head, name)
    if head.startswith(b"PAR1"):
        return Recognised(FileFormat.PARQUET, "")
    if head.startswith(_ZIP) and (tool := tool_of(opening_of_zip(file))):
        return Recognised(FileFormat(tool), "")
    _refuse_binary(head, name)
    encoding = _utf16(head)
    problem = "" if encoding else _problem(file)
    if problem:
        _refuse_noise(head)
        encoding = _proposed_encoding(file)
    encoding = encoding or "utf-8"
    source = Source(file, encoding)
    opening = opening_of_text(source)
    if tool := tool_of(opening):
        return Recognised(FileFormat(tool), encoding, problem)
    _refuse_other_file(opening, name)
    return Recognised(_text_format(source, name), encoding, problem)


def _refuse_other_file(opening: Opening, name: str) -> None:
    if other := other_file_of(opening):
        raise Invalid("no_items", f'"{name}" is {other.label}, which holds no items. {other.advice}', field="file")


def _refuse_empty(head: bytes, name: str) -> None:
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if not head.strip() or (head in marks):
        raise Invalid("file_empty", f'"{name}" is empty; send a file with at least one row.', field="file")


def _refuse_binary(head: bytes, name: str) -> None:
    if head.startswith(_ZIP):
        what, advice = _zipped(head)
        raise _wrong_kind(name, what, advice)
    for beginning, what, advice in _OTHER_FILES:
        if head.startswith(beginning):
            raise _wrong_kind(name, what, advice)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:32].lower()
    for beginning, what in _OTHER_TEXTS:
        if start.startswith(beginning):
            raise _wrong_kind(name, what, _TAKEN)


def _zipped(head: bytes) -> tuple[str, str]:
    if b"xl/" in head:
        return "an Excel workbook", 'In Excel, use "Save as" with "CSV UTF-8".'
    if b"word/" in head:
        return "a Word document", _TAKEN
    if b"[Content_Types].xml" in head:
        return "an Office document", 'Of a workbook, use "Save as" with "CSV UTF-8".'
    return "a zip archive", "Unpack it and send the file inside."


def _wrong_kind(name: str, what: str, advice: str) -> Invalid:
    return Invalid("wrong_kind", f'"{name}" is {what}, whatever its name says. {advice}', field="file")


def _utf16(head: bytes) -> str:
    """The kind of UTF-16, by its mark or by where its zero bytes are; "" when it is none."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Invalid("encoding_wrong", "The file is UTF-32; save it as UTF-8.", field="file")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) / 8 and even < odd / 4:
        return "utf-16-le"
    if even > len(head) / 8 and odd < even / 4:
        return "utf-16-be"
    if even + odd > len(head) / 10:
        raise _not_text()
    return ""


def _refuse_noise(head: bytes) -> None:
    """Text of any encoding has hardly a control character; random bytes have one in nine."""
    if len(head) - len(head.translate(None, _CONTROL)) > len(head) / 15:
        raise _not_text()


def _not_text() -> Invalid:
    return Invalid("not_text", f"The file is neither text nor Parquet. {_TAKEN}", field="file")


def _proposed_encoding(file: BinaryIO) -> str:
    """One that can read all of the file, so that the person gets to see it and can choose."""
    file.seek(0)
    while block := file.read(_BLOCK):
        if _NOT_IN_CP1252.search(block):
            return "latin-1"
    return "cp1252"


def _problem(file: BinaryIO) -> str:
    bad = first_bad_byte(file)
    if bad is None:
        return ""
    return (
        f"Byte 0x{bad.value:02X} at offset {bad.offset:,} is not UTF-8. Choose the encoding the file was saved in and "
        "look at the preview, or save the file as UTF-8 and upload it again."
    )


def _text_format(source: Source, name: str) -> FileFormat:
    """JSON is known by its first character, and told from JSON Lines by what the first line is."""
    stream = source.utf8()
    first = _first_line(stream)
    is_named_lines = name.lower().endswith((".jsonl", ".ndjson"))
    if first.startswith(b"["):
        return FileFormat.JSONL if is_named_lines and _is_json(first) and _first_line(stream) else FileFormat.JSON
    if first.startswith(b"{"):
        return _object_format(first, _first_line(stream), is_named_lines=is_named_lines)
    return FileFormat.JSONL if is_named_lines and _is_json(first) else FileFormat.CSV


def _object_format(first: bytes, second: bytes, *, is_named_lines: bool) -> FileFormat:
    """A file that begins with an object: many objects, one in each line, or one object that holds the rows."""
    if second:
        return FileFormat.JSONL if is_named_lines or _is_json(first) or _is_json(second) else FileFormat.JSON
    holds_rows = _is_json(first) and any(
        isinstance(value, list) and value and isinstance(value[0], dict) for value in orjson.loads(first).values()
    )
    return FileFormat.JSON if holds_rows and not is_named_lines else FileFormat.JSONL


def _first_line(stream: BinaryIO) -> bytes:
    """The next line that holds anything."""
    while line := stream.readline(MAX_ROW_BYTES):
        if line.strip():
            return line.strip()
    return b""


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
