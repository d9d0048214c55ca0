"""How the tests of datasets bring rows in: as people and programs do, by the services."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from django.core.files.base import ContentFile

from evalhub.accounts.models import Project, User
from runs.importers.mapping import Mapping
from runs.ingest.loading import load_import
from runs.models import Dataset, DatasetImport
from runs.services.datasets import ImportChoices, confirm_import, receive_upload


def jsonl(*rows: dict[str, Any]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def parquet(rows: list[dict[str, Any]]) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), written)
    return written.getvalue()


def upload(content: bytes, *, project: Project, by: User, name: str = "rows.jsonl") -> DatasetImport:
    return receive_upload(project=project, upload=ContentFile(content, name=name), by=by)


def queue(
    content: bytes, *, project: Project, by: User, name: str = "rows.jsonl", dataset: Dataset | None = None
) -> DatasetImport:
    """Upload and confirm what was guessed; nothing is loaded yet."""
    received = upload(content, project=project, by=by, name=name)
    choices = ImportChoices(
        mapping=Mapping.from_json(received.mapping), dataset=dataset, dataset_name=received.dataset_name
    )
    return confirm_import(dataset_import=received, choices=choices, by=by, in_background=False)


def load(
    content: bytes, *, project: Project, by: User, name: str = "rows.jsonl", dataset: Dataset | None = None
) -> DatasetImport:
    """Upload, confirm and load; the import as it ended."""
    queued = queue(content, project=project, by=by, name=name, dataset=dataset)
    load_import(queued.pk)
    queued.refresh_from_db()
    return queued
