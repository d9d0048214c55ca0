"""The people of a team: who sees them, who may change them, and that a team keeps an owner."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from evalhub.accounts.choices import Role
from evalhub.accounts.models import ApiKey, Membership, Team, User
from evalhub.accounts.services import issue_api_key
from tests.conftest import _ClientOf as ClientOf


def address(team: Team) -> str:
    return reverse("accounts:team_detail", args=[team.slug])


def of(team: Team, user: User) -> Membership:
    return Membership.objects.get(team=team, user=user)


def change(by: User, membership: Membership, action: str, **body: str) -> int:
    path = reverse(f"accounts:member_{action}", args=[membership.team.slug, membership.pk])
    return ClientOf(by).post(path, body).status_code


def test_every_member_sees_who_is_in_the_team(team: Team, viewer: User, bob: User) -> None:
    page = ClientOf(viewer).get(address(team)).content.decode()
    assert bob.email in page
    assert "Add a person" not in page


def test_an_admin_adds_a_person_who_has_an_account(team: Team, alice: User, charlie: User) -> None:
    ClientOf(alice).post(address(team), {"email": " Charlie@example.org", "role": "reviewer"})
    assert of(team, charlie).role == Role.REVIEWER


@pytest.mark.parametrize(
    ("email", "role", "sentence"),
    [
        ("nobody@example.org", "editor", "No account has the address"),
        ("bob@example.org", "viewer", "is in the team already, as editor"),
        ("bob", "viewer", "valid email"),
        ("charlie@example.org", "king", "valid choice"),
    ],
)
def test_who_cannot_be_added_is_said_at_the_field(
    team: Team, alice: User, bob: User, charlie: User, *, email: str, role: str, sentence: str
) -> None:
    page = ClientOf(alice).post(address(team), {"email": email, "role": role})
    assert sentence in page.content.decode()
    assert team.memberships.count() == 2


def test_an_editor_may_not_change_people(team: Team, bob: User, viewer: User, charlie: User) -> None:
    assert ClientOf(bob).post(address(team), {"email": charlie.email, "role": "viewer"}).status_code == 403
    assert change(bob, of(team, viewer), "role", role="owner") == 403
    assert change(bob, of(team, viewer), "removal") == 403
    assert of(team, viewer).role == Role.VIEWER


def test_an_admin_changes_roles_but_makes_and_unmakes_no_owner(
    team: Team, alice: User, bob: User, viewer: User
) -> None:
    assert change(alice, of(team, bob), "role", role="admin") == 302
    assert change(bob, of(team, viewer), "role", role="editor") == 302
    assert change(bob, of(team, viewer), "role", role="owner") == 403
    assert change(bob, of(team, alice), "role", role="viewer") == 403
    assert change(bob, of(team, alice), "removal") == 403
    assert [of(team, user).role for user in (alice, bob, viewer)] == [Role.OWNER, Role.ADMIN, Role.EDITOR]


def test_a_team_keeps_an_owner(team: Team, alice: User, bob: User) -> None:
    assert change(alice, of(team, alice), "role", role="editor") == 409
    assert change(alice, of(team, alice), "removal") == 409
    assert change(alice, of(team, bob), "role", role="owner") == 302
    assert change(alice, of(team, alice), "role", role="editor") == 302


def test_an_unknown_role_is_refused_with_those_there_are(team: Team, alice: User, bob: User) -> None:
    assert change(alice, of(team, bob), "role", role="king") == 400
    assert of(team, bob).role == Role.EDITOR


def test_who_leaves_takes_the_keys_along(team: Team, bob: User) -> None:
    issued = issue_api_key(team=team, user=bob, name="CI")
    assert change(bob, of(team, bob), "removal") == 302
    assert not team.memberships.filter(user=bob).exists()
    assert not ApiKey.objects.matching(issued.secret).exists()


def test_charlie_learns_nothing(team: Team, charlie: User, bob: User) -> None:
    assert ClientOf(charlie).get(address(team)).status_code == 404
    assert change(charlie, of(team, bob), "role", role="viewer") == 404
    assert change(charlie, of(team, bob), "removal") == 404


def test_anonymous_is_sent_to_sign_in(team: Team, client: Client) -> None:
    assert client.get(address(team))["Location"].startswith("/accounts/login/")


def test_actions_answer_no_get(team: Team, alice: User, bob: User) -> None:
    for action in ("role", "removal"):
        path = reverse(f"accounts:member_{action}", args=[team.slug, of(team, bob).pk])
        assert ClientOf(alice).get(path).status_code == 405


def test_an_owner_hands_the_team_over_and_stays_as_admin(team: Team, alice: User, bob: User) -> None:
    assert change(alice, of(team, bob), "ownership") == 302
    assert (of(team, bob).role, of(team, alice).role) == (Role.OWNER, Role.ADMIN)
    assert change(alice, of(team, bob), "ownership") == 403
    assert change(bob, of(team, bob), "ownership") == 409
