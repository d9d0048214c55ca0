"""Staff see every component at work in the style guide."""

from __future__ import annotations

import pytest
from django.test import Client

from evalhub.accounts.models import User
from evalhub.styleguide.views import SCREENS


@pytest.fixture
def staff(client: Client, alice: User) -> Client:
    alice.is_staff = True
    alice.save(update_fields=["is_staff"])
    client.force_login(alice)
    return client


@pytest.mark.parametrize("screen", SCREENS)
def test_staff_see_each_screen(staff: Client, screen: str) -> None:
    response = staff.get("/styleguide/", {"screen": screen})
    assert response.status_code == 200
    assert f"Style guide: {screen}" in response.text


def test_an_unknown_screen_shows_the_components(staff: Client) -> None:
    response = staff.get("/styleguide/", {"screen": "../../settings"})
    assert "Style guide: components" in response.text


def test_members_who_are_not_staff_are_sent_away(client: Client, alice: User) -> None:
    client.force_login(alice)
    response = client.get("/styleguide/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/admin/login/")


def test_posting_is_refused(staff: Client) -> None:
    assert staff.post("/styleguide/").status_code == 405
