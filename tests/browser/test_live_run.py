"""A run's page while the run goes on: counts, tiles and rows come by themselves, and what a person does there stays."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from evalhub.accounts.models import Project, User
from runs.execution import closing, working
from runs.models import Run
from tests.browser.conftest import SignedInPage, accessibility_faults
from tests.runs.execution.scenes import queue_run
from tests.worker import Worker

# The table is asked for every five seconds.
PATIENCE = 15_000


@pytest.fixture
def run(transactional_db: None, project: Project, alice: User) -> Run:
    """Three batches of 250 items; every second item is as expected."""
    return queue_run(project, alice, count=750, metrics=("equals",))


def open_run(signed_in_page: SignedInPage, alice: User, run: Run) -> Page:
    page = signed_in_page(alice, f"/runs/{run.pk}/")
    page.evaluate("window.isFirstPage = true")
    return page


def progress(page: Page) -> Locator:
    return page.locator("#run-progress")


def count(page: Page) -> Locator:
    return page.locator("#item-count")


def work_next_batch(run: Run) -> None:
    working.execute_batch(run.batches.filter(state="waiting").earliest("number").pk)


def test_a_page_that_is_opened_before_the_worker_starts_shows_the_run_to_its_end(
    signed_in_page: SignedInPage, worker: Worker, alice: User, run: Run
) -> None:
    page = open_run(signed_in_page, alice, run)
    expect(progress(page)).to_contain_text("Queued")
    expect(progress(page)).to_contain_text("0 of 750 items")
    assert accessibility_faults(page) == []
    worker.start(sweeps=False)
    expect(page.locator(".page__title")).to_contain_text("Finished", timeout=PATIENCE)
    expect(count(page)).to_have_text("750 of 750 items")
    expect(page.locator(".metric-tile__mean")).to_have_text("50.0 %")
    expect(progress(page)).to_have_count(0)
    assert page.evaluate("window.isFirstPage")


def test_counts_tiles_and_rows_move_without_a_reload(
    signed_in_page: SignedInPage, worker: Worker, alice: User, run: Run
) -> None:
    page = open_run(signed_in_page, alice, run)
    expect(page.get_by_text("No item is done yet")).to_be_visible()
    working.start_run(run.pk)
    for done in (250, 500):
        work_next_batch(run)
        expect(progress(page)).to_contain_text(f"{done} of 750 items", timeout=PATIENCE)
        expect(progress(page)).to_contain_text("items a second")
        expect(progress(page)).to_contain_text("left")
        expect(count(page)).to_have_text(f"{done} of 750 items", timeout=PATIENCE)
        expect(page.locator(".metric-tile__counts")).to_contain_text(f"{done} scored")
    assert page.evaluate("window.isFirstPage")


def test_filters_and_the_open_item_outlast_the_end_of_the_run(
    signed_in_page: SignedInPage, worker: Worker, alice: User, run: Run
) -> None:
    working.start_run(run.pk)
    work_next_batch(run)
    page = open_run(signed_in_page, alice, run)
    page.keyboard.press("x")
    expect(count(page)).to_have_text("125 of 750 items")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?failing=1&item=1$"))
    page.get_by_placeholder("Comment").fill("half a thought")
    work_next_batch(run)
    work_next_batch(run)
    closing.close_run(run.pk)
    expect(page.locator(".page__title")).to_contain_text("Finished", timeout=PATIENCE)
    expect(count(page)).to_have_text("375 of 750 items")
    expect(page.get_by_placeholder("Comment")).to_have_value("half a thought")
    expect(page).to_have_url(re.compile(r"\?failing=1&item=1$"))
    page.locator("#item-title").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next item")


def test_an_open_menu_is_not_closed_by_new_rows(
    signed_in_page: SignedInPage, worker: Worker, alice: User, run: Run
) -> None:
    working.start_run(run.pk)
    work_next_batch(run)
    page = open_run(signed_in_page, alice, run)
    page.locator("#item-filter-menu").click()
    field = page.get_by_label("Value from")
    field.fill("0.5")
    work_next_batch(run)
    for _ in range(3):  # longer than the table's own pace
        page.wait_for_event("response", lambda response: response.url.endswith("/progress/"))
    expect(progress(page)).to_contain_text("500 of 750 items")
    expect(field).to_have_value("0.5")
    expect(count(page)).to_have_text("250 of 750 items")


def test_a_run_is_stopped_and_resumed_on_its_page(
    signed_in_page: SignedInPage, worker: Worker, alice: User, run: Run
) -> None:
    page = open_run(signed_in_page, alice, run)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Stop").click()
    expect(progress(page)).to_contain_text("Cancelling")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    worker.start(sweeps=False)
    expect(page.locator(".page__title")).to_contain_text("Cancelled", timeout=PATIENCE)
    expect(page.get_by_text("This run has no items")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".page__title")).to_contain_text("Finished", timeout=PATIENCE)
