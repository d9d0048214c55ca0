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
            if _store(account, dataset, path, file_name) or existing is None:
                return dataset
            transaction.set_rollback(True)  # it holds something else
    raise Invalid("name_taken", f'Too many datasets are called "{name}"; choose another name.', field="name")


def _store(account: Account, dataset: Dataset, path: Path, file_name: str) -> bool:
    """Write the rows as a version; whether the dataset held exactly this file already, as its newest version."""
    with path.open("rb") as file:
        source = Source(file)
        columns = _columns(source)
        stored = store_version(
            dataset=dataset,
            rows=items_of(csv.read(source)),
            by=account.person,
            source_name=file_name,
            size_bytes=path.stat().st_size,
            mapping=columns,
        )
    version = stored.version
    is_newest = not dataset.versions.filter(number__gt=version.number).exists()
    return not stored.is_new and is_newest and version.mapping == columns


def _columns(source: Source) -> dict[str, str]:
    """The column of each part of an item. Kept with the version, it tells an empty column from none."""
    first = next(csv.read(source), None)
    return mapping_of(first.values) if isinstance(first, ParsedRow) else {}
