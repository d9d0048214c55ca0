"""From the sign-in page to a new run by keyboard alone, and what an accessibility checker says on the way."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import Project, User
from runs.models import Run
from tests.connections.connections import make_connection
from tests.factories import make_dataset, make_version

pytestmark = pytest.mark.django_db(transaction=True)

ROWS: list[dict[str, Any]] = [{"input": str(n), "output": "yes", "expected": "yes"} for n in range(12)]


@pytest.fixture
def with_data(project: Project) -> Project:
    make_version(dataset=make_dataset(project=project), rows=ROWS)
    return project


def sign_in(page: Page, live_server: LiveServer, user: User) -> None:
    page.goto(live_server.url)
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.get_by_label("E-mail").focus()
    page.keyboard.type(user.email)
    page.get_by_label("Password", exact=True).focus()
    page.keyboard.type("alice-secret")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_from_sign_in_to_a_run_without_a_mouse(
    page: Page, live_server: LiveServer, alice: User, with_data: Project
) -> None:
    sign_in(page, live_server, alice)
    page.get_by_role("link", name=with_data.name, exact=True).first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=with_data.name)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="New run")).to_be_visible()
    page.get_by_label("What answered").focus()
    page.keyboard.type("support-bot")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("support-bot on Questions"))).to_be_visible()
    assert Run.objects.get().target.name == "support-bot"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_frame_pages_have_no_accessibility_faults_and_fit_a_phone(
    page: Page, live_server: LiveServer, alice: User, with_data: Project, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, live_server, alice)
    here = [with_data.pk]
    connection = make_connection(team=with_data.team)
    addresses = [
        "/",
        *(
            reverse(f"runs:{name}", args=here)
            for name in ("project_overview", "project_settings", "run_list", "run_create")
        ),
        *(reverse(f"accounts:{name}", args=[with_data.team.slug]) for name in ("team_detail", "api_key_list")),
        *(reverse(f"connections:connection_{name}", args=[with_data.team.slug]) for name in ("list", "create")),
        reverse("connections:connection_edit", args=[with_data.team.slug, connection.pk]),
    ]
    for address in addresses:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(live_server.url + address)
        faults = Axe().run(page).response["violations"]
        assert not faults, (address, faults)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address


def test_the_list_follows_its_filters_without_losing_the_address(
    page: Page, live_server: LiveServer, alice: User, with_data: Project
) -> None:
    sign_in(page, live_server, alice)
    page.goto(live_server.url + reverse("runs:run_list", args=[with_data.pk]))
    page.keyboard.press("/")
    page.keyboard.type("nothing like it")
    expect(page.get_by_text("No run matches these filters")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/runs/\?q=nothing\+like\+it$"))
