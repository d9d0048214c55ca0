"""The second factor: set up with a code, asked for at sign-in, and required by a team."""

from __future__ import annotations

import re

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import Membership, Team, User
from evalhub.accounts.services import edit_team
from tests.api.conftest import make_key
from tests.conftest import _ClientOf as ClientOf

LOGIN = "/accounts/login/"
ACTIVATE = "/accounts/2fa/totp/activate/"


def code_now(secret: str) -> str:
    """What a phone would show."""
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def signed_in(user: User, password: str) -> Client:
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": password})
    return client


def set_up(client: Client, password: str) -> str:
    """Give the person a second factor, after they said their password again; gives its secret."""
    client.post("/accounts/reauthenticate/", {"password": password})
    found = re.search(r'value="([A-Z2-7]{32})"', client.get(ACTIVATE).content.decode())
    assert found
    assert client.post(ACTIVATE, {"code": code_now(found[1])}).status_code == 302
    return str(found[1])


def test_who_has_a_second_factor_signs_in_with_a_code(alice: User) -> None:
    secret = set_up(signed_in(alice, "alice-secret"), "alice-secret")
    client = signed_in(alice, "alice-secret")
    assert client.get("/").status_code == 302
    page = client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "This code is not right" in page
    cache.clear()  # the code that set it up was used; a phone would show the next one
    assert client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)}).status_code == 302
    assert client.get("/").status_code == 200


def test_secrets_of_second_factors_are_kept_encrypted_and_survive_another_key(alice: User) -> None:
    secret = set_up(signed_in(alice, "alice-secret"), "alice-secret")
    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)
    call_command("rotate_encryption_key")
    assert Authenticator.objects.get(pk=kept.pk).data != kept.data
    assert Authenticator.objects.get(pk=kept.pk).wrap().validate_code(code_now(secret))


def test_a_team_that_asks_for_it_leads_members_to_set_it_up(team: Team, alice: User, bob: User) -> None:
    edit_team(team, name=team.name, requires_second_factor=True, by=alice)
    client = signed_in(bob, "bob-secret")
    answer = client.get(reverse("accounts:team_detail", args=[team.slug]))
    assert answer["Location"] == "/accounts/2fa/"
    assert "Your team asks for a second factor" in client.get("/accounts/2fa/").content.decode()
    assert client.get("/api/v1/teams/").status_code == 302
    set_up(client, "bob-secret")
    assert client.get(reverse("accounts:team_detail", args=[team.slug])).status_code == 200


def test_a_program_is_not_asked_for_a_second_factor(team: Team, alice: User) -> None:
    edit_team(team, name=team.name, requires_second_factor=True, by=alice)
    answer = Client().get("/api/v1/teams/", headers={"Authorization": f"Bearer {make_key(alice)}"})
    assert answer.status_code == 200


def test_who_leaves_the_team_is_asked_no_longer(team: Team, alice: User, bob: User) -> None:
    edit_team(team, name=team.name, requires_second_factor=True, by=alice)
    Membership.objects.filter(user=bob).delete()
    assert ClientOf(bob).get("/").status_code == 200


def test_owners_see_who_has_none(team: Team, alice: User, bob: User) -> None:
    path = reverse("accounts:team_settings", args=[team.slug])
    assert "bob@example.org" in ClientOf(alice).get(path).content.decode()
    ClientOf(alice).post(path, {"name": "Helpdesk", "requires_second_factor": "on"})
    team.refresh_from_db()
    assert (team.name, team.requires_second_factor) == ("Helpdesk", True)
    assert ClientOf(bob).get(path).status_code == 302
