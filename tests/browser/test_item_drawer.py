"""The item drawer in a real browser: it opens beside the table, moves and closes by keys, and has its own page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.models import Run
from tests.factories import make_dataset, make_metric, make_run, make_run_metric, make_version
from tests.runs.answers import Answer, answer_run

pytestmark = pytest.mark.django_db(transaction=True)

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Without this axe copies the style sheets into the page, where their imports no longer resolve.
AXE_OPTIONS = {"preload": False}
LONG = "A **long** answer. " * 3_000
TRACE = [
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "tool_calls": [{"id": "c", "name": "find", "arguments": {"id": 7}}]},
    {"role": "tool", "tool_call_id": "c", "content": '{"found": true}'},
]

OpenPage = Callable[..., Page]


@pytest.fixture
def run(project: Project) -> Run:
    """Six items; 1, 3 and 5 fail."""
    fields = {"context": ["A passage."], "metadata": {"topic": "a"}}
    rows = [{"key": f"q{n}", "input": f"question {n}", "expected": f"answer {n}", **fields} for n in range(6)]
    run = make_run(version=make_version(dataset=make_dataset(project=project), rows=rows), state=RunState.FINISHED)
    make_run_metric(run=run, revision=make_metric(key="found", project=project), threshold=0.5)
    answer_run(run, [_answer(place) for place in range(6)])
    return run


def _answer(place: int) -> Answer:
    passed = place % 2 == 0
    return Answer(
        output=LONG if place == 5 else f"### Title\n\nthe *answer* {place}",
        overall=float(passed),
        passed=passed,
        scores={"found": {"value": float(passed), "passed": passed, "explanation": "Looked for it."}},
        trace=TRACE,
    )


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, alice: User) -> Iterator[OpenPage]:
    """A function that opens an address as Alice; the console must stay silent."""
    client = Client()
    client.force_login(alice)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    complaints: list[str] = []

    def open_one(address: str, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]  # passed on as given
        context.add_cookies([{**cookie, "url": live_server.url}])  # type: ignore[typeddict-item]  # the url says the rest
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + address)
        return page

    yield open_one
    for context in browser.contexts:
        context.close()
    assert complaints == []


def run_page(run: Run, query: str = "") -> str:
    return reverse("runs:run_detail", args=[run.pk]) + query


def item_page(run: Run, ordinal: int, query: str = "") -> str:
    return reverse("runs:item_detail", args=[run.pk, ordinal]) + query


def row(page: Page, place: int) -> Locator:
    return page.locator(f'[data-item-place="{place}"]')


def test_an_item_opens_beside_the_table_and_keys_follow_its_filter(run: Run, open_page: OpenPage) -> None:
    page = open_page(run_page(run, "?failing=1"), viewport=WIDE)
    row(page, 1).locator("a").first.click()
    drawer = page.locator("#item-drawer")
    expect(drawer).to_contain_text("q1")
    expect(drawer).to_contain_text("1 of 3 failing")
    expect(page).to_have_url(re.compile(r"failing=1&item=1$"))
    page.keyboard.press("j")
    expect(drawer).to_contain_text("q3")
    page.keyboard.press("ArrowRight")
    expect(drawer).to_contain_text("q5")
    expect(row(page, 5)).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    expect(drawer).to_contain_text("2 of 3 failing")
    expect(page).to_have_url(re.compile(r"failing=1&item=3$"))


def test_escape_closes_the_drawer_and_gives_the_focus_back_to_the_row(run: Run, open_page: OpenPage) -> None:
    page = open_page(run_page(run, "?failing=1"), viewport=WIDE)
    row(page, 3).locator("a").first.click()
    expect(page.locator("#item-title")).to_contain_text("q3")
    page.keyboard.press("Escape")
    expect(page.locator("#item-drawer")).to_be_hidden()
    expect(row(page, 3).locator("a").first).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?failing=1$"))


def test_the_shared_address_shows_the_table_with_the_item_open(run: Run, open_page: OpenPage) -> None:
    page = open_page(run_page(run, "?failing=1&item=3"), viewport=WIDE)
    expect(page.locator("#item-drawer")).to_contain_text("2 of 3 failing")
    page.reload()
    expect(page.locator("#item-drawer")).to_contain_text("2 of 3 failing")
    assert page.evaluate("history.length") == 2  # the blank page and this one: opening adds no step back


def test_the_items_own_page_moves_by_keys_and_survives_a_reload(run: Run, open_page: OpenPage) -> None:
    page = open_page(item_page(run, 1, "?failing=1"), viewport=WIDE)
    page.keyboard.press("j")
    expect(page.locator("#item-title")).to_contain_text("q3")
    expect(page).to_have_url(re.compile(re.escape(item_page(run, 3, "?failing=1")) + "$"))
    page.reload()
    expect(page.locator("#item-drawer")).to_contain_text("2 of 3 failing")


def test_a_way_of_showing_is_chosen_in_place_and_keeps_the_focus(run: Run, open_page: OpenPage) -> None:
    page = open_page(item_page(run, 1), viewport=WIDE)
    output = page.locator('[data-panel="output"]')
    expect(output.get_by_role("heading", name="Title")).to_be_visible()
    output.get_by_role("link", name="Diff").click()
    expect(output.locator("ins").first).to_be_visible()
    expect(output.get_by_role("link", name="Diff")).to_be_focused()
    expect(page).to_have_url(re.compile(r"render\.output=diff"))


def test_the_whole_of_a_long_body_comes_when_asked_for(run: Run, open_page: OpenPage) -> None:
    page = open_page(item_page(run, 5), viewport=WIDE)
    output = page.locator('[data-panel="output"]')
    output.get_by_role("link", name="Show all").click()
    expect(output.locator("p.body-text")).to_have_text(LONG.strip())


def test_a_body_is_copied_as_it_is(run: Run, open_page: OpenPage) -> None:
    page = open_page(item_page(run, 1), viewport=WIDE, permissions=["clipboard-read", "clipboard-write"])
    copy = page.get_by_role("link", name="Copy output")
    copy.click()
    expect(copy).to_have_attribute("data-copied", "")
    assert page.evaluate("navigator.clipboard.readText()") == "### Title\n\nthe *answer* 1"


def test_on_a_phone_the_drawer_is_a_sheet_with_the_focus_in_it(run: Run, open_page: OpenPage) -> None:
    page = open_page(run_page(run), viewport=PHONE)
    row(page, 1).locator("a").first.click()
    expect(page.locator("#item-title")).to_be_focused()
    box = page.locator("#item-drawer").bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, PHONE["width"])
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_without_script_the_item_and_its_neighbours_are_links(run: Run, open_page: OpenPage) -> None:
    page = open_page(item_page(run, 1, "?failing=1"), viewport=WIDE, java_script_enabled=False)
    page.get_by_role("link", name="Next item").click()
    expect(page.locator("#item-title")).to_contain_text("q3")
    page.get_by_role("link", name="Back to the run").click()
    expect(page).to_have_url(re.compile(re.escape(run_page(run, "?failing=1")) + "$"))


@pytest.mark.parametrize(("theme", "viewport"), [("light", PHONE), ("dark", WIDE)], ids=["light-phone", "dark-wide"])
@pytest.mark.parametrize("query", ["", "?render.output=diff", "?render=json"])
def test_the_page_has_no_accessibility_fault(
    run: Run, open_page: OpenPage, query: str, theme: str, viewport: dict[str, int]
) -> None:
    page = open_page(item_page(run, 1, query), color_scheme=theme, viewport=viewport)
    violations = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in violations] == []
