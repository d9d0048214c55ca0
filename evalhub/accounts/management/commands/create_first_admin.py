"""`manage.py create_first_admin`: sees that somebody can sign in, without any known password."""

import getpass
import os
import secrets
import sys
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evalhub.accounts.services import create_first_admin, has_any_user
from evalhub.core.errors import EvalHubError

_DEFAULT_EMAIL = "admin@localhost"


@dataclass(frozen=True)
class Answers:
    """Who the first admin is."""

    name: str
    email: str
    password: str


class Command(BaseCommand):
    """Asks at a terminal; elsewhere reads the environment, or makes up a password and shows it once."""

    help = "Make the first admin when there is no account yet."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if has_any_user():
            return
        try:
            if sys.stdin.isatty():
                self._ask_until_accepted()
            else:
                self._create_from_environment()
        except (KeyboardInterrupt, EOFError):
            raise CommandError("No admin was made.") from None

    def _ask_until_accepted(self) -> None:
        self.stdout.write("Welcome to EvalHub. Who is its first admin?")
        while True:
            answers = _ask()
            try:
                create_first_admin(email=answers.email, password=answers.password, name=answers.name)
            except EvalHubError as error:
                self.stdout.write(str(error))
            else:
                return

    def _create_from_environment(self) -> None:
        email = os.environ.get("EVALHUB_ADMIN_EMAIL") or _DEFAULT_EMAIL
        given = os.environ.get("EVALHUB_ADMIN_PASSWORD", "")
        password = given or secrets.token_urlsafe(15)
        try:
            create_first_admin(email=email, password=password, name="Admin")
        except EvalHubError as error:
            raise CommandError(f"{error} Change EVALHUB_ADMIN_EMAIL or EVALHUB_ADMIN_PASSWORD.") from error
        shown = "the password in EVALHUB_ADMIN_PASSWORD" if given else f"the password {password} (shown only now)"
        self.stdout.write(f"The first admin signs in as {email} with {shown}.")


def _ask() -> Answers:
    name = input("Name: ").strip()
    email = input("E-mail: ").strip()
    while True:
        password = getpass.getpass("Password: ")
        if password == getpass.getpass("Password again: "):
            return Answers(name=name, email=email, password=password)
        print("The two passwords differ.")
