"""`manage.py create_judge_connections`: gives every team the judge that the environment names."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evalhub.connections.services import create_judge_connections
from evalhub.core.errors import EvalHubError


class Command(BaseCommand):
    """May run at every start: a team that has a default connection, or gave this one up, is left alone."""

    help = "Make the default connection of every team that has none, from EVALHUB_JUDGE_BASE_URL and its fellows."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = create_judge_connections()
        except EvalHubError as error:
            raise CommandError(f"{error} Check EVALHUB_JUDGE_BASE_URL and its fellows.") from error
        for connection in made:
            self.stdout.write(f"{connection.team} now asks {connection.base_url} for judgements.")
