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
    page = signed_in_page(alice, "/accounts/2fa/totp/activate/", color_scheme="dark")
    page.get_by_label("Password").fill("alice-secret")
    page.get_by_role("button", name="Confirm").click()
    picture = page.locator("img.qr")
    assert picture.evaluate("picture => getComputedStyle(picture).backgroundColor") == "rgb(255, 255, 255)"
    secret = page.get_by_label("Secret").input_value()
    page.get_by_label("Code that the app shows").fill(code_now(secret))
    page.get_by_role("button", name="Switch on").click()
    codes = page.get_by_role("region", name="Recovery codes").inner_text().split()
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="I have kept them").click()
    page.locator("details.user summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail").fill(alice.email)
    page.get_by_label("Password", exact=True).fill("alice-secret")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(codes[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "route", ["audit_log", "invitation_list", "team_settings", "api_key_list", "project_data", "profile"]
)
def test_nothing_is_in_the_way_of_assistive_tools(
    signed_in_page: SignedInPage, alice: User, project: Project, route: str, scheme: str
) -> None:
    known = {"project_data": f"/projects/{project.pk}/data/", "profile": "/account/"}
    path = known.get(route) or reverse(f"accounts:{route}", args=[project.team.slug])
    page = signed_in_page(alice, path, viewport=PHONE, color_scheme=scheme)
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_long_address_pushes_no_button_out_of_sight(signed_in_page: SignedInPage, team: Team, alice: User) -> None:
    address = "maximiliane.von-der-leyenburg@customer-success.example-company.com"
    person = User.objects.create_user(address, name="Maximiliane von der Leyenburg-Hohenstein")
    Membership.objects.create(team=team, user=person, role=Role.EDITOR)
    page = signed_in_page(alice, reverse("accounts:team_detail", args=[team.slug]))
    table = page.locator(".table-wrap")
    assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
    expect(page.get_by_role("button", name="Remove")).to_be_in_viewport(ratio=1)
