"""The application's place in Django."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Endpoints that EvalHub may call."""

    name = "evalhub.connections"
    label = "connections"
