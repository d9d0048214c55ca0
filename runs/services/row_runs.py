"""Runs over rows that a program sends: the rows become a dataset version, and the run is made over it, or neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from runs.importers.mapping import ItemMaker, Mapping, NewItem
from runs.importers.rows import Parsed, Rejection
from runs.ingest.datasets import dataset_named
from runs.ingest.writer import StoredVersion
from runs.models import DatasetVersion
from runs.services.datasets import checked_name, store_version
from runs.services.run_metrics import MetricChoice

# Rows of programs name their parts as items do; everything else they hold becomes metadata.
_SCORES = "scores"
_AS_EXPORTED = "judge"
ROW_FIELDS = ("key", "input", "output", "expected", "context", "metadata", "trace", "model", "human", _SCORES)
# What an export says of the run it came from, which is no part of the item.
_OF_OTHER_RUN = "run"
_MAPPING = Mapping(
    fields={(_AS_EXPORTED if name == _SCORES else name): name for name in ROW_FIELDS}, ignored=(_OF_OTHER_RUN,)
)


@transaction.atomic
def store_rows(rows: Iterable[Parsed], *, project: Project, dataset: str, by: User) -> StoredVersion:
    """Freeze the rows as the next version of the project's dataset of that name, made when there is none.

    Raises `NotAllowed`, and `Invalid` at the first row that cannot be used; then nothing is stored.
    """
    require_right(by, Right.EDIT_DATASET, project)
    named = dataset_named(project=project, name=checked_name(dataset), by=by)
    return store_version(dataset=named, rows=_items(rows), by=by)


def given_choices(version: DatasetVersion) -> list[MetricChoice]:
    """Every kind of score that came with the rows and holds numbers."""
    return [
        MetricChoice(key=given["key"], is_given=True) for given in version.given_metrics if given["minimum"] is not None
    ]


def _items(rows: Iterable[Parsed]) -> Iterator[NewItem]:
    maker = ItemMaker(_MAPPING, reads_cells=False)
    for row in rows:
        if not isinstance(row, Rejection) and _SCORES not in row.values and _AS_EXPORTED in row.values:
            row.values[_SCORES] = row.values.pop(_AS_EXPORTED)
        item = row if isinstance(row, Rejection) else maker.make(row)
        if isinstance(item, Rejection):
            raise Invalid("row_unusable", f"Row {item.line:,}: {item.reason}", field=f"rows.{item.line - 1}")
        yield item
