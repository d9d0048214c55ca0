"""Teams and their people by the API."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, User
from evalhub.accounts.services import create_team
from tests.api.conftest import Caller

TEAMS = "/api/v1/teams/"
MEMBERS = "/api/v1/teams/support/members/"


def _address(user: User) -> str:
    return f"{MEMBERS}{Membership.objects.get(user=user, team__slug='support').pk}/"


def test_a_key_sees_its_own_team_alone(bob: User, bob_calls: APIClient) -> None:
    create_team(name="Other", owner=bob)
    assert [one["slug"] for one in bob_calls.get(TEAMS).json()["results"]] == ["support"]
    assert bob_calls.get(f"{TEAMS}support/").json()["name"] == "Support"
    assert bob_calls.get(f"{TEAMS}other/").status_code == 404


def test_everybody_in_the_team_sees_its_people(bob: User, viewer: User, viewer_calls: APIClient) -> None:
    told = viewer_calls.get(MEMBERS).json()["results"]
    assert [(one["email"], one["role"]) for one in told] == [
        ("vera@example.org", "viewer"),
        ("bob@example.org", "editor"),
        ("alice@example.org", "owner"),
    ]
    assert viewer_calls.get(_address(bob)).json() == told[1]


def test_alice_takes_somebody_in_gives_another_role_and_takes_them_out(
    project: Project, charlie: User, alice_calls: APIClient
) -> None:
    added = alice_calls.post(MEMBERS, {"email": charlie.email, "role": "viewer"}, format="json")
    assert (added.status_code, added.json()["name"]) == (201, "Charlie Cole")
    assert alice_calls.get(added["Location"]).json() == added.json()
    assert alice_calls.patch(_address(charlie), {"role": "editor"}, format="json").json()["role"] == "editor"
    assert alice_calls.delete(_address(charlie)).status_code == 204
    assert not Membership.objects.filter(user=charlie, team=project.team).exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"email": "nobody@example.org", "role": "viewer"}, "account_unknown"),
        ({"email": "bob@example.org", "role": "viewer"}, "member_already"),
        ({"email": "bob@example.org", "role": "king"}, "invalid"),
        ({"email": "bob", "role": "viewer"}, "invalid"),
        ({}, "invalid"),
    ],
)
def test_a_bad_body_takes_nobody_in(bob: User, alice_calls: APIClient, body: dict[str, str], code: str) -> None:
    assert alice_calls.post(MEMBERS, body, format="json").json()["code"] == code
    assert Membership.objects.filter(team__slug="support").count() == 2


def test_the_last_owner_stays(alice: User, alice_calls: APIClient) -> None:
    assert alice_calls.delete(_address(alice)).json()["code"] == "last_owner"
    assert alice_calls.patch(_address(alice), {"role": "viewer"}, format="json").status_code == 409


def test_bob_manages_nobody_but_may_leave(bob: User, viewer: User, bob_calls: APIClient) -> None:
    assert bob_calls.post(MEMBERS, {"email": "x@example.org", "role": "viewer"}, format="json").status_code == 403
    assert bob_calls.patch(_address(bob), {"role": "owner"}, format="json").status_code == 403
    assert bob_calls.delete(_address(viewer)).status_code == 403
    assert bob_calls.delete(_address(bob)).status_code == 204
    assert bob_calls.get(MEMBERS).status_code == 401


def test_a_key_of_an_owner_held_to_less_makes_nobody_an_owner(alice: User, bob: User, caller: Caller) -> None:
    calls = caller(alice, role=Role.ADMIN)
    assert calls.patch(_address(bob), {"role": "owner"}, format="json").status_code == 403
    assert calls.patch(_address(bob), {"role": "viewer"}, format="json").status_code == 200


def test_charlie_does_not_learn_who_is_in_the_team(team: Team, alice: User, charlie_calls: APIClient) -> None:
    assert charlie_calls.get(MEMBERS).status_code == 404
    assert charlie_calls.get(_address(alice)).status_code == 404
    assert charlie_calls.get(f"{MEMBERS}{10**30}/").status_code == 404
