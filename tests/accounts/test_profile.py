"""The page about one's own account, and that nobody gives themselves another address."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from evalhub.accounts.models import Team, User
from tests.conftest import _ClientOf as ClientOf

PROFILE = "/account/"


def test_a_person_sees_who_they_are_here(team: Team, bob: User) -> None:
    page = ClientOf(bob).get(PROFILE).text
    for part in ("Bob Baker", "bob@example.org", "Support", "Editor since"):
        assert part in page


def test_a_person_in_no_team_is_told_what_to_do(db: None) -> None:
    nobody = User.objects.create_user("dora@example.org", name="Dora Drew")
    assert "Ask somebody for an invitation" in ClientOf(nobody).get(PROFILE).text


def test_a_person_gives_themselves_another_name(bob: User) -> None:
    assert ClientOf(bob).post(PROFILE, {"name": " Robert Baker "})["Location"] == PROFILE
    bob.refresh_from_db()
    assert bob.name == "Robert Baker"


@pytest.mark.parametrize("name", ["", "   ", "x" * 151, "a\0b"])
def test_a_name_that_is_none_is_refused_at_its_field(bob: User, name: str) -> None:
    answer = ClientOf(bob).post(PROFILE, {"name": name})
    assert "name" in answer.context["form"].errors
    bob.refresh_from_db()
    assert bob.name == "Bob Baker"


def test_strangers_are_led_to_sign_in(client: Client, db: None) -> None:
    assert client.get(PROFILE)["Location"] == "/accounts/login/?next=/account/"


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "confirm-email/a-key/"])
def test_pages_that_would_change_ones_address_lead_to_the_account(bob: User, path: str) -> None:
    assert ClientOf(bob).get(f"/accounts/{path}")["Location"] == PROFILE


def test_nobody_puts_a_colleagues_address_on_their_account(bob: User) -> None:
    client = ClientOf(bob)
    client.post("/accounts/email/", {"action_add": "", "email": "dora@example.org"})
    client.post("/accounts/email/", {"action_primary": "", "email": "dora@example.org"})
    bob.refresh_from_db()
    assert bob.email == "bob@example.org"
    assert not EmailAddress.objects.filter(email="dora@example.org").exists()
