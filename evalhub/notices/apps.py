"""The application's place in Django."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Telling people what concerns them."""

    name = "evalhub.notices"
    label = "notices"
