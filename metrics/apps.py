"""The application's place in Django, and the catalogue's way into the database."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db.models import BaseConstraint
from django.db.models.signals import post_migrate


class MetricsConfig(AppConfig):
    """How an output becomes a score."""

    name = "metrics"

    def ready(self) -> None:
        # After every migrate, as Django does with its own permissions: the catalogue in the code is the one in the
        # database, also in a test that has emptied its tables.
        post_migrate.connect(self.store_catalogue, sender=self)

    def store_catalogue(self, apps: Apps = installed_apps, **_: Any) -> None:
        """Store the built-in metrics, unless the tables are some earlier ones that were migrated back to."""
        from metrics.services import store_catalogue  # noqa: PLC0415  # models load after the app's own module

        if all(_shape(apps, name) == _shape(installed_apps, name) for name in ("Metric", "MetricRevision")):
            store_catalogue()


def _shape(apps: Apps, model_name: str) -> tuple[set[str], list[BaseConstraint]]:
    """The columns of a table and what its rows have to hold to."""
    try:
        model = apps.get_model("metrics", model_name)
    except LookupError:
        return set(), []
    meta = model._meta  # noqa: SLF001  # Django's documented API
    return {field.column for field in meta.local_concrete_fields}, sorted(meta.constraints, key=lambda one: one.name)
