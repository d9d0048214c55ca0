"""Loading an uploaded file into a version: claimed by one worker, followed while it runs, whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q
from django.utils import timezone

from evalhub.core.errors import EvalHubError, Invalid
from runs.bulk import copy_rows
from runs.choices import ImportState
from runs.importers.mapping import ItemMaker, Mapping
from runs.importers.registry import FileFormat, read_rows
from runs.importers.rows import Parsed, ParsedRow, Rejection, reject
from runs.importers.source import Source
from runs.ingest.datasets import dataset_named
from runs.ingest.writer import Origin, StoredVersion, VersionWriter
from runs.models import Dataset, DatasetImport, RejectedRow

MAX_TRIES = 3
_BEAT_SECONDS = 0.5
_REJECTED_GROUP = 2_000


@dataclass(slots=True)
class Progress:
    """How far a load has come."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    bytes_read: int = 0


ProgressListener = Callable[[Progress], None]


class _LostLeaseError(Exception):
    """Another worker has taken the import up; this one must leave no trace."""


def lease_end() -> datetime:
    """Until when a worker that reports now may be left alone."""
    return timezone.now() + timedelta(seconds=settings.EVALHUB_LEASE_SECONDS)


def load_import(import_id: int, *, listener: ProgressListener | None = None) -> None:
    """Load the file if nobody else does; the import's row then says what came of it."""
    if not _claim(import_id):
        return
    dataset_import = DatasetImport.objects.select_related("project", "dataset", "created_by").get(id=import_id)
    if dataset_import.tries > MAX_TRIES:
        _fail(dataset_import, f"The worker stopped {MAX_TRIES} times while loading this file; see its log.")
        return
    try:
        with _heartbeat(dataset_import, listener) as beat:
            _load(dataset_import, beat)
    except EvalHubError as error:
        _fail(dataset_import, error.message)
    except _LostLeaseError:
        return


def _claim(import_id: int) -> bool:
    """Take the import; False when another worker holds it or it is over."""
    is_free = Q(state=ImportState.QUEUED) | Q(state=ImportState.LOADING, lease_until__lt=timezone.now())
    claimed = DatasetImport.objects.filter(is_free, id=import_id).update(
        state=ImportState.LOADING,
        tries=F("tries") + 1,
        lease_until=lease_end(),
        started_at=timezone.now(),
        error="",
        rows_read=0,
        rows_accepted=0,
        rows_rejected=0,
        bytes_read=0,
    )
    return claimed == 1


def _fail(dataset_import: DatasetImport, message: str) -> None:
    _ours(dataset_import).update(state=ImportState.FAILED, error=message, lease_until=None, finished_at=timezone.now())


def _ours(dataset_import: DatasetImport) -> models.QuerySet[DatasetImport]:
    """The import's row for as long as this try of it holds the claim."""
    return DatasetImport.objects.filter(id=dataset_import.pk, tries=dataset_import.tries, state=ImportState.LOADING)


@contextmanager
def _heartbeat(dataset_import: DatasetImport, listener: ProgressListener | None) -> Iterator[_Heartbeat]:
    """Reports over a connection of its own, since what the load's transaction writes is seen by nobody yet."""
    connection = connections.create_connection("default")
    try:
        yield _Heartbeat(dataset_import, connection, listener)
    finally:
        connection.close()


class _Heartbeat:
    """Keeps the lease and the counts on the import's row fresh, twice a second."""

    def __init__(
        self, dataset_import: DatasetImport, connection: BaseDatabaseWrapper, listener: ProgressListener | None
    ) -> None:
        self._import = dataset_import
        self._connection = connection
        self._listener = listener
        self._next = time.monotonic() + _BEAT_SECONDS

    def beat(self, progress: Progress, file: BinaryIO) -> None:
        """Report if it is time to. Raises `_LostLeaseError` when the import has been given to another worker."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _BEAT_SECONDS
        progress.bytes_read = min(file.tell(), self._import.file_size)
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE runs_datasetimport SET rows_read = %s, rows_accepted = %s, rows_rejected = %s, "
                "bytes_read = %s, lease_until = %s WHERE id = %s AND tries = %s AND state = %s",
                [
                    *(progress.read, progress.accepted, progress.rejected, progress.bytes_read),
                    *(lease_end(), self._import.pk, self._import.tries, ImportState.LOADING),
                ],
            )
            if cursor.rowcount != 1:
                raise _LostLeaseError
        if self._listener:
            self._listener(progress)


@transaction.atomic
def _load(dataset_import: DatasetImport, heartbeat: _Heartbeat) -> None:
    """Read the file into a version; rows that cannot be used are kept with their reasons in the same transaction."""
    loader = _Loader(dataset_import)
    with dataset_import.file.open("rb") as stored:
        file = cast(BinaryIO, stored.file)
        for parsed in read_rows(Source(file, dataset_import.encoding), FileFormat(dataset_import.file_format)):
            loader.take(parsed)
            heartbeat.beat(loader.progress, file)
    stored_version = loader.finish()
    _record(dataset_import, loader, stored_version)
    if stored_version is not None:
        transaction.on_commit(lambda: dataset_import.file.delete(save=False), robust=True)


class _Loader:
    """Sends each row of one import to the version or to the rejected rows."""

    def __init__(self, dataset_import: DatasetImport) -> None:
        self.progress = Progress()
        self.first_reason = ""
        self._import = dataset_import
        self._writer = VersionWriter(project_id=dataset_import.project_id)
        is_table = dataset_import.file_format == FileFormat.CSV
        self._maker = ItemMaker(Mapping.from_json(dataset_import.mapping), reads_cells=is_table)
        self._rejected: list[Rejection] = []

    def take(self, parsed: Parsed) -> None:
        self.progress.read += 1
        rejection = parsed if isinstance(parsed, Rejection) else self._store(parsed)
        if rejection is None:
            self.progress.accepted += 1
        else:
            self._reject(rejection)

    def _store(self, row: ParsedRow) -> Rejection | None:
        """Add the row to the version; its rejection when it cannot be an item of it."""
        item = self._maker.make(row)
        if isinstance(item, Rejection):
            return item
        reason = self._writer.add(item, line=row.line, columns=row.values)
        return reject(row.line, reason, row.raw) if reason else None

    def _reject(self, rejection: Rejection) -> None:
        self.first_reason = self.first_reason or f"line {rejection.line:,}: {rejection.reason}"
        self.progress.rejected += 1
        self._rejected.append(rejection)
        if len(self._rejected) >= _REJECTED_GROUP:
            self._flush_rejected()

    def _flush_rejected(self) -> None:
        rows = ((self._import.pk, rejection.line, rejection.reason, rejection.raw) for rejection in self._rejected)
        copy_rows(RejectedRow, ("dataset_import", "line", "reason", "raw"), rows)
        self._rejected = []

    def finish(self) -> StoredVersion | None:
        """The version, or None when no row could be used. Raises `Invalid` when there was no row at all."""
        self._flush_rejected()
        if not self.progress.read:
            raise Invalid("no_rows", "The file holds no row, only the names of its columns at most.")
        if not self.progress.accepted:
            return None
        origin = Origin(
            by=self._import.created_by,
            source_name=self._import.file_name,
            size_bytes=self._import.file_size,
            mapping=self._import.mapping,
        )
        return self._writer.finish(self._dataset(), origin)

    def _dataset(self) -> Dataset:
        if self._import.dataset is not None:
            return self._import.dataset
        return dataset_named(project=self._import.project, name=self._import.dataset_name, by=self._import.created_by)


def _record(dataset_import: DatasetImport, loader: _Loader, stored: StoredVersion | None) -> None:
    """Write what came of it. Raises `_LostLeaseError`, which undoes the load, when another worker has the import."""
    outcome: dict[str, object] = {"state": ImportState.FINISHED}
    if stored is None:
        reason = f"None of the {loader.progress.read:,} rows can be used. The first: {loader.first_reason}"
        outcome = {"state": ImportState.FAILED, "error": reason}
    else:
        outcome |= {"version": stored.version, "dataset": stored.version.dataset, "is_new_version": stored.is_new}
    updated = _ours(dataset_import).update(
        **outcome,
        rows_read=loader.progress.read,
        rows_accepted=loader.progress.accepted,
        rows_rejected=loader.progress.rejected,
        bytes_read=dataset_import.file_size,
        lease_until=None,
        finished_at=timezone.now(),
    )
    if updated != 1:
        raise _LostLeaseError
