"""The application's place in Django: template tags only, no models."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What every other part stands on."""

    name = "evalhub.core"
    label = "core"
