"""The application's place in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, teams, projects and keys."""

    name = "evalhub.accounts"
    label = "accounts"
    verbose_name = "People and teams"
