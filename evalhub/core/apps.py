"""The application's place in Django: template tags only, no models."""

from django.apps import AppConfig

# Makes Celery's application the current one in every Django process, so that pages ring the right broker.
from evalhub.celery import app as celery_app

__all__ = ["CoreConfig", "celery_app"]


class CoreConfig(AppConfig):
    """What every other part stands on."""

    name = "evalhub.core"
    label = "core"
