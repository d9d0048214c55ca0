"""Making the export of a project: claimed by one worker, followed while it is written, whole or not at all."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from runs.choices import ExportFormat, ExportState
from runs.exporters.project_archive import items_in, write_archive
from runs.models import ProjectExport

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)
MOST_TRIES = 3
_BEAT_SECONDS = 1.0


class _LostLeaseError(Exception):
    """Another worker has taken the export up, or the project is gone."""


def make_export(export_id: int) -> None:
    """Write the file if nobody else does; the export's row then says what came of it."""
    export = _claim(export_id)
    if export is None:
        return
    if export.tries > MOST_TRIES:
        _throw_away_leftovers(export)
        _end(export, state=ExportState.FAILED, error=f"The worker stopped {MOST_TRIES} times while writing it.")
        return
    try:
        _write(export)
    except _LostLeaseError:
        return
    except OSError as error:
        logger.exception("export %s failed", export.pk)
        _end(export, state=ExportState.FAILED, error=f"The file could not be written: {error.strerror or error}.")


def throw_away_outdated() -> None:
    """Delete the files whose time is over; their rows stay and say so."""
    for export in ProjectExport.objects.outdated():
        if ProjectExport.objects.filter(pk=export.pk, state=ExportState.READY).update(state=ExportState.EXPIRED):
            export.file.delete(save=False)


def _claim(export_id: int) -> ProjectExport | None:
    free = ProjectExport.objects.to_make().filter(pk=export_id, project__deleted_at=None)
    if not free.update(state=ExportState.WORKING, tries=F("tries") + 1, lease_until=_lease_end(), done=0):
        return None
    return ProjectExport.objects.select_related("project").get(pk=export_id)


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.EVALHUB_LEASE_SECONDS)


def _write(export: ProjectExport) -> None:
    beat = _Beat(export)
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    _throw_away_leftovers(export)
    with NamedTemporaryFile(dir=folder, prefix=f"making-{export.pk}-") as file:
        file_format = ExportFormat(export.file_format)
        write_archive(export.project, file, report=beat.add, file_format=file_format)
        file.flush()
        size = file.tell()
        beat.send()
        file.seek(0)
        export.file.save(_file_name(export), File(file), save=False)
    _end(export, state=ExportState.READY, file=export.file.name, size_bytes=size)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "exports"


def _file_name(export: ProjectExport) -> str:
    return f"{export.project.key[:80]}-{export.pk}.zip"


def _throw_away_leftovers(export: ProjectExport) -> None:
    """What a worker left that was killed while it wrote this export: nobody else knows of these files."""
    for left in (*_folder().glob(f"making-{export.pk}-*"), _folder() / _file_name(export)):
        left.unlink(missing_ok=True)


class _Beat:
    """Tells how far the export is, and holds on to it."""

    def __init__(self, export: ProjectExport) -> None:
        self.export, self.done, self.last = export, 0, time.monotonic()
        self.mine = ProjectExport.objects.filter(pk=export.pk, tries=export.tries, state=ExportState.WORKING)
        self.mine.update(total=items_in(export.project))

    def add(self, items: int) -> None:
        self.done += items
        if time.monotonic() - self.last >= _BEAT_SECONDS:
            self.send()

    def send(self) -> None:
        self.last = time.monotonic()
        if not self.mine.update(done=self.done, lease_until=_lease_end()):
            raise _LostLeaseError


@transaction.atomic
def _end(export: ProjectExport, **values: object) -> None:
    now = timezone.now()
    held = ProjectExport.objects.filter(pk=export.pk, tries=export.tries, state=ExportState.WORKING)
    if not held.update(finished_at=now, expires_at=now + KEPT_FOR, lease_until=None, **values) and export.file:
        export.file.delete(save=False)
