"""Celery's doors: each task takes ids, calls one function and ends."""

from __future__ import annotations

from celery import shared_task

from runs.ingest import loading


@shared_task(name="runs.load_import")
def load_import(import_id: int) -> None:
    """Load an uploaded file into a dataset version."""
    loading.load_import(import_id)
