"""The application's place in Django."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """What was evaluated and what came out."""

    name = "runs"
