"""The application's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """What was evaluated and what came out."""

    name = "runs"

    def ready(self) -> None:
        from evalhub.accounts.leaving import on_leaving  # noqa: PLC0415  # models load after the app's own module
        from runs.services.leaving import release  # noqa: PLC0415

        on_leaving(release)
