"""The item table in a real browser: filter by a bar, sort, search, move by keyboard, restore by address."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from evalhub.accounts.models import Project, User
from metrics.choices import ValueType
from runs.models import Run
from tests.browser.conftest import PHONE, SignedInPage, accessibility_faults
from tests.runs.scored_runs import Answer, make_scored_run


@pytest.fixture
def run(transactional_db: None, project: Project) -> Run:
    words = "a long answer about parcels, refunds and accounts "
    return make_scored_run(
        project=project,
        answers=[
            Answer(
                input=f"question {place}",
                output=f"answer {place}: {words * 5}",
                scores={"relevance": (place % 10) / 10 + 0.02, "exact": place % 2},
                expected=f"answer {place}",
                overall=(place % 10) / 10,
                passed=place % 10 >= 5,
            )
            for place in range(60)
        ],
        metrics={
            "relevance": {"name": "Relevance", "threshold": 0.5, "is_star": True},
            "exact": {"name": "Exact", "value_type": ValueType.BOOLEAN},
        },
    )


def count(page: Page) -> str:
    return page.locator("#item-count").inner_text().strip()


def first_item(page: Page) -> str:
    return page.locator(".item-rows__link").first.inner_text().split()[0]


def test_a_click_on_a_bar_shows_its_items_and_a_second_click_all(
    signed_in_page: SignedInPage, alice: User, run: Run
) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/")
    bar = page.locator(".histogram__slot").filter(has_text=re.compile(r"^\s*0\.30 to"))
    bar.click()
    expect(page.locator("#item-count")).to_have_text("6 of 60 items")
    expect(page).to_have_url(re.compile(r"m\.relevance=0\.3\d*\.\.(<|%3C)0\.35$"))
    expect(page.locator("#item-announcement")).to_have_text("6 of 60 items")
    expect(bar).to_have_attribute("aria-current", "true")
    page.reload()
    expect(page.locator("#item-count")).to_have_text("6 of 60 items")
    bar.click()
    expect(page.locator("#item-count")).to_have_text("60 of 60 items")
    expect(page).to_have_url(re.compile(r"/runs/\d+/$"))


def test_heads_sort_and_say_so(signed_in_page: SignedInPage, alice: User, run: Run) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/")
    head = page.get_by_role("columnheader", name="Relevance")
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert first_item(page) == "10"
    page.go_back()
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_search_and_failing_by_keyboard(signed_in_page: SignedInPage, alice: User, run: Run) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("question 1")
    page.keyboard.press("Enter")
    expect(page.locator("#item-count")).to_have_text("11 of 60 items")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator("#item-count")).to_have_text("6 of 60 items")
    page.get_by_role("link", name=re.compile("Remove Result")).click()
    expect(page.locator("#item-count")).to_have_text("11 of 60 items")


def test_items_open_and_follow_each_other_by_keyboard(signed_in_page: SignedInPage, alice: User, run: Run) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/?failing=1")
    drawer = page.locator("aside#item-drawer")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(drawer).to_be_visible()
    expect(page).to_have_url(re.compile(r"failing=1&item=1$"))
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(r"item=2$"))
    expect(page.locator('tr[aria-current="true"] .item-rows__link')).to_have_text(re.compile(r"^3"))
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile(r"item=1$"))
    page.get_by_role("columnheader", name="Overall").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"sort=overall&item=1$"))
    page.reload()
    expect(drawer).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page).to_have_url(re.compile(r"failing=1&sort=overall$"))


def test_keys_faster_than_answers_lead_to_the_item_they_say(
    signed_in_page: SignedInPage, alice: User, run: Run
) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/?item=0")
    expect(page.locator("#item-title")).to_have_text("q0")
    for _ in range(7):
        page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("#item-title")).to_have_text("q6")
    expect(page).to_have_url(re.compile(r"\?item=6$"))
    expect(page.locator('tr[aria-current="true"] .item-rows__link')).to_have_text(re.compile(r"^7"))


def test_filters_added_in_the_menu_become_pills(signed_in_page: SignedInPage, alice: User, run: Run) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/")
    page.locator("#item-filter-menu").click()
    page.get_by_label("Value from").fill("0.5")
    page.get_by_label("Value to").fill("0.7")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".pill")).to_have_text(re.compile("Relevance 0.50 to 0.70"))
    expect(page).to_have_url(re.compile(r"\?m\.relevance=0\.5\.\.0\.7$"))
    expect(page.locator("#item-count")).to_have_text("12 of 60 items")


def test_everything_works_without_script(signed_in_page: SignedInPage, alice: User, run: Run) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/", java_script_enabled=False)
    page.get_by_role("searchbox").fill("question 1")
    page.get_by_role("checkbox", name="Failing").check()
    page.get_by_role("button", name="Search").click()
    assert count(page) == "6 of 60 items"
    page.get_by_role("link", name="Diff").click()
    assert page.locator("ins").first.is_visible()
    page.locator(".item-rows__link").first.click()
    assert re.search(r"/items/1/\?", page.url)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "?failing=1&view=full&m.relevance=0.1..0.3", "?view=diff&q=nothing"])
def test_no_accessibility_fault(signed_in_page: SignedInPage, alice: User, run: Run, theme: str, query: str) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/{query}", color_scheme=theme)
    assert accessibility_faults(page) == []


@pytest.mark.parametrize("view", ["compact", "full", "diff"])
def test_a_phone_never_scrolls_sideways(signed_in_page: SignedInPage, alice: User, run: Run, view: str) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/?view={view}&failing=1", viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_fifteen_rows_with_every_score_fit_a_laptop(signed_in_page: SignedInPage, alice: User, run: Run) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/")
    bottom = page.locator(".item-rows tbody tr").nth(14).evaluate("row => row.getBoundingClientRect().bottom")
    right = page.locator(".item-rows tbody .chip").last.evaluate("chip => chip.getBoundingClientRect().right")
    assert bottom <= 900
    assert right <= 1440


def test_of_very_many_metrics_texts_keep_their_width_and_the_last_score_is_reached(
    signed_in_page: SignedInPage, alice: User, transactional_db: None, project: Project
) -> None:
    keys = [f"quality_{place:02d}" for place in range(24)]
    answers = [Answer(input="question", output="answer", scores=dict.fromkeys(keys, 0.5)) for _ in range(16)]
    run = make_scored_run(project=project, answers=answers, metrics={key: {"name": key} for key in keys})
    page = signed_in_page(alice, f"/runs/{run.pk}/")
    rows = page.locator(".item-rows tbody tr")
    assert rows.nth(14).evaluate("row => row.getBoundingClientRect().bottom") <= 900
    assert rows.first.locator("td[data-label=Input]").evaluate("cell => cell.getBoundingClientRect().width") >= 150
    last = rows.first.locator(".chip").last
    last.evaluate("chip => chip.scrollIntoView({inline: 'end', block: 'nearest'})")
    assert last.evaluate("chip => chip.getBoundingClientRect().right") <= 1440
    assert accessibility_faults(page) == []
