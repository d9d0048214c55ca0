"""Print a new API key for a program, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Project, Team, User
from evalhub.accounts.services import issue_api_key
from evalhub.core.errors import EvalHubError


class Command(BaseCommand):
    """Issues a key and prints it alone on standard output, so that a script can take it."""

    help = "Print a new API key once; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", required=True, metavar="T", help="Slug or name of the team.")
        parser.add_argument("--name", required=True, metavar="N", help="What the key is for.")
        parser.add_argument("--user", metavar="EMAIL", help="Whose key it is; without it, the team's first owner's.")
        parser.add_argument("--project", metavar="KEY", help="Key of the one project that it may reach.")

    def handle(self, *, team: str, name: str, user: str | None, project: str | None, **_: Any) -> None:
        found = _team(team)
        try:
            issued = issue_api_key(
                team=found,
                user=_user(user) if user else _owner(found),
                name=name,
                project=_project(found, project) if project else None,
            )
        except EvalHubError as error:
            raise CommandError(error.message) from error
        self.stderr.write(f"A key of {issued.key.user} in {found}; it is not shown again:")
        self.stdout.write(issued.secret)


def _team(wanted: str) -> Team:
    team = Team.objects.filter(slug=wanted).first() or Team.objects.filter(name=wanted).first()
    if team is None:
        raise CommandError(f'There is no team "{wanted}"; there are: {_listed(Team.objects.all(), "slug")}.')
    return team


def _user(email: str) -> User:
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        raise CommandError(f'There is no account with the e-mail "{email}".')
    return user


def _owner(team: Team) -> User:
    owner = team.memberships.filter(role=Role.OWNER, user__is_active=True).order_by("id").first()
    if owner is None:
        raise CommandError(f'The team "{team}" has no owner; say whose key it is with --user.')
    return owner.user


def _project(team: Team, key: str) -> Project:
    project = team.projects.filter(key=key).first()
    if project is None:
        raise CommandError(
            f'The team "{team}" has no project with the key "{key}"; there are: {_listed(team.projects.all(), "key")}.'
        )
    return project


def _listed(rows: QuerySet[Any, Any], field: str) -> str:
    return ", ".join(rows.order_by(field).values_list(field, flat=True)[:20]) or "none"
