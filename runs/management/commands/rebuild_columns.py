"""`manage.py rebuild_columns [run …]`: make packed columns again from the scores."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from runs.models import Run
from runs.packing import rebuild_columns


class Command(BaseCommand):
    """The columns are derived; should they ever differ from the scores, the scores are right."""

    help = "Make the packed columns of the given runs (without any: of all) again from their scores."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run_ids", nargs="*", type=int, metavar="run")

    def handle(self, *args: Any, **options: Any) -> None:
        ids: list[int] = options["run_ids"]
        runs = Run.objects.filter(deleted_at=None).order_by("id")
        if ids:
            runs = runs.filter(id__in=ids)
        unknown = set(ids) - set(runs.values_list("id", flat=True))
        if unknown:
            raise CommandError(f"There is no run {min(unknown)}; nothing was changed.")
        for run in runs.iterator():
            rebuild_columns(run)
            self.stdout.write(f"run {run.pk}: {run.item_count:,} items")
