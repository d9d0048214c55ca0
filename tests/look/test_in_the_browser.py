"""The look in a real browser: no accessibility fault, no word from the CSP, keys and themes that work."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import User
from evalhub.styleguide.views import SCREENS

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Without this axe copies the style sheets into the page, where their imports no longer resolve.
AXE_OPTIONS = {"preload": False}

OpenScreen = Callable[..., Page]


@pytest.fixture
def open_screen(browser: Browser, live_server: LiveServer, transactional_db: None) -> Iterator[OpenScreen]:
    """A function that opens a screen of the style guide as a member of the staff; its console must stay silent."""
    staff = User.objects.create_user("sam@example.org", "sam-secret", name="Sam Staff", is_staff=True)
    client = Client()
    client.force_login(staff)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    complaints: list[str] = []

    def open_one(screen: str, **context_options: object) -> Page:
        context = browser.new_context(**context_options)  # type: ignore[arg-type]  # passed on as given
        context.add_cookies([{**cookie, "url": live_server.url}])  # type: ignore[typeddict-item]  # the url says the rest
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/styleguide/?screen={screen}")
        return page

    yield open_one
    for context in browser.contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(("theme", "viewport"), [("light", PHONE), ("dark", WIDE)], ids=["light-phone", "dark-wide"])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_screen_has_an_accessibility_fault(
    open_screen: OpenScreen, screen: str, theme: str, viewport: dict[str, int]
) -> None:
    page = open_screen(screen, color_scheme=theme, viewport=viewport)
    violations = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in violations] == []


@pytest.mark.parametrize("screen", SCREENS)
def test_a_phone_never_scrolls_sideways(open_screen: OpenScreen, screen: str) -> None:
    page = open_screen(screen, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_chosen_theme_outlives_the_page(open_screen: OpenScreen) -> None:
    page = open_screen("home", color_scheme="light", viewport=WIDE)
    page.get_by_role("button", name="Dark theme").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    expect(page.get_by_role("button", name="Dark theme")).to_have_attribute("aria-pressed", "true")


def test_keys_move_through_items_and_the_question_mark_lists_them(open_screen: OpenScreen) -> None:
    page = open_screen("run", viewport=WIDE)
    page.keyboard.press("j")
    expect(page).to_have_url(f"{page.url.split('#')[0]}#next")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("?")
    expect(page.get_by_role("searchbox")).to_have_value("?")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Next item")


def test_ticked_rows_can_be_compared_once_there_are_two(open_screen: OpenScreen) -> None:
    page = open_screen("runs", viewport=WIDE)
    compare = page.get_by_role("button", name="Compare")
    rows = page.locator("[data-select-row]")
    rows.nth(1).check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    expect(compare).to_be_hidden()
    rows.nth(2).check()
    expect(compare).to_be_visible()


def test_the_menu_of_a_phone_opens_without_script(open_screen: OpenScreen) -> None:
    page = open_screen("home", viewport=PHONE, java_script_enabled=False)
    account = page.get_by_text("Sam Staff").first
    expect(account).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(account).to_be_visible()


def test_fifteen_rows_with_all_scores_stand_on_one_screen(open_screen: OpenScreen) -> None:
    page = open_screen("run&item=none", viewport=WIDE)
    rows = page.locator("tbody tr")
    last_cell = rows.nth(14).locator("td").last.bounding_box()
    assert last_cell is not None
    assert last_cell["y"] + last_cell["height"] <= WIDE["height"]
    assert last_cell["x"] + last_cell["width"] <= WIDE["width"]
