"""The application's place in Django."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Telling other servers what happened."""

    name = "evalhub.webhooks"
    label = "webhooks"
