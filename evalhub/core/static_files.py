"""How static files are stored for service: hashed, compressed, and the style sheets joined into one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import brotli
from django.core.files.base import ContentFile
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRY_SHEET = "css/app.css"
_IMPORT = re.compile(r'@import url\("([^"]+)"\);')


# From this size on the last few percent would take longer than packing everything else.
_LARGE_BYTES, _QUICK_QUALITY = 1_000_000, 9


class QuickCompressor(Compressor):
    """Packs very large files a little less tightly, so that a first start does not wait for them."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        packed: bytes = brotli.compress(data, quality=_QUICK_QUALITY if len(data) > _LARGE_BYTES else 11)
        return packed


class JoinedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Puts the sheets that the entry sheet imports in their places, so a cold page waits for one file, not forty."""

    def create_compressor(self, **options: Any) -> Compressor:
        return QuickCompressor(**options)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if ENTRY_SHEET in paths and not dry_run:
            paths = {**paths, ENTRY_SHEET: (self, self._store_joined(paths))}
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _store_joined(self, paths: dict[str, Any]) -> str:
        folder = PurePosixPath(ENTRY_SHEET).parent
        joined = _IMPORT.sub(lambda found: _read(paths, str(folder / found[1])), _read(paths, ENTRY_SHEET))
        # The plain copy stands there already; a second name would be hashed as another file.
        self.delete(ENTRY_SHEET)
        name: str = self.save(ENTRY_SHEET, ContentFile(joined.encode()))
        return name


def _read(paths: dict[str, Any], name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as sheet:
        return str(sheet.read(), "utf-8")
