"""A person's way through a team in a real browser: invited, in, promoted, secured, and gone again."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, User
from tests.accounts.test_second_factor import code_now
from tests.browser.conftest import PHONE, SignedInPage, accessibility_faults


def test_a_person_is_invited_joins_gets_another_role_and_leaves(
    signed_in_page: SignedInPage, team: Team, alice: User
) -> None:
    page = signed_in_page(alice, reverse("accounts:invitation_list", args=[team.slug]))
    page.get_by_role("button", name="Invite").click()
    link = page.locator(".snippet code").inner_text()
    assert accessibility_faults(page) == []
    guest = _elsewhere(page, link)
    assert accessibility_faults(guest) == []
    guest.get_by_label("E-mail").fill("dora@example.org")
    guest.get_by_label("Name").fill("Dora Drew")
    guest.get_by_label("Password").fill("a-long-secret-1")
    guest.get_by_role("button", name="Make the account and join").click()
    expect(guest.get_by_text("Welcome to Support")).to_be_visible()
    page.goto(page.url.replace("invitations/", ""))
    page.get_by_label("Role of Dora Drew").select_option("reviewer")
    expect(page.get_by_text("Dora Drew is now reviewer.")).to_be_visible()
    assert Membership.objects.get(user__email="dora@example.org").role == Role.REVIEWER
    guest.on("dialog", lambda dialog: dialog.accept())
    guest.goto(page.url)
    guest.get_by_role("button", name="Leave").click()
    expect(guest.get_by_text("You have left Support.")).to_be_visible()


def _elsewhere(page: Page, link: str) -> Page:
    """The link in a browser where nobody is signed in; it names the address that people know."""
    browser = page.context.browser
    assert browser
    guest = browser.new_context().new_page()
    guest.goto(f"{page.url.split('/teams/')[0]}/invitations/{link.split('/invitations/')[1]}")
    return guest


def test_a_second_factor_is_set_up_and_then_asked_for(signed_in_page: SignedInPage, alice: User) -> None:
    page = signed_in_page(alice, "/accounts/2fa/totp/activate/")
    page.get_by_label("Password").fill("alice-secret")
    page.get_by_role("button", name="Confirm").click()
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(code_now(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("recovery codes").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("route", ["audit_log", "invitation_list", "team_settings", "api_key_list", "project_data"])
def test_nothing_is_in_the_way_of_assistive_tools(
    signed_in_page: SignedInPage, alice: User, project: Project, route: str, scheme: str
) -> None:
    page_of = {"project_data": ("runs", project.pk)}.get(route, ("accounts", project.team.slug))
    path = reverse(f"{page_of[0]}:{route}", args=page_of[1:])
    page = signed_in_page(alice, path, viewport=PHONE, color_scheme=scheme)
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
