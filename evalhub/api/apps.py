"""The application's place in Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API."""

    name = "evalhub.api"
    label = "api"
    verbose_name = "REST API"
