"""Zips of result files, opened with the limits that keep a small file from unpacking without end."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from evalhub.core.errors import Invalid
from runs.importers.source import Source

ZIP_START = b"PK\x03\x04"
_MAX_MEMBERS = 200_000
_MAX_UNPACKED = 16 * 1024 * 1024 * 1024


@contextmanager
def opened_zip(source: Source) -> Iterator[zipfile.ZipFile]:
    """The zip, for as long as its members are read. Raises `Invalid` for one that is broken or too large unpacked."""
    source.file.seek(0)
    try:
        with zipfile.ZipFile(source.file) as archive:
            _check(archive.infolist())
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise Invalid("zip_broken", f"The zip cannot be unpacked: {error}. Copy or export it again.") from error
    except (NotImplementedError, RuntimeError) as error:
        raise Invalid(
            "zip_unknown",
            f"The zip is packed in a way this server cannot read ({error}); pack it again with the usual method, "
            "deflate (an Inspect log: `inspect log convert --to json`).",
        ) from error


def _check(members: list[zipfile.ZipInfo]) -> None:
    """Raise `Invalid` for what would unpack without end. Python unpacks no more of a member than it declares."""
    if len(members) > _MAX_MEMBERS:
        raise Invalid("zip_too_many", f"The zip holds {len(members):,} files; at most {_MAX_MEMBERS:,} are read.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > _MAX_UNPACKED:
        size, limit = (count // (1024 * 1024) for count in (unpacked, _MAX_UNPACKED))
        raise Invalid("zip_too_large", f"The zip is {size:,} MB unpacked; at most {limit:,} MB are read.")
    if any(member.flag_bits & 0x1 for member in members):
        raise Invalid("zip_encrypted", "The zip is encrypted; send it without a password.")
