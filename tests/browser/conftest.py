"""Pages as signed-in people have them open in a real browser; what the console says fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import User

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Without this axe copies the style sheets into the page, where their imports no longer resolve.
AXE_OPTIONS = {"preload": False}

SignedInPage = Callable[..., Page]


@pytest.fixture
def signed_in_page(browser: Browser, live_server: LiveServer, transactional_db: None) -> Iterator[SignedInPage]:
    """A function that opens an address as a person: `signed_in_page(alice, "/", viewport=PHONE)`."""
    complaints: list[str] = []

    def open_page(user: User, path: str, **options: object) -> Page:
        client = Client()
        client.force_login(user)
        context = browser.new_context(**{"viewport": WIDE, **options})  # type: ignore[arg-type]  # passed on as given
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}{path}")
        return page

    yield open_page
    for context in browser.contexts:
        context.close()
    assert complaints == []


def accessibility_faults(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds wrong with the page: each rule with the elements that break it."""
    violations = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    return [(found["id"], [node["html"] for node in found["nodes"]]) for found in violations]
