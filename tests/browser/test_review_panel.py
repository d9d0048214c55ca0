"""Two people at one item in two browsers: the second is told, is shown what the first did, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import Project, User
from evalhub.notices.models import Notice
from metrics.choices import ValueType
from runs.models import Override, Review, Run
from tests.runs.scored_runs import Answer, make_scored_run

pytestmark = pytest.mark.django_db(transaction=True)
AXE_OPTIONS = {"preload": False}
OpenAs = Callable[[User, str], Page]


@pytest.fixture
def run(project: Project) -> Run:
    answers = [Answer(output=f"answer {place}", scores={"faithful": 0.2, "polite": 1.0}) for place in range(3)]
    metrics: dict[str, dict[str, Any]] = {"faithful": {"threshold": 0.7}, "polite": {"value_type": ValueType.BOOLEAN}}
    return make_scored_run(project=project, answers=answers, metrics=metrics)


@pytest.fixture
def open_as(browser: Browser, live_server: LiveServer) -> Iterator[OpenAs]:
    """A function that opens an address as a person, each in a browser of their own."""
    contexts = []

    def open_one(person: User, path: str) -> Page:
        client = Client()
        client.force_login(person)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.goto(live_server.url + path)
        expect(_panel(page)).to_be_visible()
        return page

    yield open_one
    for context in contexts:
        context.close()


def _panel(page: Page) -> Locator:
    return page.locator("#review-panel")


def test_two_people_on_one_item_lose_nothing(run: Run, alice: User, bob: User, open_as: OpenAs) -> None:
    path = f"/runs/{run.pk}/?item=0"
    first, second = open_as(alice, path), open_as(bob, path)
    second.locator("[data-review-panel] textarea[name=body]").fill("half a thought")
    second.locator('[name="value.faithful"]').fill("0.9")

    first.keyboard.press("f")
    expect(_panel(first)).to_contain_text("Saved: state not reviewed → Fixed")
    second.keyboard.press("Escape")  # out of the field, where letters are text
    second.locator("#state-judge_wrong").click()

    told = _panel(second).locator("[data-review-problem]")
    expect(told).to_contain_text('Alice Archer changed the state meanwhile: it is now "Fixed"')
    expect(second.locator("[data-review-panel] textarea[name=body]")).to_have_value("half a thought")
    expect(second.locator('[name="value.faithful"]')).to_have_value("0.9")
    assert Review.objects.get().state == "fixed"

    second.locator("#state-judge_wrong").click()
    expect(_panel(second)).to_contain_text("Saved: state Fixed → Judge is wrong")
    second.keyboard.press("u")
    expect(_panel(second)).to_contain_text("Saved: state Judge is wrong → Fixed")
    expect(second.locator('[name="value.faithful"]')).to_have_value("0.9")
    found = Axe().run(second, "#review-panel", AXE_OPTIONS).response["violations"]
    assert [node["html"] for violation in found for node in violation["nodes"]] == []


def test_an_item_is_reviewed_by_keys_alone(run: Run, alice: User, bob: User, open_as: OpenAs) -> None:
    page = open_as(alice, f"/runs/{run.pk}/?item=0")
    page.keyboard.press("d")
    expect(_panel(page)).to_contain_text("Judge is wrong")
    page.keyboard.press("m")
    page.keyboard.type("@bo")
    expect(page.locator("#mentions")).to_contain_text("Bob Baker")
    page.keyboard.press("Enter")
    page.keyboard.type("see this")
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    page.keyboard.type("0.9")
    page.locator('[name="value.polite"]').first.focus()
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#item-drawer")).to_have_attribute("data-place", "1")
    assert sorted(Override.objects.values_list("metric__key", "value")) == [("faithful", 0.9), ("polite", 0.0)]
    assert Notice.objects.get().person == bob
    expect(page.locator("#item-drawer .drawer__title")).to_contain_text("q1")
