"""Datasets made of uploaded files."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from evalhub.core.errors import Invalid
from evalhub.facades.gradient.account import Account
from evalhub.facades.gradient.translate.csv import items_of, mapping_of
from evalhub.facades.gradient.uploads import uploaded_file
from runs.importers import csv
from runs.importers.rows import ParsedRow
from runs.importers.source import Source
from runs.ingest.writer import StoredVersion
from runs.models import Dataset
from runs.services.datasets import checked_name, create_dataset, store_version

_MOST_OF_A_NAME = 1000


@transaction.atomic
def dataset_of_upload(account: Account, *, name: str, file_name: str, object_key: str) -> Dataset:
    """Make a dataset of the uploaded file; the one there is when the same file comes under the same name once more.

    A dataset does not change here, so another file under a name in use becomes a dataset "name (2)".
    Raises `Invalid` for what is no such CSV.
    """
    if not file_name.lower().endswith(".csv"):
        raise Invalid("file_not_csv", f'"{file_name}" does not end in .csv; datasets are made of CSV files.')
    path = uploaded_file(account.team, object_key)
    name = checked_name(name)
    for number in range(1, _MOST_OF_A_NAME):
        with transaction.atomic():
            numbered = name if number == 1 else f"{name} ({number})"
            existing = account.home.datasets.filter(name=numbered, archived_at=None).first()
            dataset = existing or create_dataset(project=account.home, name=numbered, by=account.person)
            stored = _store(account, dataset, path, file_name)
            if existing is None or not stored.is_new:
                return dataset
            transaction.set_rollback(True)  # it holds something else
    raise Invalid("name_taken", f'Too many datasets are called "{name}"; choose another name.', field="name")


def _store(account: Account, dataset: Dataset, path: Path, file_name: str) -> StoredVersion:
    with path.open("rb") as file:
        source = Source(file)
        return store_version(
            dataset=dataset,
            rows=items_of(csv.read(source)),
            by=account.person,
            source_name=file_name,
            size_bytes=path.stat().st_size,
            mapping=_columns(source),
        )


def _columns(source: Source) -> dict[str, str]:
    """What each part of an item is made of, kept with the version: it tells an empty column from none."""
    first = next(csv.read(source), None)
    return mapping_of(first.values) if isinstance(first, ParsedRow) else {}
