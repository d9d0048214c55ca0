"""`manage.py rotate_encryption_key`: writes all secrets anew with the first of EVALHUB_ENCRYPTION_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from evalhub.accounts import second_factor
from evalhub.connections import services as connections
from evalhub.core.errors import EvalHubError
from evalhub.webhooks import services as webhooks


class Command(BaseCommand):
    """Run it after a new key was put in front; then the old ones can be taken away."""

    help = "Encrypt all stored secrets again with the first key of EVALHUB_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                count = sum(each.rotate_secrets() for each in (connections, webhooks, second_factor))
        except EvalHubError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        self.stdout.write(f"{count} secrets are now encrypted with the first key; the other keys can be taken away.")
