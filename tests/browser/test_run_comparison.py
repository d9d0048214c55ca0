"""A comparison in a real browser: from the list of runs to the item that got worse, by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from evalhub.accounts.models import Project, User
from runs.models import Run
from tests.browser.conftest import PHONE, SignedInPage, accessibility_faults
from tests.runs.comparison.compared_runs import make_compared_run, make_questions

KEYS = [f"q{place}" for place in range(40)]
BEFORE = [0.3 + place / 100 for place in range(40)]
AFTER = [value - 0.2 if place % 8 == 0 else value + 0.1 for place, value in enumerate(BEFORE)]

METRICS = {"relevance": {"name": "Relevance", "threshold": 0.5, "is_star": True}}


@pytest.fixture
def runs(transactional_db: None, project: Project) -> tuple[Run, Run]:
    version = make_questions(project, KEYS, topics=("returns", "prices"))
    return (
        make_compared_run(version, {"relevance": BEFORE}, metrics=METRICS, name="Release 1"),
        make_compared_run(version, {"relevance": AFTER}, metrics=METRICS, name="Release 2"),
    )


def address(runs: tuple[Run, Run], query: str = "") -> str:
    return f"/projects/{runs[0].project_id}/compare/?runs={runs[0].pk},{runs[1].pk}{query}"


def test_two_ticked_runs_are_compared(signed_in_page: SignedInPage, alice: User, runs: tuple[Run, Run]) -> None:
    page = signed_in_page(alice, f"/projects/{runs[0].project_id}/runs/")
    boxes = page.locator("[data-select-row]")
    boxes.nth(0).check()
    expect(page.get_by_role("button", name="Compare")).to_be_hidden()
    boxes.nth(1).check()
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile(rf"/compare/\?runs={runs[0].pk},{runs[1].pk}$"))
    expect(page.locator(".outcome").first).to_contain_text("better by 0.06")


def test_a_count_filters_and_keys_lead_through_the_items(
    signed_in_page: SignedInPage, alice: User, runs: tuple[Run, Run]
) -> None:
    page = signed_in_page(alice, address(runs))
    page.locator("#comparison-changes a", has_text="worse 5").click()
    expect(page.locator("#item-count")).to_have_text("5 items")
    expect(page).to_have_url(re.compile("show=worse"))
    page.locator(".item-rows__link").first.click()
    expect(page.locator("#item-drawer .drawer__place")).to_have_text("1 of 5")
    opened = page.url
    page.keyboard.press("j")
    expect(page.locator("#item-drawer .drawer__place")).to_have_text("2 of 5")
    page.keyboard.press("k")
    expect(page).to_have_url(opened)
    page.get_by_role("link", name="Differences").click()
    expect(page.locator("#item-drawer .diff")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#item-drawer")).to_be_hidden()
    page.goto(opened)
    expect(page.locator("#item-drawer .drawer__place")).to_have_text("1 of 5")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_drawn_when_they_are_seen(
    signed_in_page: SignedInPage, alice: User, runs: tuple[Run, Run], scheme: str
) -> None:
    page = signed_in_page(alice, address(runs), color_scheme=scheme, viewport={"width": 1440, "height": 400})
    assert page.evaluate("typeof Plotly") == "undefined"
    page.evaluate("document.querySelector('#comparison-charts').scrollIntoView()")
    expect(page.locator("[data-chart='spread-figure'] .scatterlayer .trace")).to_have_count(2, timeout=30_000)
    page.locator("[data-chart='scatter-figure']").scroll_into_view_if_needed()
    expect(page.locator("[data-chart='scatter-figure'] .point").first).to_be_attached(timeout=30_000)
    with page.expect_download() as saved:
        page.locator("figure").first.get_by_role("button", name="CSV").click()
    assert saved.value.path().read_text().startswith('"run","Relevance')
    with page.expect_download() as saved:
        page.locator("figure").first.get_by_role("button", name="PNG").click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}, {"color_scheme": "dark"}])
def test_everybody_can_read_it(
    signed_in_page: SignedInPage, alice: User, runs: tuple[Run, Run], options: dict[str, object]
) -> None:
    page = signed_in_page(alice, address(runs, "&slice=topic&view=full"), **options)
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".item-rows__link").first.click()
    expect(page.locator("#item-drawer .drawer__place")).to_be_visible()
    assert accessibility_faults(page) == []


def test_long_names_of_five_runs_widen_neither_a_phone_nor_the_verdicts(
    signed_in_page: SignedInPage, alice: User, runs: tuple[Run, Run]
) -> None:
    long = "nightly/feature-branch-with-a-name-that-nobody-shortened-2026-11-20T23:59:59Z"
    version = runs[0].dataset_version
    more = [
        make_compared_run(version, {"relevance": AFTER}, metrics=METRICS, name=f"{long}-{place}") for place in range(3)
    ]
    phone = signed_in_page(alice, ",".join([address(runs), *(str(run.pk) for run in more)]), viewport=PHONE)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.set_viewport_size({"width": 1440, "height": 900})
    table, verdict = phone.locator(".comparison-summary"), phone.locator("td[data-label=Verdict]").first
    assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
    assert verdict.evaluate("cell => cell.getBoundingClientRect().width") >= 180
