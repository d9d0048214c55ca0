"""The clock of periodic tasks: those of the settings, kept in memory, and those that people set, from the database."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from celery.beat import ScheduleEntry
from django.db import DatabaseError, InterfaceError
from django_celery_beat.schedulers import DatabaseScheduler

logger = logging.getLogger(__name__)

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Clock(DatabaseScheduler):
    """A scheduler whose fixed entries do not depend on rows, and which outlives a database that is away.

    The sweep is one of the fixed ones: it may run twice a second, which the rows cannot say, and it must go on when the
    database comes back. A scheduler that lets a failed read escape ends the whole clock, in silence.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._fixed: dict[str, ScheduleEntry] = {}
        self._last_read: dict[str, ScheduleEntry] = {}
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        self._last_timestamp: datetime | None = _LONG_AGO
        self._fixed = {
            name: ScheduleEntry(name=name, app=self.app, **fields)
            for name, fields in self.app.conf.beat_schedule.items()
        }

    def schedule_changed(self) -> bool:
        """Also for the first row that there ever is, which the library lets pass as no change."""
        has_changed: bool = super().schedule_changed()
        self._last_timestamp = self._last_timestamp or _LONG_AGO
        return has_changed

    def all_as_schedule(self) -> dict[str, ScheduleEntry]:
        try:
            self._last_read = super().all_as_schedule()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("the schedules cannot be read now, the last known ones stay: %s", error)
            self._last_timestamp = _LONG_AGO  # so that the next look reads them again
        return {**self._last_read, **self._fixed}

    def reserve(self, entry: ScheduleEntry) -> ScheduleEntry:
        if entry.name in self._fixed:
            self._fixed[entry.name] = next(entry)
            return self._fixed[entry.name]
        reserved: ScheduleEntry = super().reserve(entry)
        return reserved
