"""The list of a team's connections: seen by all members, keys by nobody."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evalhub.accounts.models import Team, User
from tests.conftest import _ClientOf as ClientOf
from tests.connections.connections import API_KEY, make_connection


def page(person: User, team: Team) -> str:
    return ClientOf(person).get(reverse("connections:connection_list", args=[team.slug])).content.decode()


def test_members_see_what_there_is_without_keys_and_without_buttons(team: Team, alice: User, viewer: User) -> None:
    connection = make_connection(team=team, max_concurrency=50)
    edit = reverse("connections:connection_edit", args=[team.slug, connection.pk])
    seen = page(viewer, team)
    assert "judge-1" in seen
    assert "at most 50" in seen
    assert edit not in seen
    assert edit in page(alice, team)
    assert API_KEY not in seen + page(alice, team)


def test_an_empty_list_says_what_to_do_next(team: Team, alice: User, bob: User) -> None:
    create = reverse("connections:connection_create", args=[team.slug])
    assert create in page(alice, team)
    assert create not in page(bob, team)
    assert "An admin of the team can add one" in page(bob, team)


def test_archived_connections_stand_apart(team: Team, alice: User) -> None:
    make_connection(team=team, name="Old one", archived_at=timezone.now())
    seen = page(alice, team)
    assert "No connections yet" in seen
    assert "Bring Old one back" in seen


def test_charlie_learns_nothing(team: Team, charlie: User) -> None:
    assert ClientOf(charlie).get(reverse("connections:connection_list", args=[team.slug])).status_code == 404


def test_anonymous_is_sent_to_sign_in(team: Team, client: Client) -> None:
    address = reverse("connections:connection_list", args=[team.slug])
    assert client.get(address)["Location"].startswith("/accounts/login/")


def test_only_reading_is_possible(team: Team, alice: User) -> None:
    assert ClientOf(alice).post(reverse("connections:connection_list", args=[team.slug])).status_code == 405
