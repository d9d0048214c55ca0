"""Reading the audit log: what is asked for, page by page or as a whole file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Q

from evalhub.accounts.models import AuditEntry, AuditEntryQuerySet
from evalhub.core.spreadsheet import csv_rows

_SLICE = 1_000
COLUMNS = (
    *("at", "by", "key", "action", "subject_kind", "subject", "subject_id"),
    *("project", "changes", "door", "address"),
)


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """Which entries are wanted; what is empty narrows nothing."""

    who: str = ""
    subject: str = ""
    action: str = ""
    kind: str = ""
    project_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def of(self, entries: AuditEntryQuerySet) -> AuditEntryQuerySet:
        exact = {
            "action": self.action,
            "subject_kind": self.kind,
            "project_id": self.project_id,
            "at__gte": self.since,
            "at__lt": self.until,
        }
        wanted = Q(**{name: value for name, value in exact.items() if value})
        if self.who:
            wanted &= Q(by_name__icontains=self.who) | Q(key_name__icontains=self.who)
        if self.subject:
            wanted &= Q(subject_name__icontains=self.subject) | Q(subject_id=self.subject)
        return entries.filter(wanted)


def in_slices(entries: AuditEntryQuerySet) -> Iterator[list[AuditEntry]]:
    """All of them, the newest first, a slice at a time: what is written meanwhile shifts nothing."""
    rows = list(entries.order_by("-id")[:_SLICE])
    while rows:
        yield rows
        rows = list(entries.filter(id__lt=rows[-1].pk).order_by("-id")[:_SLICE])


def as_csv(entries: AuditEntryQuerySet) -> Iterator[bytes]:
    """The entries for a spreadsheet; nothing in them is run as a formula."""
    yield csv_rows([COLUMNS])
    for rows in in_slices(entries):
        yield csv_rows(_cells(entry) for entry in rows)


def as_jsonl(entries: AuditEntryQuerySet) -> Iterator[bytes]:
    """The entries, one JSON object a line."""
    for rows in in_slices(entries):
        yield b"".join(orjson.dumps(told(entry), option=orjson.OPT_APPEND_NEWLINE) for entry in rows)


def told(entry: AuditEntry) -> dict[str, Any]:
    """An entry as files hold it."""
    values = (
        *(entry.at.isoformat(), entry.by_name, entry.key_name, entry.action, entry.subject_kind),
        *(entry.subject_name, entry.subject_id, entry.project_name, entry.changes, entry.door, entry.address),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _cells(entry: AuditEntry) -> list[object]:
    return [orjson.dumps(cell).decode() if isinstance(cell, dict) else cell for cell in told(entry).values()]
