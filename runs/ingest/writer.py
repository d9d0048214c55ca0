"""Writing a dataset version item by item: nobody sees it before it is whole, and equal contents make no second one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from evalhub.accounts.audit import Changes, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import User
from evalhub.core.errors import Invalid
from evalhub.core.ids import hash64
from runs.bulk import copy_rows, reserve_ids
from runs.importers.mapping import NewItem, key_twice
from runs.importers.rows import dump_json
from runs.ingest.census import Census
from runs.ingest.changes import count_changes
from runs.ingest.tally import Tally
from runs.models import Dataset, DatasetVersion, Item

_GROUP_ROWS = 2_000
_GROUP_CHARACTERS = 8_000_000
# From this size on the planner has to know of a version's items: until it does, it takes the version for an empty one
# and reads all of its rows to find a few, and autovacuum looks at the table once a minute at best.
_COUNTED_ITEMS = 2_000
_ITEM_FIELDS = (
    *("project_id", "version", "ordinal", "key", "pair_key", "input", "output", "expected", "context"),
    *("metadata", "trace", "given_scores", "human", "raw"),
)
_PROGRAM_FIELDS = ("key", "input", "output", "expected", "context", "metadata", "trace", "given_scores", "human")


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version and whether it was made now; False when the dataset had one of the same content."""

    version: DatasetVersion
    is_new: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a version's rows came from, kept with it."""

    by: User | None = None
    source_name: str = ""
    size_bytes: int = 0
    mapping: dict[str, Any] | None = None


class VersionWriter:
    """Takes items one by one and freezes them into a version. Lives within one transaction of its user.

    Items are copied in groups under an id that is reserved but not yet in use; the version's row, which makes them
    visible, comes last.
    """

    def __init__(self, *, project_id: int) -> None:
        self.census = Census()
        self._project_id = project_id
        (self._version_id,) = reserve_ids(DatasetVersion, 1)
        self._content = hashlib.blake2b(digest_size=32)
        self._question = hashlib.blake2b(digest_size=32)
        self._lines_of_keys = Tally()
        self._inputs = Tally()
        self._group: list[tuple[Any, ...]] = []
        self._group_characters = 0

    def add(self, item: NewItem, *, line: int, columns: Iterable[str] = ()) -> str:
        """Take the item in; "" when that went well, else the reason: its key was there before."""
        pair_key = hash64("key", item.key) if item.key else 0
        if item.key:
            if first_line := self._lines_of_keys.note(pair_key, line):
                return key_twice(item.key, first_line)
        else:
            occurrence = self._inputs.count(hash64("input", item.input))
            pair_key = hash64("input", item.input, str(occurrence))
        self._hash(item)
        self._queue(item, pair_key)
        self.census.add(item, columns)
        return ""

    def _hash(self, item: NewItem) -> None:
        asked = _asked(item)
        rest = dump_json([item.output, item.metadata, item.trace, item.given_scores, item.human])
        self._question.update(asked)
        self._content.update(asked)
        self._content.update(rest)

    def _queue(self, item: NewItem, pair_key: int) -> None:
        self._group.append(
            (
                *(self._project_id, self._version_id, self.census.items, item.key, pair_key),
                *(item.input, item.output, item.expected, item.context, item.metadata),
                *(item.trace, item.given_scores, item.human, item.raw),
            )
        )
        self._group_characters += len(item.raw)
        if len(self._group) >= _GROUP_ROWS or self._group_characters >= _GROUP_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Copy what is waiting into the database."""
        if self._group:
            copy_rows(Item, _ITEM_FIELDS, self._group)
        self._group, self._group_characters = [], 0

    def finish(self, dataset: Dataset, origin: Origin) -> StoredVersion:
        """Freeze the items as the next version, or find the one that holds the same. Raises `Invalid` for no items."""
        if not self.census.items:
            raise Invalid("no_rows", "There is no row that can be used; a version needs at least one.")
        self.flush()
        # Held to the end of the transaction, so that versions of one dataset are numbered one after the other.
        held = Dataset.objects.select_for_update(of=("self",)).select_related("project__team")
        dataset = held.get(id=dataset.pk)
        same = dataset.versions.filter(content_hash=self._content.hexdigest()).first()
        if same is not None:
            self._forget_items()
            return StoredVersion(same, is_new=False)
        self._tell_planner()
        return StoredVersion(self._freeze(dataset, origin), is_new=True)

    def _forget_items(self) -> None:
        """Delete what was copied. Nothing can point at these rows yet, so nothing is looked for."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM runs_item WHERE version_id = %s", [self._version_id])

    def _tell_planner(self) -> None:
        if self.census.items >= _COUNTED_ITEMS:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE runs_item (version_id, ordinal, key, pair_key)")

    def _freeze(self, dataset: Dataset, origin: Origin) -> DatasetVersion:
        last = dataset.versions.aggregate(number=Max("number"))["number"] or 0
        previous = dataset.versions.filter(number=last).first()
        version = DatasetVersion.objects.create(
            id=self._version_id,
            dataset=dataset,
            number=last + 1,
            content_hash=self._content.hexdigest(),
            question_hash=self._question.hexdigest(),
            changes=count_changes(old=previous.pk, new=self._version_id) if previous else {},
            created_by=origin.by,
            source_name=origin.source_name[:300],
            size_bytes=origin.size_bytes,
            mapping=origin.mapping or {},
            **self.census.facts(),
        )
        _note(version, previous, origin)
        return version


def _note(version: DatasetVersion, previous: DatasetVersion | None, origin: Origin) -> None:
    """Write down for the team that the dataset has a further version."""
    dataset = version.dataset
    changes: Changes = {
        "version": [previous.number if previous else None, version.number],
        "items": [previous.item_count if previous else None, version.item_count],
    }
    if origin.source_name:
        changes["source"] = [None, origin.source_name]
    team, project = dataset.project.team, dataset.project
    record(team=team, by=origin.by, action=AuditAction.ADDED, subject=dataset, project=project, changes=changes)


def question_hash(items: Iterable[NewItem]) -> str:
    """What a version of the items has as its `question_hash`."""
    digest = hashlib.blake2b(digest_size=32)
    for item in items:
        digest.update(_asked(item))
    return digest.hexdigest()


def _asked(item: NewItem) -> bytes:
    return dump_json([item.key, item.input, item.expected, item.context])


@transaction.atomic
def write_version(*, dataset: Dataset, rows: Iterable[NewItem], origin: Origin) -> StoredVersion:
    """Store the items as a version. Raises `Invalid` for no items, or for the first key that is there twice."""
    writer = VersionWriter(project_id=dataset.project_id)
    for number, item in enumerate(rows, start=1):
        if reason := writer.add(item, line=number, columns=_fields_of(item)):
            raise Invalid("key_twice", f"Row {number:,}: {reason.replace('on line', 'on row')}", field="rows")
    return writer.finish(dataset, origin)


def _fields_of(item: NewItem) -> list[str]:
    """The fields that an item without a file has; they stand for its columns."""
    return [name for name in _PROGRAM_FIELDS if getattr(item, name) not in (None, "", {})]
