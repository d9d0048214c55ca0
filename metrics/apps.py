"""The application's place in Django, and the catalogue's way into the database."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class MetricsConfig(AppConfig):
    """How an output becomes a score."""

    name = "metrics"

    def ready(self) -> None:
        # After every migrate, as Django does with its own permissions: the catalogue in the code is the one in the
        # database, also in a test that has emptied its tables.
        post_migrate.connect(_store_catalogue, sender=self)


def _store_catalogue(**_: Any) -> None:
    # By name: models load after this module.
    import_string("metrics.services.store_catalogue")()
