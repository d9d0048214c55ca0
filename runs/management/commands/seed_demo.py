"""Makes the sample project and waits until its runs are scored."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from evalhub.accounts.models import Project
from evalhub.core.errors import EvalHubError
from runs.demo.project import seed_demo, settle_demo

_SECONDS_BETWEEN_LOOKS = 0.2


class Command(BaseCommand):
    """`manage.py seed_demo`; calling it again makes nothing twice."""

    help = "Make a small sample project to look around in: four releases of a support bot, scored by the worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wait", type=float, default=60, metavar="SECONDS", help="How long to wait for the worker; 60 unless set."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo = seed_demo()
            is_settled = _settle(demo.project, seconds=options["wait"])
        except EvalHubError as error:
            raise CommandError(error.message) from error
        what = "is there already" if not demo.is_new else "is ready" if is_settled else "is made"
        address = reverse("runs:project_overview", args=[demo.project.pk])
        self.stdout.write(f'The sample project "{demo.project}" {what}: {address}')
        if not is_settled:
            self.stdout.write(
                "Its runs wait for a worker. Call this again when they are scored: it dates them and pins the baseline."
            )


def _settle(project: Project, *, seconds: float) -> bool:
    """Whether the runs were over in time."""
    deadline = time.monotonic() + seconds
    while not settle_demo(project):
        if time.monotonic() > deadline:
            return False
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return True
