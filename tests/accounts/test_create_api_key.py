"""The command that prints a key for a program."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from evalhub.accounts.models import ApiKey, Membership, Project, Team, User

pytestmark = pytest.mark.django_db


def create_api_key(*arguments: str) -> str:
    out = io.StringIO()
    call_command("create_api_key", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_it_prints_the_key_alone_and_the_key_opens_the_door(team: Team, alice: User) -> None:
    printed = create_api_key("--team", team.slug, "--name", "CI")
    key = ApiKey.objects.matching(printed.strip()).get()
    assert printed == printed.strip() + "\n"
    assert (key.name, key.user, key.team, key.project) == ("CI", alice, team, None)


def test_a_team_is_found_by_its_name_too(team: Team) -> None:
    assert create_api_key("--team", "Support", "--name", "CI").startswith("vq_")


def test_it_can_be_somebodys_and_one_projects(team: Team, bob: User, project: Project) -> None:
    arguments = ("--team", team.slug, "--name", "CI", "--user", "Bob@Example.org", "--project", project.key)
    key = ApiKey.objects.matching(create_api_key(*arguments).strip()).get()
    assert (key.user, key.project) == (bob, project)


def test_what_is_unknown_is_named_with_what_there_is(team: Team, project: Project, charlie: User) -> None:
    with pytest.raises(CommandError, match='no team "Supprt"; there are: elsewhere, support'):
        create_api_key("--team", "Supprt", "--name", "CI")
    with pytest.raises(CommandError, match=r'e-mail "nobody@example\.org"'):
        create_api_key("--team", team.slug, "--name", "CI", "--user", "nobody@example.org")
    with pytest.raises(CommandError, match='key "bot"; there are: library, support-bot'):
        create_api_key("--team", team.slug, "--name", "CI", "--project", "bot")


def test_strangers_viewers_and_teams_without_owner_get_no_key(team: Team, viewer: User, charlie: User) -> None:
    for email in (viewer.email, charlie.email):
        with pytest.raises(CommandError, match="role editor or higher"):
            create_api_key("--team", team.slug, "--name", "CI", "--user", email)
    Membership.objects.filter(team=team).delete()
    with pytest.raises(CommandError, match="no owner; say whose"):
        create_api_key("--team", team.slug, "--name", "CI")
    assert not ApiKey.objects.exists()
