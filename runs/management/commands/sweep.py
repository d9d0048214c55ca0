"""`manage.py sweep`: find what dead workers and lost messages left lying, once, and ring for it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from runs.execution import tasks


class Command(BaseCommand):
    """Does by hand what the worker's clock does every few seconds."""

    help = "Find what dead workers and lost messages left lying, and tell the workers of it again."

    def handle(self, *args: Any, **options: Any) -> None:
        found = tasks.sweep()
        for what, ids in found.by_name().items():
            self.stdout.write(f"{what:<16}{len(ids):>6}")
