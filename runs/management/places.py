"""Which project a command works in, and in whose name."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import CommandError

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, User


def add_project_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--project", required=True, help="The project's key.")
    parser.add_argument("--team", default="", help="The team's slug; needed where teams share a project key.")


def named_project(key: str, team: str) -> Project:
    """The one project of that key. Raises `CommandError` for none, and for several."""
    found = Project.objects.filter(key=key, archived_at=None, **({"team__slug": team} if team else {}))
    projects = list(found.select_related("team"))
    if not projects:
        raise CommandError(f'There is no project with the key "{key}"{f" in team {team}" if team else ""}.')
    if len(projects) > 1:
        teams = ", ".join(project.team.slug for project in projects)
        raise CommandError(f'Several teams have a project "{key}"; add --team with one of: {teams}.')
    return projects[0]


def owner_of(project: Project) -> User:
    """An owner of the project's team: who has the machine acts for them."""
    membership = Membership.objects.filter(team=project.team, role=Role.OWNER).select_related("user").first()
    if membership is None:
        raise CommandError(f'The team "{project.team}" has no owner, in whose name this could be done.')
    return membership.user
