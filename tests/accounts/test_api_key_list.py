"""API keys in the browser: shown once, listed by hint, revoked at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evalhub.accounts.models import ApiKey, Project, Team, User
from evalhub.accounts.services import issue_api_key
from tests.conftest import _ClientOf as ClientOf


def address(team: Team) -> str:
    return reverse("accounts:api_key_list", args=[team.slug])


def revoke(by: User, key: ApiKey) -> int:
    path = reverse("accounts:api_key_revocation", args=[key.team.slug, key.pk])
    return ClientOf(by).post(path).status_code


def test_a_new_key_is_shown_once_and_works(team: Team, project: Project, bob: User) -> None:
    last_day = timezone.now().date() + timedelta(days=3)
    body = {"name": "CI", "project": project.pk, "expires_on": last_day.isoformat()}
    response = ClientOf(bob).post(address(team), body)
    found = re.search(r"<code>(vq_\w{40})</code>", response.content.decode())
    assert found
    key = ApiKey.objects.matching(found.group(1)).get()
    assert (key.name, key.user, key.project) == ("CI", bob, project)
    assert key.expires_at is not None
    assert key.expires_at.date() == last_day + timedelta(days=1)
    assert "no-store" in response["Cache-Control"]
    assert found.group(1) not in ClientOf(bob).get(address(team)).content.decode()


def test_a_key_may_last_to_the_end_of_time(team: Team, bob: User) -> None:
    ClientOf(bob).post(address(team), {"name": "CI", "expires_on": "9999-12-31"})
    expires_at = ApiKey.objects.get().expires_at
    assert expires_at is not None
    assert expires_at.year == 9999


@pytest.mark.parametrize(
    ("body", "sentence"),
    [({"name": ""}, "required"), ({"name": "CI", "expires_on": "2020-01-01"}, "1 January 2020 is over")],
)
def test_what_is_wrong_is_said_at_its_field(team: Team, bob: User, body: dict[str, str], sentence: str) -> None:
    assert sentence in ClientOf(bob).post(address(team), body).content.decode()
    assert not ApiKey.objects.exists()


def test_a_revoked_key_opens_nothing(team: Team, bob: User) -> None:
    issued = issue_api_key(team=team, user=bob, name="CI")
    assert revoke(bob, issued.key) == 302
    assert not ApiKey.objects.matching(issued.secret).exists()
    assert "Revoked" in ClientOf(bob).get(address(team)).content.decode()


def test_people_see_and_revoke_their_own_keys_and_admins_all(team: Team, alice: User, bob: User) -> None:
    of_alice = issue_api_key(team=team, user=alice, name="of Alice").key
    of_bob = issue_api_key(team=team, user=bob, name="of Bob").key
    assert "of Alice" not in ClientOf(bob).get(address(team)).content.decode()
    assert "of Bob" in ClientOf(alice).get(address(team)).content.decode()
    assert revoke(bob, of_alice) == 403
    assert revoke(alice, of_bob) == 302


def test_a_viewer_makes_no_key(team: Team, viewer: User) -> None:
    assert "Your role does not make keys" in ClientOf(viewer).get(address(team)).content.decode()
    assert ClientOf(viewer).post(address(team), {"name": "CI"}).status_code == 403
    assert not ApiKey.objects.exists()


def test_charlie_learns_nothing(team: Team, bob: User, charlie: User) -> None:
    key = issue_api_key(team=team, user=bob, name="CI").key
    assert ClientOf(charlie).get(address(team)).status_code == 404
    assert revoke(charlie, key) == 404


def test_anonymous_is_sent_to_sign_in(team: Team, client: Client) -> None:
    assert client.get(address(team))["Location"].startswith("/accounts/login/")


def test_keys_that_were_revoked_come_last(team: Team, bob: User) -> None:
    first, second = (issue_api_key(team=team, user=bob, name=name).key for name in ("First", "Second"))
    revoke(bob, second)
    assert list(ClientOf(bob).get(address(team)).context["keys"]) == [first, second]
